/**
 * Agents, models, worlds and data sets by themselves: what `describe` shows of them.
 *
 * @module
 */
import { unitWords } from "../lab/core/budget.ts";
import { dataHeld, dataTaken } from "../lab/core/dataset.ts";
import { shellWord } from "../lab/core/shell.ts";
import type { BudgetUnit } from "../lab/core/trainer.ts";
import type { FieldDescription } from "../lab/experiment/fields.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { experimentsWith, type Kind, namedExperiments, namesOf, nounOf } from "./catalogue.ts";
import { PROGRAM } from "./command.ts";
import { fieldsTable } from "./terminal/fields_table.ts";
import { scaleLine } from "./terminal/figures.ts";
import { count, heading, wrapped } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";

/** A part of an experiment. */
export interface Part {
  readonly kind: Exclude<Kind, "experiments">;
  readonly name: string;
  readonly summary: string;
  /** What it is made for, a sentence each. */
  readonly facts: readonly string[];
  readonly fields: readonly FieldDescription[];
}

/** What a path of the configuration begins with, by kind. */
const prefixes = {
  agents: "agent",
  models: "model",
  worlds: "environment",
  datasets: "dataset",
} as const;

/** Loads a registered part and what there is to say of it. */
export async function partOf(
  registries: Registries,
  kind: Part["kind"],
  name: string,
): Promise<Part> {
  const { fieldsOf } = await import("../lab/experiment/fields.ts");
  const { agentsThatFit, modelsThatFit, takesOf } = await import("../lab/experiment/fit.ts");
  const { summary } = namesOf(registries, kind).find((each) => each.name === name)!;
  const entry = <T extends { name: string }>(entries: readonly T[]) =>
    entries.find((each) => each.name === name)!;
  const part = (schema: Parameters<typeof fieldsOf>[0], facts: readonly string[]): Part => ({
    ...{ kind, name, summary, facts },
    fields: fieldsOf(schema, prefixes[kind]).filter((field) => !field.group)
      .map(({ group: _, choices: __, ...field }) => ({ ...field, value: field.default })),
  });
  if (kind === "agents") {
    const { configuration, takes, budgetUnit } = await entry(registries.agents).load();
    return part(configuration, [`Takes ${takesOf(takes)}.`, countsIn(budgetUnit)]);
  }
  if (kind === "models") {
    const { configuration, takes, budgetUnit } = await entry(registries.models).load();
    return part(configuration, [`Takes ${dataTaken(takes)}.`, countsIn(budgetUnit)]);
  }
  if (kind === "datasets") {
    const { configuration, holds } = await entry(registries.datasets).load();
    if (holds === undefined) return part(configuration, []);
    const fitting = await modelsThatFit(holds, registries);
    return part(configuration, [
      `Holds ${dataHeld(holds)}.`,
      `Models that fit: ${fitting.join(", ") || "none"}.`,
    ]);
  }
  const { configuration, make } = registries.environments.find(({ id }) => id === name)!;
  const { returnScale } = await import("../lab/experiment/return_scale.ts");
  // Of agents that do not stay within the world's masks, and of those that do.
  const worth = [false, true].map((maskActions) =>
    scaleLine(returnScale({ environment: { id: name }, agent: { maskActions } }, registries)!)
  );
  const world = make(configuration.parse({}));
  const { observationSpace, actionSpace, timeLimit } = world;
  const fitting = await agentsThatFit(world, registries);
  world.close?.();
  return part(configuration, [
    `Observations: ${observationSpace}. Actions: ${actionSpace}.`,
    ...(timeLimit === undefined ? [] : [`Episodes end after ${count(timeLimit)} steps.`]),
    ...[...new Set(worth)].flatMap((line) => line === "" ? [] : [`${line}.`]),
    `Agents that fit: ${fitting.join(", ") || "none"}.`,
  ]);
}

const countsIn = (unit: BudgetUnit) =>
  `A budget of it counts ${unitWords[unit].full}: --budget 100k-${unitWords[unit].many}.`;

/** A part as a JSON document. */
export function partDocument({ kind, fields, ...part }: Part): string {
  return JSON.stringify({ kind: nounOf[kind], ...part, fields }, null, 2);
}

/** A part for people: what it is made for, the experiments with it, its fields, what to type. */
export async function partPage(
  { kind, name, summary, facts, fields }: Part,
  registries: Registries,
  io: Io,
): Promise<string> {
  const users = experimentsWith(await namedExperiments(registries), kind, name)
    .map((each) => each.name);
  const lines = [
    ...facts,
    `Experiments with it: ${users.join(", ") || "none"}.`,
  ].flatMap((fact) => wrapped(fact, Math.min(io.columns(), 100)));
  const example = users[0];
  const next = [
    ...(example === undefined
      ? []
      : [`To train${kind === "worlds" ? " in" : ""} it: ${PROGRAM} run ${shellWord(example)}`]),
    ...(example === undefined || fields.length === 0
      ? []
      : [`To change a field: ${PROGRAM} run ${shellWord(example)} --set ${fields[0].path}=VALUE`]),
    ...(kind === "worlds" ? [`To play it: ${PROGRAM} play ${name}`] : []),
  ];
  return [
    heading(name, summary, io),
    lines.join("\n"),
    ...(fields.length === 0 ? [] : [fieldsTable(fields, io)]),
    ...(next.length === 0 ? [] : [next.join("\n")]),
  ].join("\n\n");
}
