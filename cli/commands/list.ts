/** `list`: what has a name, experiments first of all. @module */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { unitWords } from "../../lab/core/budget.ts";
import { InputError } from "../../lab/core/errors.ts";
import { shellWord } from "../../lab/core/shell.ts";
import type { BudgetUnit } from "../../lab/core/trainer.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import {
  experimentsWith,
  type Kind,
  kinds,
  type Named,
  type NamedExperiment,
  namedExperiments,
  namesOf,
  nounOf,
  requireName,
  unitIn,
} from "../catalogue.ts";
import {
  fileKinds,
  type FilePart,
  filePartsDocument,
  filePartsPage,
  partsOfFile,
} from "../file_parts.ts";
import { withWords } from "../words.ts";
import { defineCommand, jsonOption, named, plain, PROGRAM } from "../command.ts";
import { briefly, clipped, roughly, table, width } from "../terminal/format.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { loading } from "../loading.ts";
import { callersPath, type Io, styled } from "../terminal/io.ts";

/** Time that the experiment proposed to a newcomer takes at most, where one does. */
const QUICK_SECONDS = 10;

/** Width of the column of times. */
const TIME_COLUMNS = 6;

/** Columns of a terminal from which on there is room for budgets. */
const WIDE = 100;

/** What is said of an agent, a model, a world or a data set in a line. */
interface NamedRow extends Named {
  readonly budget_unit?: BudgetUnit;
  /** How many use it. */
  readonly experiments: number;
}

/** Options that filter experiments, and the kind whose names each takes. */
const filters = { agent: "agents", model: "models", world: "worlds", dataset: "datasets" } as const;
type Filter = keyof typeof filters;

/** The command `list`. */
export const list = defineCommand({
  name: "list",
  usage: "[KIND] [WORD… | FILE.ts] [OPTIONS]",
  brief: "Named experiments by world; agents, models, worlds, data sets",
  description: "Lists the named experiments under the world or data set that each trains on: the " +
    "name, what it trains, and how long a seed takes on two cores. Words keep those that hold " +
    "them all in their name, summary, agent, model, world or data set. A KIND lists something " +
    `else: ${kinds.slice(1).join(", ")}. A FILE.ts lists what it defines.`,
  examples: [
    ["list", "which experiments there are"],
    ["list pendulum", "those that have to do with a pendulum"],
    ["list --agent ppo --world CartPole-v1", "PPO on CartPole"],
    ["list agents", "which agents there are"],
    ["list worlds grid", "the worlds that are grids"],
    ["list mine.ts", "what a file of your own defines"],
    ["list --json", "the experiments for a program"],
  ],
  mayBeForeign: (args) => args.some(isFile),
  parser: (known) => {
    const filter = (flag: Filter, does: string, names: readonly string[] = []) =>
      optional(option(`--${flag}`, named("NAME", names), { description: plain(does) }));
    return object({
      words: multiple(argument(named("WORD", [...kinds, ...known.experiments]), {
        description: plain(
          `Words to look for, or a file of your own; before them one of ${kinds.join(", ")}.`,
        ),
      })),
      agent: filter("agent", "Only experiments that train this agent.", known.agents),
      model: filter("model", "Only experiments that train this model.", known.models),
      world: filter("world", "Only experiments in this world.", known.environments),
      dataset: filter("dataset", "Only experiments on this data set.", known.datasets),
      json: jsonOption(),
    });
  },
  async run({ words: given, json, ...chosen }, io) {
    const registries = await io.registries();
    const file = given.find(isFile);
    if (file !== undefined) {
      const flag = Object.keys(filters).find((each) => chosen[each as Filter] !== undefined);
      const beside = given.filter((each) => each !== file);
      const asked = flag === undefined ? beside : [...beside, `--${flag}`];
      const parts = kindOfParts(
        await loading(io, file, () => partsOfFile(callersPath(io, file), file, registries)),
        file,
        asked,
      );
      io.out(json ? filePartsDocument(parts) : filePartsPage(parts, file, io));
      return 0;
    }
    const kind = kinds.find((each) => each === given[0]) ?? "experiments";
    const words = kind === given[0] ? given.slice(1) : given;
    const experiments = await namedExperiments(registries);
    if (kind === "experiments") {
      const flags = Object.entries(chosen).filter(([, name]) => name !== undefined);
      const asked = [...flags.map(([flag, name]) => `--${flag} ${name}`), ...words].join(" ");
      const found = withWords(
        filtered(registries, experiments, chosen),
        words,
        textOf,
        nounOf[kind],
        { asked, kinds: flags.length > 0 ? [] : kinds },
      );
      io.out(json ? document(found) : byPlace(found, registries, io));
      return 0;
    }
    const flag = Object.keys(filters).find((each) => chosen[each as Filter] !== undefined);
    if (flag !== undefined) {
      throw new InputError(`Cannot list ${kind} by --${flag} as it filters experiments alone`);
    }
    const rows = withWords(namesOf(registries, kind), words, textOf, nounOf[kind]).map((
      { name, summary },
    ) => ({
      name,
      summary,
      ...(kind === "agents" || kind === "models"
        ? { budget_unit: unitIn(registries, kind, name) }
        : {}),
      experiments: experimentsWith(experiments, kind, name).length,
    }));
    io.out(json ? JSON.stringify({ [kind]: rows }, null, 2) : namesTable(kind, rows, io));
    return 0;
  },
});

