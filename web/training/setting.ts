/**
 * What the page is to train: kept in its address, so that a link trains the same.
 *
 * @module
 */
import { commandIn, type Program } from "../program.ts";
import { settingWords, shellWord } from "../../lab/core/shell.ts";

/** What a page can compute with. */
export const pageBackends = ["wasm", "wasm-strict", "webgpu"] as const;

/** One of them. */
export type PageBackend = typeof pageBackends[number];

/** What is to be trained. */
export interface Setting {
  /** A named experiment, or the run whose configuration is taken. */
  readonly base: { readonly experiment: string } | { readonly run: string };
  /** As it was typed; empty: the base's own. */
  readonly seed: string;
  readonly backend: PageBackend;
  /**
   * Fields that differ from the base's, by path, as they were typed; a backend that pages have not is
   * among them, to be refused as the others are.
   */
  readonly set: Readonly<Record<string, string>>;
}

/** What trains where the address says nothing. */
export const USUAL = "cartpole-ppo-quick";

/** Keys of the address that are no fields. */
const own = ["experiment", "run", "seed", "backend"];

/** The setting of an address: every key that is not the page's own is a field. */
export function settingOf(query: URLSearchParams): Setting {
  const run = query.get("run");
  const named = query.get("backend") ?? "wasm";
  const backend = pageBackends.find((each) => each === named);
  return {
    base: run === null ? { experiment: query.get("experiment") ?? USUAL } : { run },
    seed: query.get("seed") ?? "",
    backend: backend ?? "wasm",
    set: {
      ...Object.fromEntries([...query].filter(([key]) => !own.includes(key))),
      ...backend === undefined && { backend: named },
    },
  };
}

/** The address of a setting: what is as usual is left out. */
export function queryOf({ base, seed, backend, set }: Setting): string {
  return String(
    new URLSearchParams({
      ...base,
      ...seed !== "" && { seed },
      ...backend !== "wasm" && { backend },
      ...set,
    }),
  );
}

/** The setting with one field changed; undefined: as the base has it. */
export function withField(setting: Setting, path: string, text: string | undefined): Setting {
  const { [path]: _, ...others } = setting.set;
  return { ...setting, set: text === undefined ? others : { ...setting.set, [path]: text } };
}

/**
 * The command that trains the same; undefined where no command does, as of a run with
 * changes, or on a backend that is not the run's.
 *
 * @param run The run whose configuration is taken.
 */
export function commandOf(
  { base, seed, backend, set }: Setting,
  program: Program,
  run?: { readonly backend: string },
): string | undefined {
  if ("run" in base) {
    const isSame = Object.keys(set).length === 0 && seed === "" && backend === run?.backend;
    return isSame ? commandIn(program, `reproduce ${base.run}`) : undefined;
  }
  const { budget, ...fields } = set;
  const words = [
    `run ${shellWord(base.experiment)} --seed ${shellWord(seed || "1")}`,
    ...budget === undefined ? [] : [`--budget ${shellWord(budget)}`],
    ...settingWords(Object.entries(fields)),
    `--backend ${backend}`,
  ];
  return commandIn(program, words.join(" "));
}
