/**
 * Short trainings of every agent and every model whose digests nothing may change unsaid: each with small
 * settings, and then with other values of its fields in other worlds or on other data.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import { agents } from "../../agents/mod.ts";
import { makeEnv } from "../../envs/mod.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { AgentDefinition, ModelDefinition } from "../../lab/compute/definitions.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { defaultRng, streamOf } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { BudgetUnit, Trainer } from "../../lab/core/trainer.ts";
import { digestOf as digestOfRun } from "../../lab/experiment/digest.ts";
import { type Field, fieldsOf } from "../../lab/experiment/fields.ts";
import type { Manifest } from "../../lab/store/store.ts";
import { models } from "../../models/mod.ts";
import { wasmPath } from "../lab/compute/backends.ts";
import { smallDatasets, smallOf } from "../models/laboratory.ts";
import { small as smallFields } from "../agents/small_fields.ts";

/** The fields of a configuration that differ from the defaults. */
export type Settings = Readonly<Record<string, Json>>;

/** A training that is held to its digest. */
export interface Case {
  /** The world or the data set. */
  readonly on: string;
  /** Beside those that keep it short. */
  readonly settings: Settings;
}

/** An agent or a model. */
export interface Subject {
  readonly name: string;
  /** Names of the worlds or data sets that it may be trained on. */
  readonly places: readonly string[];
  readonly configuration: z.ZodType;
  /** Settings that keep its training short. */
  readonly small: Settings;
  /** A trainer before its first iteration. */
  create(training: Case): Promise<Trainer>;
}

const worlds = ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", "Bandit-v0"];
const budgets: Readonly<Record<BudgetUnit, number>> = {
  environmentSteps: 640,
  gradientSteps: 6,
  examples: 120,
};

const contextOf = async (
  { configuration, budgetUnit }: AgentDefinition | ModelDefinition,
  settings: Settings,
) => ({
  configuration: configuration.parse(settings),
  budget: budgets[budgetUnit],
  workspace: (await openWorkspace("wasm", { wasmPath })).workspace,
  seed: 1,
  stream: (name: string) => streamOf(1, name),
});

function ofAgent(definition: AgentDefinition): Subject {
  const { name, configuration } = definition;
  const small = (smallFields[name] ?? {}) as Settings;
  return {
    ...{ name, places: worlds, configuration, small },
    create: async ({ on, settings }) =>
      await definition.create({
        ...await contextOf(definition, { ...small, ...settings }),
        makeEnvironment: () => makeEnv(on),
      }),
  };
}

function ofModel(definition: ModelDefinition): Subject {
  const { name, configuration } = definition;
  const small = smallOf(definition) as Settings;
  return {
    ...{ name, places: smallDatasets.map(({ name }) => name), configuration, small },
    create: async ({ on, settings }) =>
      await definition.create({
        ...await contextOf(definition, { ...small, ...settings }),
        dataset: smallDatasets.find(({ name }) => name === on)!,
        models: [],
      }),
  };
}

/** Everything that is registered. */
export const subjects: readonly Subject[] = [
  ...(await Promise.all(agents.map(({ load }) => load()))).map(ofAgent),
  ...(await Promise.all(models.map(({ load }) => load()))).map(ofModel),
];

/**
 * SHA-256 over the metrics of a whole training and of an evaluation after it, and over all that is
 * learned.
 *
 * @throws InputError where the subject does not take these settings there.
 */
export async function digestOf(subject: Subject, training: Case): Promise<string> {
  const trainer = await subject.create(training);
  try {
    const { unit, total } = trainer.budget;
    const reported: Metrics[] = [];
    while (trainer.progress[unit] < total) reported.push((await trainer.iterate()).metrics);
    reported.push((await trainer.evaluate({ random: defaultRng(1), episodes: 2 })).metrics);
    const { parameters, state } = await trainer.snapshot();
    if (trainer.irreproducible !== undefined) throw new Error(trainer.irreproducible);
    return hashOf(reported, { ...parameters, ...state });
  } finally {
    trainer.dispose();
  }
}

/** The run's own digest, shortened: each metric as a series, by where it was reported. */
function hashOf(reported: readonly Metrics[], tensors: NamedTensors): string {
  const series = [...new Set(reported.flatMap(Object.keys))].map((name) => {
    const iterations = reported.flatMap((metrics, i) => name in metrics ? [i] : []);
    const values = iterations.map((i) => reported[i][name]);
    return {
      name,
      iterations: Float64Array.from(iterations),
      values: Float64Array.from(values),
    };
  });
  // Copies, as a hash takes no shared memory.
  const parameters = Object.fromEntries(
    Object.entries(tensors).map(([name, one]) => [name, { ...one, values: one.values.slice() }]),
  );
  const determined = { configuration: {} } as Manifest["determined"];
  return digestOfRun(determined, series, parameters as NamedTensors).slice(0, 16);
}

