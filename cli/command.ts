/**
 * What a command is, and the options that several commands share.
 *
 * @module
 */
import {
  formatMessage,
  type Message,
  message,
  type MessageTerm,
  text,
} from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { type Mode, type Parser, parseSync } from "@optique/core/parser";
import { argument, option } from "@optique/core/primitives";
import {
  choice,
  integer,
  keyValue,
  type NonEmptyString,
  string,
  type ValueParser,
} from "@optique/core/valueparser";
import { backendChoices } from "../lab/compute/backend_choice.ts";
import { InputError, nearestNames } from "../lab/core/errors.ts";
import { shortened } from "../lab/core/printable.ts";
import { type Seed, seedIn } from "../lab/core/seed_sequence.ts";
import { CONDITION, type Condition, conditionsIn, written } from "../lab/experiment/conditions.ts";
import { columnNames } from "../lab/experiment/run_fields.ts";
import { isNote, isShortLine } from "../lab/experiment/tags.ts";
import type { Run } from "../lab/store/store.ts";
import { FLEET_PROGRAM, PROGRAM as TASK } from "../web/program.ts";
import { hasSettings, type Io } from "./terminal/io.ts";

export { FLEET_PROGRAM };

/**
 * What a person types to start the command line: the task of the lab or a project, the npm package's
 * program where the folder has no tasks.
 *
 * @param module A module of the command line: in the package it is JavaScript.
 */
export function programOf(module: string, folder: () => string): string {
  return module.endsWith(".js") && !hasSettings(folder()) ? "npx reverie" : TASK;
}

/** {@linkcode programOf} here. */
export const PROGRAM = programOf(import.meta.url, Deno.cwd);

/** What a person types with the permission to load the machine's library of matrix products. */
export const NATIVE_PROGRAM = "deno task -q experiment:native";

/** What a person types to submit to Slurm: the task may start sbatch. */
export const SLURM_PROGRAM = "deno task -q experiment:slurm";

/** The task that this process is, by what it may do; where it may do all, the usual one. */
export function programHere(): string {
  const may = (what: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(what).state === "granted";
  if (may({ name: "run" })) return PROGRAM;
  if (may({ name: "run", command: "sbatch" })) return SLURM_PROGRAM;
  if (may({ name: "net" })) return FLEET_PROGRAM;
  return may({ name: "env", variable: "REVERIE_BLAS" }) ? NATIVE_PROGRAM : PROGRAM;
}

/** The task that may train what a run has trained. */
export function programFor({ manifest: { determined } }: Run): string {
  return determined.backend === "native" ? NATIVE_PROGRAM : PROGRAM;
}

/** Names that completions offer; empty where nothing is to be completed. */
export interface Known {
  readonly experiments: readonly string[];
  readonly runs: readonly string[];
  /** What stored runs, or their experiments, are called. */
  readonly names?: readonly string[];
  readonly sweeps?: readonly string[];
  readonly environments?: readonly string[];
  readonly agents?: readonly string[];
  readonly models?: readonly string[];
  readonly datasets?: readonly string[];
}

/** One command of the command line. */
// deno-lint-ignore no-explicit-any
export interface Command<Values = any> {
  readonly name: string;
  /** What a person types for it where another task has its permissions. Default: `PROGRAM` and its name. */
  readonly call?: string;
  /** Its arguments, as the first line of its help says them. */
  readonly usage: string;
  /** For the list of commands. */
  readonly brief: string;
  /** For the command's own help. */
  readonly description: string;
  /** Arguments after the program's name, what they do, and the task that may, where it must be that one. */
  readonly examples: readonly (readonly [line: string, does: string, program?: string])[];
  /** Files that it may write into the caller's folder where `--out` names none. Default: none. */
  readonly writes?: readonly string[];
  parser(known: Known): Parser<"sync", Values, unknown>;
  /**
   * Whether with these arguments it may import code of a user's own: it then runs in a thread. Left
   * out: never; what trains imports it in the threads of the runs.
   */
  mayBeForeign?(args: readonly string[]): boolean;
  /** Runs it and returns the exit code. */
  run(values: Values, io: Io): Promise<number>;
}

/** What a person types before a command's arguments, in a task. */
export function callOf({ name, call }: Command, program = PROGRAM): string {
  return call ?? `${program} ${name}`.trimEnd();
}

/** Types a command. */
export function defineCommand<Values>(command: Command<Values>): Command<Values> {
  return command;
}

/**
 * What a parser makes of words, for a command with one usage.
 *
 * @param explained What to say of the parser's line; default the line itself.
 * @throws {InputError} in one line that ends with the usage.
 */
export function parsedWords<Values>(
  parser: Parser<"sync", Values, unknown>,
  words: readonly string[],
  usage: string,
  explained = (line: string) => line,
): Values {
  const parsed = parseSync(parser, words);
  if (parsed.success) return parsed.value;
  const line = formatMessage(parsed.error, { quotes: true }).replace(/\s+/g, " ")
    .replaceAll("`", "");
  const said = explained(line);
  throw new InputError(`${said}${/[.?!]$/.test(said) ? "" : "."} Usage: ${usage}`);
}

/** Plain text as a message. */
export function plain(line: string): Message {
  return [text(line)] as readonly MessageTerm[];
}

/** A string value that completes from a list. */
export function named(
  metavar: "NAME" | "RUN" | "RUN|FOLDER" | "ENV" | "WORD",
  known: readonly string[] = [],
): ValueParser<"sync", string> {
  return {
    ...string({ metavar }),
    *suggest(prefix: string) {
      for (const name of known) if (name.startsWith(prefix)) yield { kind: "literal", text: name };
    },
  };
}

/** A text of 1 to `most` characters in one line. */
export function shortText(metavar: "NAME" | "TAG", most: number): ValueParser<"sync", string> {
  return {
    ...string({ metavar }),
    parse(input) {
      return isShortLine(input, most) ? { success: true, value: input } : {
        success: false,
        error: plain(
          `Expected 1 to ${most} characters in one line, but got "${shortened(input)}".`,
        ),
      };
    },
  };
}

/** A text of several lines. */
export function noteText(): ValueParser<"sync", string> {
  return {
    ...string({ metavar: "TEXT" }),
    parse(input) {
      return isNote(input) ? { success: true, value: input } : {
        success: false,
        error: plain(
          `Expected a text without control characters but line breaks, but got "${
            shortened(input)
          }".`,
        ),
      };
    },
  };
}

/** One of several words; another one is refused with the nearest of them. */
export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
  options: { readonly metavar?: NonEmptyString } = {},
): ValueParser<"sync", Choice> {
  return choice(choices, { ...options, suggest: nearestChoices });
}

