/**
 * `deno task docs:reports`: trains what the reports of evidence/reports.ts ask for, and writes them to
 * docs/reports.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { reportFiles } from "../cli/report/blocks.ts";
import { reportOf } from "../cli/report/report.ts";
import { PROGRAM } from "../cli/command.ts";
import { taskCode } from "../cli/exit_code.ts";
import { exists, writeWhole } from "../cli/files.ts";
import { main as commandLine } from "../cli/main.ts";
import { openStoreOf } from "../cli/stores.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { InputError, unknownName } from "../lab/core/errors.ts";
import { markdownTable } from "../lab/core/markup.ts";
import { provenance } from "../lab/experiment/manifest.ts";
import { registries } from "../registries.ts";
import { requireCommitted } from "./measure.ts";
import { isSweep, keyOfLines, keyOfRuns, type ReportKeys } from "./report_keys.ts";
import { reports, type ShippedReport } from "./reports.ts";

const help = `Usage: deno task docs:reports [NAME…] [--pages]

Trains the runs of the reports of evidence/reports.ts, or of those named, each report in a store of
its own, runs/reports/NAME, and writes them to docs/reports. A store that is there already goes on
where it was interrupted; to train it again, delete it first. Or give

  --pages  Only writes pages, from the stores that are there, and the list, which says which pages are
           behind their lines.`;

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => written(args, io));
}

async function written(args: readonly string[], io: Io): Promise<number> {
  const names = args.filter((arg) => arg !== "--pages");
  const chosen = names.length === 0 ? reports : names.map(named);
  for (const report of chosen) {
    if (!args.includes("--pages")) {
      requireCommitted((await provenance()).code);
      const code = await train(report, io);
      if (code !== 0) return code;
    } else if (names.length === 0 && !await exists(storeOf(report, io))) continue;
    await writePage(report, io);
  }
  await writeWhole({ path: join(pagesOf(io), "README.md"), force: true }, [await index(io)]);
  return 0;
}

function named(name: string): ShippedReport {
  const report = reports.find((each) => each.name === name);
  if (report === undefined) {
    throw unknownName("report", "report", name, reports.map((each) => each.name), "--help");
  }
  return report;
}

function pagesOf({ root }: Pick<Io, "root">): string {
  return join(root, "docs/reports");
}

function storeOf({ name }: ShippedReport, io: Io): string {
  return join(io.root, "runs", "reports", name);
}

/**
 * Trains what a report's store lacks of its lines.
 *
 * @returns The exit code of the first line that failed, else 0.
 * @throws InputError where the store holds what the lines do not ask for.
 */
export async function train(report: ShippedReport, io: Io): Promise<number> {
  const store = storeOf(report, io);
  const begun = await exists(store) ? await linesBegun(store, io) : 0;
  await Deno.mkdir(dirname(store), { recursive: true });
  const lines = [
    ...begun > 0 && !report.runs.some(isSweep) ? ["resume --batch"] : [],
    ...report.runs.filter((line, i) => isSweep(line) || i >= begun).map((line) => `run ${line}`),
  ];
  for (const line of lines) {
    const code = await commandLine([...line.split(" "), "--store", store], io);
    if (code !== 0) return code;
  }
  using opened = await openStoreOf(io, store, { readOnly: true });
  if (keyOfRuns(report, opened.store.runs()) === await keyOfLines(report)) return 0;
  throw new InputError(
    `Cannot write ${report.name} as its store must hold the runs of its lines alone: delete ${store}`,
  );
}

/** Of how many lines a store has the runs, or begins them: each is a batch, one after the other. */
async function linesBegun(store: string, io: Io): Promise<number> {
  using opened = await openStoreOf(io, store, { readOnly: true });
  return opened.store.batches().length;
}

async function writePage(report: ShippedReport, io: Io): Promise<void> {
  using opened = await openStoreOf(io, storeOf(report, io), { readOnly: true });
  const { store } = opened;
  const trained = store.runs();
  const blocks = await reportOf(store, trained, registries, {
    ...report,
    file: report.name,
    isTimed: false,
  });
  for (const [name, content] of reportFiles(blocks, report.name)) {
    const path = join(pagesOf(io), name);
    await writeWhole({ path, force: true }, [content]);
    io.out(path);
  }
  const keys = { ...await readKeys(io), [report.name]: keyOfRuns(report, trained) };
  const sorted = Object.entries(keys).sort(([a], [b]) => a < b ? -1 : 1);
  const text = JSON.stringify(Object.fromEntries(sorted), undefined, 2);
  await writeWhole({ path: keysPath(io), force: true }, [`${text}\n`]);
}

function keysPath(io: Pick<Io, "root">): string {
  return join(pagesOf(io), "keys.json");
}

/** The hash of what the runs of each page were trained with: see `keyOfRuns`. */
async function readKeys(io: Pick<Io, "root">): Promise<ReportKeys> {
  return JSON.parse(await Deno.readTextFile(keysPath(io)));
}

/** The list of the reports that are written, as docs/reports/README.md has it. */
export async function index(io: Pick<Io, "root">): Promise<string> {
  const rows: string[][] = [];
  const keys = await readKeys(io);
  for (const report of reports) {
    const { name, title, question } = report;
    if (!await exists(join(pagesOf(io), `${name}.md`))) continue;
    const isBehind = keys[name] !== await keyOfLines(report);
    const state = isBehind ? ", to be written anew" : "";
    rows.push([
      ...[`[${title}](${name}.md)${state}`, question, `\`deno task docs:reports ${name}\``],
    ]);
  }
  return `# Reports

Experiments that the lab ran in full, on seeds that no preset was tuned on. The command of each trains
it again and writes its page; \`${PROGRAM} report\` writes such a page of runs of your own. A page
is marked where its lines mean another configuration or other seeds by now, or its statistics are made in
another way.

${markdownTable(["report", "question", "command"], rows)}
`;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