/** Trainings at the most of one subject beside those with its small settings. */
const VARIANTS = 4;

/** What a field may be in the `variant`-th of them, the first that fits first. */
function alternativesOf(
  { choices, default: preset, type }: Field,
  variant: number,
): readonly Json[] {
  if (choices.length > 1) {
    const others = choices.filter((choice) => choice !== preset);
    return variant <= others.length ? [others[variant - 1]] : [];
  }
  if (type === "boolean") return variant % 2 === 1 ? [!preset] : [];
  if (preset === null || preset === 0) return variant % 2 === 1 ? [0.1, 2, [4]] : [];
  if (typeof preset !== "number" || variant % 2 === 1) return [];
  return preset === 1 ? [0.5, 2] : [preset / 2, Math.floor(preset / 2)];
}

/** The digest of a training; undefined where the subject does not take its settings there. */
async function digestIfTaken(subject: Subject, training: Case): Promise<string | undefined> {
  const { configuration, small } = subject;
  if (!configuration.safeParse({ ...small, ...training.settings }).success) return undefined;
  try {
    return await digestOf(subject, training);
  } catch {
    return undefined;
  }
}

/** Trainings of a subject that show as much of it as a few can. */
export async function casesOf(subject: Subject): Promise<Case[]> {
  const { places, small } = subject;
  const fields = topFieldsOf(subject).filter(({ path }) => !(path in small));
  const cases: Case[] = [];
  for (const on of places) {
    const training = { on, settings: {} };
    if (await digestIfTaken(subject, training) !== undefined) cases.push(training);
  }
  const there = cases.map(({ on }) => on);
  for (let variant = 1; variant <= VARIANTS; variant++) {
    const on = there[variant % there.length];
    let settings: Settings = {};
    for (const field of fields) {
      for (const value of alternativesOf(field, variant)) {
        const candidate = { ...settings, [field.path]: value };
        if (await digestIfTaken(subject, { on, settings: candidate }) === undefined) continue;
        settings = candidate;
        break;
      }
    }
    const training = { on, settings };
    if (!cases.some((other) => isDeepStrictEqual(other, training))) cases.push(training);
  }
  return [...cases, ...await furtherCasesOf(subject, cases)];
}

const topFieldsOf = ({ configuration }: Subject) =>
  fieldsOf(configuration, "").filter(({ path }) => !path.includes("."));

/** The fields that have one value in all of some trainings, with that value. */
export function unvariedFields(
  subject: Subject,
  cases: readonly Case[],
): { field: Field; value: Json }[] {
  return topFieldsOf(subject).flatMap((field) => {
    const { path, default: preset } = field;
    const [value, ...others] = cases.map(({ settings }) =>
      settings[path] ?? subject.small[path] ?? preset ?? null
    );
    return others.every((other) => isDeepStrictEqual(other, value)) ? [{ field, value }] : [];
  });
}

/** What a field may be instead of a value, the first that fits first. */
function othersThan(value: Json, { choices }: Field): readonly Json[] {
  if (choices.length > 1) return choices.filter((choice) => choice !== value);
  if (typeof value === "boolean") return [!value];
  if (value === 0) return [2, 0.1, 1];
  if (typeof value === "number") return [value + 1, 2 * value, value / 2, value - 1];
  if (Array.isArray(value)) {
    const last = Number(value.at(-1) ?? 4);
    return [[...value, last + 1], [...value, last], [...value.slice(0, -1), last + 1]];
  }
  return [0.1, 2, [4], true];
}

/**
 * Trainings that show each field of which none of the given ones shows anything: whose value they leave
 * as it is, the small settings too, or have in company with which it changes nothing.
 */
export async function furtherCasesOf(subject: Subject, cases: readonly Case[]): Promise<Case[]> {
  const further: Case[] = [];
  for (const field of topFieldsOf(subject)) {
    const { path, default: preset } = field;
    const isShown = async ({ on, settings }: Case) => {
      if (!(path in settings)) return false;
      const { [path]: _, ...others } = settings;
      const [found, without] = [
        await digestIfTaken(subject, { on, settings }),
        await digestIfTaken(subject, { on, settings: others }),
      ];
      return found !== without;
    };
    let shown = false;
    for (const training of [...cases, ...further]) shown ||= await isShown(training);
    for (const training of [...further, ...cases]) {
      if (shown) break;
      const { on, settings } = training;
      const digest = await digestIfTaken(subject, training);
      for (
        const value of othersThan(settings[path] ?? subject.small[path] ?? preset ?? null, field)
      ) {
        const candidate = { on, settings: { ...settings, [path]: value } };
        const changed = await digestIfTaken(subject, candidate);
        shown = changed !== undefined && changed !== digest;
        if (!shown) continue;
        const at = further.indexOf(training);
        further.splice(at < 0 ? further.length : at, at < 0 ? 0 : 1, candidate);
        break;
      }
    }
  }
  return further;
}
