/**
 * Everything that has a name, and the experiments that use it: what `list` and `describe` show.
 *
 * @module
 */
import { didYouMean, InputError, unknownName } from "../lab/core/errors.ts";
import type { BudgetUnit } from "../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { namedPart, ownPartsOf } from "../lab/experiment/own.ts";
import type { Registries } from "../lab/experiment/registries.ts";

/** What `list` lists, by the word that it takes. */
export const kinds = ["experiments", "agents", "models", "worlds", "datasets"] as const;

/** One of {@linkcode kinds}. */
export type Kind = typeof kinds[number];

/** What one of each is called. */
export const nounOf: Readonly<Record<Kind, string>> = {
  experiments: "experiment",
  agents: "agent",
  models: "model",
  worlds: "world",
  datasets: "data set",
};

/** A named thing in a line. */
export interface Named {
  readonly name: string;
  readonly summary: string;
}

/** A named experiment, with what it trains and where. */
export interface NamedExperiment extends Named {
  readonly expectedSeconds: number;
  /** Total, and what it counts. */
  readonly budget: number;
  readonly unit: BudgetUnit;
  /** The agent's or model's name. */
  readonly trainer: string;
  /** Id of the world or name of the data set. */
  readonly place: string;
  readonly trains: "agents" | "models";
}

/** What there is of a kind, in the order of its registry. */
export function namesOf(registries: Registries, kind: Kind): readonly Named[] {
  return kind === "worlds"
    ? registries.environments.map(({ id, summary }) => ({ name: id, summary }))
    : registries[kind];
}

/** Every named experiment, in the order of the registry. */
export function namedExperiments(registries: Registries): Promise<NamedExperiment[]> {
  return Promise.all(
    registries.experiments.map(async ({ name, summary, expectedSeconds, load }) => {
      const definition = await load();
      return { ...factsOf(registries, definition), name, summary, expectedSeconds };
    }),
  );
}

/** What an experiment trains, where and how long. */
export function factsOf(
  registries: Registries,
  definition: ExperimentDefinition,
): Omit<NamedExperiment, "name" | "summary" | "expectedSeconds"> {
  const parts = partsOf(definition);
  const { agent, model } = ownPartsOf(definition);
  const unit = (agent ?? model)?.budgetUnit ?? unitIn(registries, parts.trains, parts.trainer);
  return { budget: definition.budget, unit, ...parts };
}

/** What a budget of an agent or a model counts, by its entry. */
export function unitIn(
  registries: Registries,
  kind: "agents" | "models",
  name: string,
): BudgetUnit {
  const entry = registries[kind].find((each) => each.name === name);
  return entry?.budgetUnit ?? (kind === "agents" ? "environmentSteps" : "examples");
}

function partsOf(
  definition: ExperimentDefinition,
): Pick<NamedExperiment, "trainer" | "place" | "trains"> {
  if ("agent" in definition) {
    const { agent, environment } = definition;
    return { trains: "agents", trainer: namedPart(agent).name, place: environment.id };
  }
  const { model, dataset } = definition;
  return { trains: "models", trainer: namedPart(model).name, place: namedPart(dataset).name };
}

/** The experiments that use something of a kind. */
export function experimentsWith(
  experiments: readonly NamedExperiment[],
  kind: Exclude<Kind, "experiments">,
  name: string,
): NamedExperiment[] {
  const part = kind === "agents" || kind === "models" ? "trainer" : "place";
  return experiments.filter((each) => each[part] === name);
}

/**
 * The known name that is meant, whatever its case.
 *
 * @throws {InputError} where there is none.
 */
export function requireName(
  registries: Registries,
  kind: Kind,
  name: string,
): string {
  const known = namesOf(registries, kind).map((each) => each.name);
  const found = known.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw unknownName("list", nounOf[kind], name, known, `list ${kind}`);
}

/** Where a name stands; undefined: nowhere. */
export function kindOf(registries: Registries, name: string): Kind | undefined {
  return kinds.find((kind) => namesOf(registries, kind).some((each) => each.name === name));
}

/** The error for a name that nothing has. */
export function unknownToAll(action: string, registries: Registries, name: string): InputError {
  const names = kinds.flatMap((kind) => namesOf(registries, kind).map((each) => each.name));
  const known = [...names, "latest"];
  const lists = kinds.map((kind) => kind === "experiments" ? "`list`" : `\`list ${kind}\``);
  return new InputError(
    `Cannot ${action} as nothing has the name "${name}"${didYouMean(name, known)}: ` +
      `see ${lists.join(", ")}, \`runs\``,
  );
}
