/**
 * `deno task docs:sampling guidance|steps RUN`: scores samples of one stored run at several values of a field
 * and prints the table; of guidance it draws docs/images/guidance.svg, too.
 *
 * @module
 */
import { join } from "node:path";
import { taskCode } from "../cli/exit_code.ts";
import { writeWhole } from "../cli/files.ts";
import { main as commandLine } from "../cli/main.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { chartScene } from "../lab/core/chart.ts";
import { InputError, unknownName } from "../lab/core/errors.ts";
import { renderSvg } from "../lab/core/render_svg.ts";
import { type Scored, type Trade, tradeChart, trades, tradeTable } from "./sampling.ts";

const help = `Usage: deno task docs:sampling guidance|steps RUN [OPTIONS]

Scores samples of a stored run, and prints a table:
  guidance  at ${trades.guidance.values.join(", ")}, of a run that was told classes (glyphs-guided);
            also writes docs/images/guidance.svg
  steps     drawn in ${trades.steps.values.join(", ")} steps
OPTIONS are those of score, as --count 5000, --sampler euler or --store URL.`;

/** Runs on `args` and returns the exit code: 2 for bad input, that of the first `score` that fails, else 0. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => compared(args, io));
}

async function compared([name, ...words]: readonly string[], io: Io): Promise<number> {
  if (name === undefined) {
    throw new InputError(
      "Cannot compare samples as a field and a run must be named: nothing (--help tells more)",
    );
  }
  if (!Object.hasOwn(trades, name)) {
    throw unknownName("compare samples", "field", name, Object.keys(trades));
  }
  const trade = trades[name];
  const scored: Scored[] = [];
  for (const value of trade.values) {
    const found = await scoredAt(trade, value, words, io);
    if (typeof found === "number") return found;
    scored.push({ value, scores: found });
  }
  io.out(tradeTable(trade, scored));
  if (trade !== trades.guidance) return 0;
  const path = join(io.root, "docs/images/guidance.svg");
  await writeWhole({ path, force: true }, [
    `${renderSvg(chartScene(tradeChart(trade, scored)), { width: 640 })}\n`,
  ]);
  io.out(`\n${path}`);
  return 0;
}

/** What `score` says at a value of the field; its exit code where it fails. */
async function scoredAt(
  { option, metrics }: Trade,
  value: number,
  words: readonly string[],
  io: Io,
): Promise<Scored["scores"] | number> {
  let text = "";
  const asked = [`--${option}`, `${value}`, ...metrics.flatMap((metric) => ["--metric", metric])];
  const code = await commandLine(["score", ...words, ...asked, "--json"], {
    ...io,
    out: (line) => void (text += line),
  });
  return code === 0 ? JSON.parse(text).scores : code;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
