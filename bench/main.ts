/**
 * Measures the lab: speed and size, group by group, beside stock TensorFlow.js, PyTorch,
 * Gymnasium and what is asked for. The table goes to standard output, what is being measured to standard error.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { cpus } from "node:os";
import { parsedWords, plain } from "../cli/command.ts";
import { taskCode } from "../cli/exit_code.ts";
import { table } from "../cli/terminal/format.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { unknownName } from "../lab/core/errors.ts";
import { findLibrary, openLibrary } from "../lab/experiment/blas.ts";
import type { Group } from "./group.ts";
import { groups } from "./groups.ts";
import { Peer, type PeerScript } from "./peers/peer.ts";
import { keep, recordOf } from "./record.ts";
import { cells, columns, type Row, rowsDocument, tableOfRows } from "./row.ts";
import { type LabBackend, labBackends } from "./workspaces.ts";

const usage = "deno task bench [GROUP…] [--json | --markdown] [--record NAME] [--peers] [--list]";

const parser = object({
  names: multiple(argument(string({ metavar: "GROUP" }))),
  list: option("--list", { description: plain("Names of the groups.") }),
  json: option("--json", { description: plain("One JSON document.") }),
  markdown: option("--markdown", { description: plain("A Markdown table.") }),
  record: optional(option("--record", string({ metavar: "NAME" }), {
    description: plain("Keep what is measured in docs/benchmarks/NAME.json and write its page."),
  })),
  backend: withDefault(
    option("--backend", choice(labBackends), {
      description: plain("The lab's own backend that steps are measured on."),
    }),
    labBackends[0],
  ),
  peers: option("--peers", { description: plain("PyTorch, JAX and others beside the lab.") }),
});

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export function main(args: readonly string[], io: Io): Promise<number> {
  const help = `Usage: ${usage}\n\n${groupList(io)}\n\nWithout GROUP: all but the slow ones.`;
  return taskCode(args, io, help, () => bench(args, io));
}

async function bench(args: readonly string[], io: Io): Promise<number> {
  const { names, list, json, markdown, record, backend, peers } = parsedWords(parser, args, usage);
  if (list) {
    io.out(groupList(io));
    return 0;
  }
  const chosen = names.length === 0 ? groups.filter((group) => !group.slow) : names.map(groupNamed);
  // A record that cannot be is said before minutes of measuring.
  if (record !== undefined) await recordOf(record);
  const measured = surroundings(backend);
  io.error(`${measured}\n`);
  const opened = new Map<PeerScript, Peer | string>();
  const peer = async (script: PeerScript) => {
    if (!peers) return undefined;
    if (!opened.has(script)) opened.set(script, await Peer.open(script));
    return opened.get(script);
  };
  const rows: Row[] = [];
  try {
    for (const group of chosen) {
      const progress = (line: string) => io.error(`${group.name}: ${line}\n`);
      const before = rows.length;
      for await (const row of (await group.load())({ progress, peer, backend })) {
        rows.push(row);
        io.error(`  ${cells(row).filter((cell) => cell !== "").join("  ")}\n`);
      }
      if (record === undefined) continue;
      const own = { group: group.name, rows: rows.slice(before) };
      await keep(record, { ...own, backend, peers, measured });
    }
  } finally {
    for (const each of opened.values()) if (typeof each === "object") await each.close();
  }
  if (json) io.out(rowsDocument(rows));
  else if (markdown) io.out(`${measured}\n\n${tableOfRows(rows)}`);
  else io.out(table(columns, rows.map(cells), io));
  return 0;
}

function groupNamed(name: string): Group {
  const group = groups.find((each) => each.name === name);
  if (group !== undefined) return group;
  throw unknownName("measure", "group", name, groups.map((each) => each.name));
}

function groupList(io: Io): string {
  return table(
    [{ title: "group" }, { title: "measures", flexible: true }],
    groups.map(({ name, summary, slow }) => [name, slow ? `${summary}; only when named` : summary]),
    io,
  );
}

/** Machine, date, load, and the library of products where there is one, as timings depend on them. */
function surroundings(backend: LabBackend): string {
  const processors = cpus();
  const [load] = Deno.loadavg();
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  const machine = `${processors.length} × ${processors[0]?.model ?? "unknown processor"}`;
  const quiet = load <= 0.5
    ? "quiet"
    : "other programs run: ratios hold better than the figures themselves";
  const library = backend === "native" ? `${openLibrary(findLibrary().file).name}, ` : "";
  return `Measured ${date} UTC on ${machine}, Deno ${Deno.version.deno}, ${library}` +
    `load ${load.toFixed(2)} before the start (${quiet}).`;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
