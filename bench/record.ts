/**
 * What was measured on a processor, as docs/benchmarks keeps it: rows by group, and the page of them.
 *
 * @module
 */
import { figure } from "../cli/terminal/format.ts";
import { writeWhole } from "../cli/files.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import { revisionOf } from "../lab/experiment/git.ts";
import { groups } from "./groups.ts";
import { markdownTable } from "../lab/core/markup.ts";
import { type Row, tableOfRows } from "./row.ts";
import type { LabBackend } from "./workspaces.ts";

const root = new URL("../", import.meta.url).pathname;
const folder = `${root}docs/benchmarks`;

/** A group as it was measured once. */
export interface Measured {
  readonly group: string;
  readonly backend: LabBackend;
  readonly peers: boolean;
  /** Date, machine and load. */
  readonly measured: string;
  /** Commit of the lab; null: unknown, or changed since. */
  readonly revision: string | null;
  readonly rows: readonly Row[];
}

/**
 * Puts a group in the place of what a record has of it, and writes its page.
 *
 * @throws InputError or LabError as {@linkcode recordOf} does.
 */
export async function keep(
  name: string,
  measured: Omit<Measured, "revision">,
  into = folder,
): Promise<void> {
  const { revision, dirty } = await revisionOf(root);
  const now: Measured = { ...measured, revision: dirty === false ? revision : null };
  const same = ({ group, backend }: Measured) => group === now.group && backend === now.backend;
  const all = [...await recordOf(name, into), now].filter((each) => each === now || !same(each));
  // Hours of measuring stand in it.
  const whole = (ending: string, text: string) =>
    writeWhole({ path: `${into}/${name}.${ending}`, force: true }, [text]);
  await whole("json", `${JSON.stringify(all, null, 1)}\n`);
  await whole("md", pageOf(name, all));
}

/**
 * What has been recorded under a name, in the order of recording.
 *
 * @throws InputError for a name that is none of a file, LabError where the record is damaged.
 */
export async function recordOf(name: string, from = folder): Promise<Measured[]> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new InputError(
      `Cannot record as the name must be small letters, digits and hyphens: ${name}`,
    );
  }
  const path = `${from}/${name}.json`;
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (!(error instanceof SyntaxError)) throw error;
    throw new LabError(`Cannot record as ${path} is damaged: ${error.message}`);
  }
}

/** The page of a record: what is asked for, then every group. */
export function pageOf(name: string, record: readonly Measured[]): string {
  const order = (group: string) => groups.findIndex((each) => each.name === group);
  const sorted = record.toSorted((a, b) => order(a.group) - order(b.group));
  return [
    `# Benchmarks: ${name}`,
    `Written by \`deno task bench GROUP… --record ${name}\`; [how it is measured](../benchmarks.md).`,
    "## What is asked for",
    askedFor(sorted),
    ...sorted.flatMap((each) => [
      `## ${each.group}${each.backend === "native" ? ", native" : ""}`,
      `${groups.find(({ name }) => name === each.group)?.summary ?? each.group}. ${each.measured}`,
      `\`\`\`\n${commandOf(each)}\n\`\`\``,
      tableOfRows(each.rows),
    ]),
  ].join("\n\n") + "\n";
}

/** What made a group's table, and of which code. */
function commandOf({ group, backend, peers, revision }: Measured): string {
  const task = backend === "native" ? "bench:native" : "bench";
  return `deno task ${task} ${group}${peers ? " --peers" : ""}  # ${
    revision === null ? "commit unknown" : revision.slice(0, 10)
  }`;
}

/** Every ratio that is asked for, on the default backend and on `native`. */
function askedFor(record: readonly Measured[]): string {
  const lines = new Map<string, { row: Row; portable: string; native: string }>();
  for (const { backend, rows } of record) {
    for (const row of rows) {
      if (row.reach === null || row.ratio === null) continue;
      const key = `${row.name} | ${row.beside}`;
      const line = lines.get(key) ?? { row, portable: "", native: "" };
      lines.set(key, line);
      line[backend === "native" ? "native" : "portable"] = ratioOf(row);
    }
  }
  return markdownTable(
    [
      ...["name", "beside"],
      ...["default backend", "native"].map((title) => ({ title, align: "right" as const })),
    ],
    [...lines.values()].map(({ row, portable, native }) => [
      ...[row.name, String(row.beside), portable, native],
    ]),
  );
}

/** A ratio with its goal where it is short of it. */
function ratioOf({ ratio, reach }: Row): string {
  const short = ratio! < reach! ? ` (short of ${figure(reach!)} ×)` : "";
  return `${figure(ratio!)} ×${short}`;
}
