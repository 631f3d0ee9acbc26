/**
 * `deno task docs:guidance RUN`: scores one stored run at several scales of guidance, prints the table and
 * draws docs/images/guidance.svg.
 *
 * @module
 */
import { join } from "node:path";
import { writeWhole } from "../cli/files.ts";
import { main as commandLine } from "../cli/main.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { chartScene } from "../lab/core/chart.ts";
import { renderSvg } from "../lab/core/render_svg.ts";
import { guidanceChart, guidanceTable, type Guided, scales } from "./guidance.ts";

const help = `Usage: deno task docs:guidance RUN [OPTIONS]

Scores samples of a stored run that was told classes (glyphs-guided) at guidance ${
  scales.join(", ")
},
prints a table and writes docs/images/guidance.svg. OPTIONS are those of score, as
--count 5000 or --store URL.`;

/** Runs on `args` and returns the exit code: that of the first `score` that fails, else 0. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    io.out(help);
    return args.length === 0 ? 2 : 0;
  }
  const guided: Guided[] = [];
  for (const scale of scales) {
    let text = "";
    const asked = ["--guidance", `${scale}`, "--metric", "asked-class", "--metric", "likeness"];
    const code = await commandLine(["score", ...args, ...asked, "--json"], {
      ...io,
      out: (line) => void (text += line),
    });
    if (code !== 0) return code;
    guided.push({ scale, scores: JSON.parse(text).scores });
  }
  const path = join(io.root, "docs/images/guidance.svg");
  await writeWhole(path, [`${renderSvg(chartScene(guidanceChart(guided)), { width: 640 })}\n`]);
  io.out(`${guidanceTable(guided)}\n\n${path}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
