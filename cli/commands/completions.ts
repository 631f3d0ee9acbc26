/**
 * `completions SHELL` prints a script; the script calls the hidden `complete SHELL WORDS…`.
 *
 * The script also defines the shell function `reverie`, which runs the lab from any folder: a
 * command of several words (`deno task -q experiment`) has no completions of its own in any shell.
 *
 * @module
 */
import { dirname } from "node:path";
import { bash, fish, type ShellCompletion, zsh } from "@optique/core/completion";
import { object } from "@optique/core/constructs";
import { type Suggestion, suggestSync } from "@optique/core/parser";
import { argument } from "@optique/core/primitives";
import { unknownName } from "../../lab/core/errors.ts";
import { quoted, shellWord } from "../../lab/core/shell.ts";
import { type Command, defineCommand, type Known, oneOf, plain } from "../command.ts";
import { everywhere } from "../terminal/help.ts";
import { hasSettings, type Io } from "../terminal/io.ts";
import { openStoreOf } from "../stores.ts";

const shells: Record<string, ShellCompletion> = { bash, zsh, fish };

/** The name that completions are bound to. */
const FUNCTION = "reverie";

/** The command `completions`. */
export const completions = defineCommand({
  name: "completions",
  usage: "SHELL",
  brief: "A script that completes commands, flags, names and runs",
  description: "Prints a script for your shell. It defines the function reverie, which is this " +
    "command line from any folder, and completes its commands, flags, experiments, runs, " +
    "sweeps and files.",
  examples: [
    ["completions bash >> ~/.bashrc", "bash"],
    ["completions zsh >> ~/.zshrc", "zsh (after compinit)"],
    ["completions fish > ~/.config/fish/conf.d/reverie.fish", "fish"],
  ],
  parser: () =>
    object({
      shell: argument(oneOf(["bash", "zsh", "fish"], { metavar: "SHELL" }), {
        description: plain("Your shell."),
      }),
    }),
  run({ shell }, io) {
    const script = shells[shell].generateScript(FUNCTION, ["complete", shell]);
    io.out(`${functionFor(shell, dirname(io.store))}\n${script.trim()}`);
    return Promise.resolve(0);
  },
});

/**
 * The function that the completions are for: the task of a folder, by deno, or by npx where there is none;
 * where the folder has no tasks, as beside an npm package, the package's program.
 */
function functionFor(shell: string, folder: string): string {
  if (!hasSettings(folder)) {
    const program = `npx -y ${FUNCTION}`;
    return shell === "fish"
      ? `function ${FUNCTION}\n  ${program} $argv\nend`
      : `${FUNCTION}() {\n  ${program} "$@"\n}`;
  }
  const task = `task --quiet --config ${quoted(folder)}/deno.json experiment`;
  if (shell === "fish") {
    return [
      `function ${FUNCTION}`,
      "  if command -q deno",
      `    deno ${task} $argv`,
      "  else",
      `    npx -y deno@2.9.6 ${task} $argv`,
      "  end",
      "end",
    ].join("\n");
  }
  return [
    `${FUNCTION}() {`,
    "  if command -v deno >/dev/null 2>&1; then",
    `    deno ${task} "$@"`,
    "  else",
    `    npx -y deno@2.9.6 ${task} "$@"`,
    "  fi",
    "}",
  ].join("\n");
}

/** Completions for a shell: `complete SHELL WORDS…`, the last word being the unfinished one. */
export async function complete(
  args: readonly string[],
  quickStart: Command,
  commands: readonly Command[],
  io: Io,
): Promise<number> {
  const [name = "", ...words] = args;
  const shell = shells[name];
  if (shell === undefined) throw unknownName("complete", "shell", name, Object.keys(shells));
  const suggestions = suggest(words, quickStart, commands, await known(words, io));
  // Each part is a line, which zsh's are without saying so.
  const lines = [...shell.encodeSuggestions(suggestions)].filter((part) => part !== "\n");
  io.out(lines.join("\n"));
  return 0;
}

/** What may stand in the place of the last word: where none of our names fits, a file. */
export function suggest(
  words: readonly string[],
  quickStart: Command,
  commands: readonly Command[],
  known: Known,
): readonly Suggestion[] {
  const [first = "", ...rest] = words;
  if (words.length <= 1 && !first.startsWith("-")) {
    return commands.filter(({ name }) => name.startsWith(first)).map(({ name, brief }) => ({
      kind: "literal",
      text: name,
      description: plain(brief),
    }));
  }
  const named = !first.startsWith("-");
  const command = named ? commands.find(({ name }) => name === first) : quickStart;
  if (command === undefined) return [];
  const typed = named ? rest : words;
  const last = typed.at(-1) ?? "";
  const flags = last.startsWith("-") ? everywhere.filter(({ flag }) => flag.startsWith(last)) : [];
  const common = flags.map(({ flag, does }): Suggestion => ({
    kind: "literal",
    text: flag,
    description: plain(does),
  }));
  // Every flag begins with two hyphens, and the parser offers none for one.
  const asked = last === "-" ? typed.with(-1, "--") : typed;
  const found = suggestSync(command.parser(known), asked as [string, ...string[]]);
  const names = [...found, ...common];
  return names.length > 0 ? names : files(last);
}

/** The files that a word may begin, also behind a flag and `=`; none for a flag alone. */
function files(word: string): readonly Suggestion[] {
  const prefix = /^--[\w-]+=/.exec(word)?.[0] ?? "";
  if (word.startsWith("-") && prefix === "") return [];
  return [{ kind: "file", type: "any", pattern: word, prefix }];
}

/** Commands of which no argument is a run. */
const withoutRuns = ["check", "play", "list"];

/**
 * Names from the registries and, where the command takes some and the store of the line can be read,
 * those of runs and sweeps.
 */
async function known(words: readonly string[], io: Io): Promise<Known> {
  const [command] = words;
  if (words.length < 2) return { experiments: [], runs: [] };
  const registries = await io.registries();
  const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);
  const experiments = names(registries.experiments);
  const environments = registries.environments.map(({ id }) => id);
  const ofLab = {
    experiments,
    environments,
    agents: names(registries.agents),
    models: names(registries.models),
    datasets: names(registries.datasets),
  };
  if (withoutRuns.includes(command)) return { ...ofLab, runs: [] };
  try {
    using opened = await openStoreOf(io, storeIn(words), { readOnly: true });
    const { store } = opened;
    const runs = store.runs();
    const called = runs.flatMap((run) => [run.name, run.manifest.determined.experiment]);
    return {
      ...ofLab,
      runs: ["latest", ...runs.map((run) => run.id)],
      names: [...new Set(called)].filter(isWord),
      sweeps: store.sweepNames().filter(isWord),
    };
  } catch {
    // No store yet, or none that can be read: there is nothing to offer, and a shell must not see
    // an error in the middle of a line.
    return { ...ofLab, runs: [] };
  }
}

/** What `--store` names in a line. */
function storeIn(words: readonly string[]): string | undefined {
  const at = words.findLastIndex((word) => /^--store(=|$)/.test(word));
  return at < 0 ? undefined : words[at].slice("--store=".length) || words[at + 1];
}

/** Whether a name can be typed as it is: a shell puts in what is offered without quotes. */
function isWord(name: string): boolean {
  return shellWord(name) === name;
}