/** The choice nearest to a word, behind what another library writes before it: `cpu` to `tfjs-cpu`. */
function nearestChoices(word: string, choices: readonly string[]): string[] {
  const parts = word.toLowerCase().split(/[-_./:]/);
  const end = parts.map((_, i) => parts.slice(i).join("-")).find((each) => choices.includes(each));
  return end === undefined ? nearestNames(word, choices, 1) : [end];
}

/** `parser` with a default that help shows as it is typed. */
export function defaulting<M extends Mode, T, State>(
  parser: Parser<M, T, State>,
  value: T & (string | number | bigint),
) {
  return withDefault<M, T, State, T>(parser, value, { message: plain(String(value)) });
}

/** A whole number from 0 to 2¹²⁸ − 1; a bigint where a number is not exact. */
export function seedValue(): ValueParser<"sync", Seed> {
  return {
    mode: "sync",
    metavar: "N",
    placeholder: 1,
    parse(input) {
      const value = seedIn(input);
      if (value !== undefined) return { success: true, value };
      return {
        success: false,
        error: message`Expected a whole number from 0 to 2^128 - 1, but got ${input}.`,
      };
    },
    format: (value) => `${value}`,
  };
}

/**
 * `--store URL`.
 *
 * @param options.isFolder Whether it can be no PostgreSQL database, as the command changes what is there.
 */
export function storeOption({ isFolder = false }: { readonly isFolder?: boolean } = {}) {
  const database = isFolder ? "" : ", or postgres://USER@HOST/DATABASE (experiment:fleet)";
  return optional(
    option("--store", string({ metavar: "URL" }), {
      description: plain(
        `Where runs are kept: a folder${database}. ` +
          "Default: runs, in the lab's or the project's folder.",
      ),
    }),
  );
}

/** `--checkpoint final | last | best`. */
export function checkpointOption() {
  return optional(
    option("--checkpoint", oneOf(["final", "last", "best"], { metavar: "WHICH" }), {
      description: plain(
        "Which checkpoint. Default: the final one, or the newest where the run went on.",
      ),
    }),
  );
}

