/**
 * What a file of a user's defines: experiments, and the agents, models, worlds, data sets and network
 * bodies that it exports or that its experiments bring as code.
 *
 * @module
 */
import { unitWords } from "../lab/core/budget.ts";
import type { AgentDefinition, ModelDefinition } from "../lab/compute/definitions.ts";
import type { Environment } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import type { DatasetDefinition } from "../lab/core/registry.ts";
import { shellWord } from "../lab/core/shell.ts";
import type { BudgetUnit } from "../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { isSweep } from "../lab/experiment/sweep/definition.ts";
import { factsOf, type Kind, kinds, type NamedExperiment } from "./catalogue.ts";
import { PROGRAM } from "./command.ts";
import { briefly, clipped, padded, roughly, width } from "./terminal/format.ts";
import { type Io, styled } from "./terminal/io.ts";
import { isASweep, isWorld } from "./worlds.ts";

/** What a file may define: what the lab has lists of, and network bodies. */
export type FileKind = Kind | "bodies";

/** One thing that a file defines. */
export interface FilePart {
  readonly kind: FileKind;
  readonly name: string;
  readonly summary: string;
  /** Of an agent or a model: what a budget of it counts. */
  readonly unit?: BudgetUnit;
  /** Of an experiment. */
  readonly facts?: Omit<NamedExperiment, "name" | "summary" | "expectedSeconds"> & {
    readonly expectedSeconds?: number;
  };
  /** Whether `run FILE.ts` trains it. */
  readonly isRun: boolean;
}

/** The kinds in the order in which they are shown. */
export const fileKinds: readonly FileKind[] = [...kinds, "bodies"];

/**
 * What the file at `path` defines, its default export first.
 *
 * @param reference The file as it was typed, for messages.
 * @throws {InputError} where it is missing, throws or defines nothing.
 */
export async function partsOfFile(
  path: string,
  reference: string,
  registries: Registries,
): Promise<FilePart[]> {
  const { importFile, isExperiment } = await import("../lab/experiment/load.ts");
  const { ownPartsOf } = await import("../lab/experiment/own.ts");
  const before = new Set(registries.environments.map(({ id }) => id));
  const module = await importFile(path, reference);
  const exported = new Set([module.default, ...Object.values(module)]);
  const experiments = [...exported].filter(isExperiment);
  const run = isExperiment(module.default)
    ? module.default
    : experiments.length === 1
    ? experiments[0]
    : undefined;
  const brought = experiments.flatMap((each) => Object.values(ownPartsOf(each)));
  const parts = [...new Set([...exported, ...brought])].flatMap((value) =>
    isExperiment(value) ? [experimentPart(value, value === run, registries)] : partIn(value) ?? []
  );
  const seen = new Set(parts.map(({ name }) => name));
  const registered = registries.environments
    .filter(({ id }) => !before.has(id) && !seen.has(id))
    .map(({ id: name, summary }): FilePart => ({ kind: "worlds", name, summary, isRun: false }));
  if (parts.length + registered.length > 0) return [...parts, ...registered];
  if (isSweep(module.default)) throw isASweep("list", reference);
  throw new InputError(
    `Cannot list ${reference} as it must export a definition (export default defineExperiment(` +
      `{ … })): it exports ${Object.keys(module).join(", ") || "nothing"}`,
  );
}

function experimentPart(
  definition: ExperimentDefinition,
  isRun: boolean,
  registries: Registries,
): FilePart {
  const { name, summary = "", expectedSeconds } = definition;
  const facts = { ...factsOf(registries, definition), expectedSeconds };
  return { kind: "experiments", name, summary, facts, isRun };
}

/** An exported value as a part of an experiment; undefined where it is none. */
function partIn(value: unknown): FilePart | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (isWorld(value)) {
    const { id, observationSpace, actionSpace } = value as Environment;
    const summary = `observations ${observationSpace}, actions ${actionSpace}`;
    return { kind: "worlds", name: id, summary, isRun: false };
  }
  if (!("create" in value) || !("name" in value)) return undefined;
  const definition = value as unknown as AgentDefinition | ModelDefinition | DatasetDefinition;
  const { name, summary = "" } = definition;
  const common = { name, summary, isRun: false };
  if (!("takes" in definition)) {
    return { kind: "configuration" in definition ? "datasets" : "bodies", ...common };
  }
  const kind = "actions" in definition.takes ? "agents" : "models";
  return { kind, unit: definition.budgetUnit, ...common };
}

/** Where a kind's name is no word. */
const headings: { readonly [kind in FileKind]?: string } = {
  datasets: "data sets",
  bodies: "network bodies",
};

/** The parts as a JSON document: a list a kind. */
export function filePartsDocument(parts: readonly FilePart[]): string {
  const entries = fileKinds.map((kind) => [
    kind,
    parts.filter((part) => part.kind === kind).map(({ name, summary, unit, facts }) => ({
      ...{ name, summary },
      ...(unit === undefined ? {} : { budget_unit: unit }),
      ...(facts === undefined ? {} : {
        expected_seconds: facts.expectedSeconds ?? null,
        budget: facts.budget,
        budget_unit: facts.unit,
        ...(facts.trains === "agents"
          ? { environment: facts.place, agent: facts.trainer }
          : { dataset: facts.place, model: facts.trainer }),
      }),
    })),
  ]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}

/** The parts for people: a heading a kind, a line each, what to type. */
export function filePartsPage(parts: readonly FilePart[], reference: string, io: Io): string {
  const longest = Math.max(...parts.map(({ name }) => width(name)));
  const groups = fileKinds.flatMap((kind) => {
    const rows = parts.filter((part) => part.kind === kind);
    if (rows.length === 0) return [];
    const lines = rows.map((part) =>
      clipped(`  ${padded(part.name, longest)}  ${saidOf(part)}`, io.columns()).trimEnd()
    );
    return [[styled(io.color.out, "bold", headings[kind] ?? kind), ...lines].join("\n")];
  });
  const trained = parts.find((part) => part.isRun)?.name;
  const isRun = trained !== undefined;
  const isOneOfSeveral = parts.filter(({ kind }) => kind === "experiments").length > 1;
  const isCheckable = parts.some(({ kind }) => kind === "worlds");
  const next = [
    ...(isRun
      ? [`To train ${isOneOfSeveral ? trained : "it"}: ${PROGRAM} run ${shellWord(reference)}`]
      : []),
    ...(isRun ? [`What it sets: ${PROGRAM} describe ${shellWord(reference)}`] : []),
    ...(isCheckable ? [`To examine its world: ${PROGRAM} check ${shellWord(reference)}`] : []),
  ];
  return [...groups, ...(next.length === 0 ? [] : [next.join("\n")])].join("\n\n");
}

/** Of an experiment what it trains, where and how long; of others their line. */
function saidOf({ summary, unit, facts }: FilePart): string {
  if (facts === undefined) {
    return unit === undefined ? summary : `${summary} (budget in ${unitWords[unit].many})`;
  }
  const { trainer, trains, place, budget, expectedSeconds } = facts;
  const time = expectedSeconds === undefined ? "" : `, ${roughly(expectedSeconds)}`;
  const what = `${trainer} ${trains === "agents" ? "in" : "on"} ${place}, ` +
    `${briefly(budget)} ${unitWords[facts.unit].many}${time}`;
  return summary === "" ? what : `${summary} (${what})`;
}
