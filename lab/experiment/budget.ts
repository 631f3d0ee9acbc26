/**
 * From a budget as it was typed to a total in the trainer's unit, and to the time that it takes.
 *
 * @module
 */
import type { AgentDefinition, ModelDefinition } from "../compute/definitions.ts";
import { amountOf, parseAmount, unitWords } from "../core/budget.ts";
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { namedPart } from "./own.ts";

/** A total budget in the trainer's unit, and what is to be said of how it came about. */
export interface Total {
  readonly total: number;
  readonly note?: string;
}

/** What a budget has to know of an agent or a model. */
export type Budgeted =
  & Pick<AgentDefinition, "name" | "budgetUnit">
  & Partial<Pick<ModelDefinition, "examplesPerUpdate">>;

/**
 * The total that a text asks for. A model's examples and updates convert to each other where each
 * update takes as many; updates are rounded up.
 *
 * @param typed `100000`, `100k`, `100k-steps`: see `parseAmount`.
 * @param configuration The resolved fields of the trainer (`agent` or `model`), if not more.
 * @throws InputError of one line that names the right unit, where the one given is another.
 */
export function totalOf(
  typed: string,
  trainer: Budgeted,
  configuration: { readonly [key: string]: Json },
): Total {
  const { value, unit = trainer.budgetUnit } = parseAmount(typed);
  const { name, budgetUnit } = trainer;
  if (unit === budgetUnit) return { total: value };
  const examples = trainer.examplesPerUpdate?.(configuration.model);
  if (examples === undefined || unit === "environmentSteps") {
    throw new InputError(
      `Cannot use the budget as ${name} counts ${unitWords[budgetUnit].full}, as in ` +
        `1000-${unitWords[budgetUnit].many}: ${typed}`,
    );
  }
  // Where steps of a round see no examples, an update's share of the others is no whole number.
  const whole = (count: number) => Math.ceil(count - 1e-6);
  const total = whole(unit === "examples" ? value / examples : value * examples);
  return {
    total,
    note: `${amountOf(value, unit)} are a budget of ${amountOf(total, budgetUnit)}: ` +
      `an update of ${name} takes ${amountOf(examples, "examples")}`,
  };
}

/**
 * Expected seconds of a run, by its budget's share of the definition's; undefined where the definition
 * does not say, or another agent, model, world or data set was chosen.
 */
export function secondsOf(
  definition: ExperimentDefinition,
  configuration: { readonly [key: string]: Json },
): number | undefined {
  const { expectedSeconds, budget } = definition;
  const { environment, agent, dataset, model } = configuration as Record<string, Named>;
  const same = "agent" in definition
    ? environment.id === definition.environment.id &&
      agent.name === namedPart(definition.agent).name
    : dataset.name === namedPart(definition.dataset).name &&
      model.name === namedPart(definition.model).name;
  if (expectedSeconds === undefined || !same) return undefined;
  return expectedSeconds * (configuration.budget as number) / budget;
}

type Named = { readonly name: string; readonly id: string };

/** Seconds until the last of `runs` has ended, where each takes the first of `lanes` that is free. */
export function secondsInLanes(runs: readonly number[], lanes: number): number {
  const ends = new Array<number>(lanes).fill(0);
  for (const seconds of runs) ends[ends.indexOf(Math.min(...ends))] += seconds;
  return Math.max(...ends);
}