/** `--set path=value`, as often as wanted, each path once. */
export function setOption(
  description = "Set a field, as agent.gamma=0.98 (describe NAME lists them). Repeatable.",
) {
  return map(
    multiple(option("--set", keyValue({ metavar: "PATH=VALUE" }), {
      description: plain(description),
    })),
    (settings) => {
      const values = new Map<string, string>();
      for (const [path, value] of settings) {
        const before = values.get(path);
        if (before !== undefined) {
          throw new InputError(`Cannot set ${path} to ${value} as it is set to ${before} before`);
        }
        values.set(path, value);
      }
      return settings;
    },
  );
}

/** `--against LABEL`: the one group that every other is compared with. */
export function againstOption() {
  return optional(option("--against", string({ metavar: "LABEL" }), {
    description: plain("Compares each group with the one of this label only. Default: each pair."),
  }));
}

/** `--paired`: what tests compare. */
export function pairedOption() {
  return option("--paired", {
    description: plain("Test equal seeds against one another, those that both groups have."),
  });
}

/** `--where CONDITION`, as often as wanted: all conditions of all. */
export function whereOption() {
  const conditions: ValueParser<"sync", Condition[]> = {
    mode: "sync",
    metavar: "CONDITION",
    placeholder: [],
    parse(text) {
      try {
        return { success: true, value: conditionsIn(text) };
      } catch (error) {
        return { success: false, error: plain((error as Error).message) };
      }
    },
    format: (value) => value.map(written).join(" and "),
  };
  return map(
    multiple(option("--where", conditions, {
      description: plain(
        `Only runs that meet it: ${CONDITION} (in quotes), several joined by and. KEY is ` +
          `${columnNames.join(", ")}, agent, model, environment, dataset, another path of the ` +
          "configuration (agent.gamma), or a metric (evaluation/return_mean). Times are written " +
          "2026-11-20. Repeatable.",
      ),
    })),
    (each) => each.flat(),
  );
}

/** `--budget AMOUNT`. */
export function budgetOption(description = "Another total budget") {
  return optional(option("--budget", string({ metavar: "AMOUNT" }), {
    description: plain(
      `${description}: 20000, 100k, 1M or 2.5e5. Its unit may stand behind it (100k-steps, ` +
        "60k-examples, 1500-updates); describe NAME says what is counted.",
    ),
  }));
}

/** `--workers N`. */
export function workersOption() {
  return optional(option("--workers", integer({ metavar: "N", min: 1, max: 1024 }), {
    description: plain("Runs side by side. Default: the machine's cores."),
  }));
}

/** `--threads N`. */
export function threadsOption() {
  return optional(option("--threads", integer({ metavar: "N", min: 1, max: 64 }), {
    description: plain(
      "Threads that the steps of one run may use, where they gain, at most its share of the " +
        "machine's cores. Default: that share, at most 4. No result depends on it.",
    ),
  }));
}

/** Bytes as `--memory-limit` takes them. */
export function memoryText(bytes: number): string {
  return `${bytes / 2 ** 20}MB`;
}

/** `--memory-limit SIZE`, in bytes. */
export function memoryLimitOption() {
  const sizes: ValueParser<"sync", number> = {
    mode: "sync",
    metavar: "SIZE",
    placeholder: 2 ** 30,
    parse(input) {
      const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([MG])i?B$/i.exec(input) ?? [];
      const value = Number(amount) * 2 ** (unit.toUpperCase() === "G" ? 30 : 20);
      return value > 0
        ? { success: true, value }
        : { success: false, error: message`Expected a size like 4GB or 500MB, but got ${input}.` };
    },
    format: memoryText,
  };
  return optional(option("--memory-limit", sizes, {
    description: plain(
      "Memory that the thread of one run may hold, as 4GB or 500MB: a run that holds more fails. " +
        "Default: three quarters of what the engine can give a thread.",
    ),
  }));
}

/** `--backend NAME`. */
export function backendOption() {
  return defaulting(givenBackend("What computes."), "auto");
}

/** The same where a default comes from elsewhere; undefined: it was not given. */
export function optionalBackend(description: string) {
  return optional(givenBackend(description));
}

function givenBackend(description: string) {
  return option("--backend", oneOf(backendChoices, { metavar: "BACKEND" }), {
    description: plain(description),
  });
}

/** `--json`. */
export function jsonOption(what = "Print one JSON document to standard output.") {
  return option("--json", { description: plain(what) });
}

/** One RUN. */
export function runArgument(known: Known) {
  return argument(named("RUN", known.runs), {
    description: plain("A run: its id, a unique prefix of it, or latest."),
  });
}

/** Several RUNs. */
export function runArguments(
  known: Known,
  description = "Runs: ids, unique prefixes of them, or latest.",
) {
  return multiple(
    argument(named("RUN", known.runs), {
      description: plain(description),
    }),
  );
}
