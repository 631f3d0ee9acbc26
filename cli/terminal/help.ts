/**
 * Help pages: one for the whole command line, one for each command.
 *
 * @module
 */
import { type DocEntry, formatDocPage } from "@optique/core/doc";
import { getDocPageSync } from "@optique/core/parser";
import { callOf, type Command, plain, PROGRAM } from "../command.ts";
import { wrapped } from "./format.ts";
import { type Io, styled } from "./io.ts";

/** Flags that every command takes. */
export const everywhere: readonly { readonly flag: string; readonly does: string }[] = [
  { flag: "--help", does: "Shows the help of a command." },
  { flag: "--quiet", does: "No progress and no remarks on standard error: errors alone." },
  { flag: "--debug", does: "Adds the stack to an error." },
];

const NOTHING_KNOWN = { experiments: [], runs: [] };

/** Help of one command: usage, what it does, its options, examples. */
export function commandHelp(command: Command, io: Io): string {
  const label = "Usage: ";
  const usage = `${callOf(command, io.program)} ${command.usage}`;
  return [
    label + wrapped(usage, io.columns() - label.length).join(`\n${" ".repeat(label.length)}`),
    options(command, io),
    examples(command, io),
  ].join("\n\n");
}

/** Help of the whole command line. */
export function overallHelp(quickStart: Command, commands: readonly Command[], io: Io): string {
  const heading = (text: string) => styled(io.color.out, "bold", text);
  const longest = Math.max(...commands.map((command) => command.name.length));
  const { program = PROGRAM } = io;
  return [
    heading("Reverie: a lab for agents that learn and models that dream."),
    `Usage: ${program} [COMMAND] [ARGUMENTS]`,
    [
      heading("Commands:"),
      `  ${"(none)".padEnd(longest)}  ${quickStart.brief}`,
      ...commands.map(({ name, brief }) => `  ${name.padEnd(longest)}  ${brief}`),
    ].join("\n"),
    `Each command has its own help: ${program} COMMAND --help\nThe version: ${program} --version`,
    heading("Without a command, the quick start:"),
    options(quickStart, io),
    [
      heading("With every command:"),
      ...everywhere.map(({ flag, does }) => `  ${flag.padEnd(10)}  ${does}`),
    ].join("\n"),
    examples(quickStart, io),
  ].join("\n\n");
}

/** Columns that a page of options needs: on a narrower terminal its lines wrap. */
const NARROWEST = 25;

/** What a command does, and its options. */
function options(command: Command, io: Io): string {
  const page = getDocPageSync(command.parser(NOTHING_KNOWN));
  const sections = (page?.sections ?? []).map((section) => ({
    ...section,
    entries: section.entries.toSorted((a, b) => Number(isOption(a)) - Number(isOption(b))),
  }));
  const text = formatDocPage(PROGRAM, {
    sections,
    description: plain(command.description),
  }, {
    colors: io.color.out,
    maxWidth: Math.max(NARROWEST, Math.min(io.columns(), 100) - 1),
    termWidth: "auto",
    showUsage: false,
    showDefault: { prefix: " Default: ", suffix: "." },
    showChoices: { maxItems: Infinity },
  });
  // Where a list of choices wraps, its comma begins the next line.
  return text.replaceAll(/\n( +), ?/g, ",\n$1")
    .split("\n").map((line) => line.trimEnd()).join("\n").trim();
}

/** Whether an entry is an option; arguments stand before them. */
const isOption = ({ term }: DocEntry) => term.type === "option" || term.type === "optional";

function examples(command: Command, io: Io): string {
  const { name } = command;
  const lines = command.examples.map(([line, , program = io.program]) =>
    line === name || line.startsWith(`${name} `)
      ? callOf(command, program) + line.slice(name.length)
      : `${program ?? PROGRAM} ${line}`
  );
  return [
    styled(io.color.out, "bold", "Examples:"),
    ...command.examples.map(([, does], i) =>
      `  ${styled(io.color.out, "dim", `# ${does}`)}\n  ${lines[i]}`
    ),
  ].join("\n");
}