/**
 * What a file defines of the kind that is asked for; all of it where nothing is.
 *
 * @throws {InputError} where something else is asked for, or there is none.
 */
function kindOfParts(
  parts: readonly FilePart[],
  file: string,
  asked: readonly string[],
): readonly FilePart[] {
  if (asked.length === 0) return parts;
  const wrong = asked.find((each) => !fileKinds.some((kind) => kind === each)) ?? asked[1];
  if (wrong !== undefined) {
    throw new InputError(
      `Cannot list ${file} by ${wrong} as one kind alone may stand before a file: ` +
        fileKinds.join(", "),
    );
  }
  const found = parts.filter(({ kind }) => kind === asked[0]);
  if (found.length > 0) return found;
  const there = fileKinds.filter((kind) => parts.some((part) => part.kind === kind));
  throw new InputError(
    `Cannot list ${asked[0]} as ${file} defines none: it has ${there.join(", ")}`,
  );
}

/** The experiments that every given option keeps. */
function filtered(
  registries: Registries,
  experiments: readonly NamedExperiment[],
  chosen: { readonly [flag in Filter]?: string },
): NamedExperiment[] {
  let kept = [...experiments];
  for (const [flag, kind] of Object.entries(filters)) {
    const name = chosen[flag as Filter];
    if (name !== undefined) kept = experimentsWith(kept, kind, requireName(registries, kind, name));
  }
  return kept;
}

/** The texts of a named thing. */
const textOf = (each: Named) =>
  Object.values(each).filter((value) => typeof value === "string").join(" ");

function document(experiments: readonly NamedExperiment[]): string {
  const entries = experiments.map(({ name, summary, trains, trainer, place, ...each }) => ({
    name,
    summary,
    expected_seconds: each.expectedSeconds,
    budget: each.budget,
    budget_unit: each.unit,
    ...(trains === "agents"
      ? { environment: place, agent: trainer }
      : { dataset: place, model: trainer }),
  }));
  return JSON.stringify({ experiments: entries }, null, 2);
}

/** Experiments in a line each, under the world or data set that they train on. */
function byPlace(
  experiments: readonly NamedExperiment[],
  registries: Registries,
  io: Io,
): string {
  const places = [...namesOf(registries, "worlds"), ...namesOf(registries, "datasets")];
  const order = new Set([
    ...places.map(({ name }) => name),
    ...experiments.map(({ place }) => place), // worlds of an experiment's own come last
  ]);
  const longest = Math.max(...experiments.map(({ name }) => width(name)));
  const budgetIn = ({ budget, unit }: NamedExperiment) =>
    io.columns() < WIDE ? "" : `  ${briefly(budget)} ${unitWords[unit].many}`;
  const budgetColumns = Math.max(...experiments.map((each) => width(budgetIn(each))));
  const room = io.columns() - 2 - longest - 2 - budgetColumns - 2 - TIME_COLUMNS;
  const groups = [...order].flatMap((place) => {
    const rows = experiments.filter((each) => each.place === place);
    if (rows.length === 0) return [];
    const summary = places.find(({ name }) => name === place)?.summary ?? "";
    return [[
      `${styled(io.color.out, "bold", place)}  ` +
      clipped(summary, io.columns() - width(place) - 2),
      ...rows.map((each) =>
        `  ${each.name.padEnd(longest)}  ${clipped(each.summary, room).padEnd(room)}` +
        `${budgetIn(each).padStart(budgetColumns)}  ` +
        roughly(each.expectedSeconds).padStart(TIME_COLUMNS)
      ),
    ].join("\n")];
  });
  const isQuick = ({ expectedSeconds }: NamedExperiment) => expectedSeconds <= QUICK_SECONDS;
  const { name: example } = experiments.find(isQuick) ?? experiments[0];
  return [
    ...groups,
    `To train one: ${PROGRAM} run ${shellWord(example)}\nWhat it sets: ${PROGRAM} describe ${
      shellWord(example)
    }`,
  ].join("\n\n");
}

/** Agents, models, worlds or data sets in a line each. */
function namesTable(kind: Kind, rows: readonly NamedRow[], io: Io): string {
  const cells: Record<string, string>[] = rows.map((
    { name, summary, budget_unit: unit, experiments },
  ) => ({
    [nounOf[kind]]: name,
    "what it is": summary,
    ...(unit === undefined ? {} : { "budget in": unitWords[unit].many }),
    "used in": String(experiments),
  }));
  const titles = Object.keys(cells[0]);
  const others = titles.filter((title) => title !== "what it is").map((title) =>
    Math.max(width(title), ...cells.map((each) => width(each[title]))) + 2
  );
  const room = io.columns() - others.reduce((sum, each) => sum + each, 0);
  const lines = table(
    titles.map((title) => ({ title, align: title === "used in" ? "right" : "left" })),
    cells.map((each) =>
      titles.map((title) =>
        title === "what it is" ? clipped(each[title], Math.max(1, room)) : each[title]
      )
    ),
    io,
  );
  return `${lines}\n\nWhat can be set: ${PROGRAM} describe ${rows[0].name}`;
}
