/**
 * Models as data: a file says a {@linkcode Model}, and {@linkcode defineModel} makes a registry's
 * entry of it.
 *
 * @module
 */
import type * as z from "zod";
import { checkTakes, exampleKinds } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { actOfDefining, checkFields, type KnownFields } from "../lab/core/options.ts";
import { isRecord } from "../lab/core/plain.ts";
import type { ModelDefinition } from "../lab/compute/definitions.ts";
import type { SharedFields } from "./fields.ts";
import type { Field, Flow, Model, ModelStep, Sampler } from "./model.ts";
import type { Networks } from "./networks.ts";
import { examplesPerUpdate, ModelTrainer } from "./trainer.ts";

/** A registry's entry, and the model that it is of. */
export interface DefinedModel<C extends SharedFields, N extends Networks>
  extends ModelDefinition<C> {
  /** As its file says it. */
  readonly model: Model<C, N>;
}

// deno-lint-ignore no-explicit-any
type AnyModel = Model<any, Networks>;
// deno-lint-ignore no-explicit-any
type AnyStep = ModelStep<Networks, any>;

const ofModel: KnownFields<AnyModel> = {
  required: {
    name: "text",
    summary: "text",
    takes: "object",
    configuration: "object",
    budget: ["examples", "gradientSteps"],
    networks: "function",
    steps: "list",
  },
  optional: {
    looksAtLabels: "function",
    bestBy: "object",
    bestFrom: "function",
    noise: "function",
    keeps: "function",
    optimizer: "function",
    schedule: "function",
    average: "list",
    evaluate: "function",
    doubt: "object",
    encode: "function",
    invertible: "boolean",
    decode: "function",
    sample: "function",
    prompted: "boolean",
    sampleNoise: "function",
    sampler: "object",
    field: "object",
    translate: "function",
    classify: "function",
    score: "function",
    scoresAlone: "function",
    samplingFields: "list",
    logWeights: "function",
    weighs: "function",
    flow: "object",
    solverSteps: "function",
    weightDraws: "function",
    binarizes: "function",
    weighsBits: "function",
    weightNoise: "function",
    metrics: "function",
  },
};

const ofStep: KnownFields<AnyStep> = {
  required: { name: "text" },
  optional: {
    changes: "list",
    repeat: "function",
    examples: ["next", "same", "none"],
    during: "function",
    noise: "function",
    couple: "function",
    schedule: "function",
    maximumGradientNorm: "function",
    constrain: "function",
    loss: "function",
    gradients: "function",
  },
};

const ofBestBy: KnownFields<NonNullable<AnyModel["bestBy"]>> = {
  required: { metric: "text", goal: ["maximize", "minimize"] },
  optional: {},
};

// deno-lint-ignore no-explicit-any
const ofSampler: KnownFields<Sampler<Networks, any>> = {
  required: { steps: "function", step: "function" },
  optional: {
    at: "function",
    size: "function",
    noise: "function",
    noised: "function",
    finish: "function",
  },
};

// deno-lint-ignore no-explicit-any
const ofField: KnownFields<Field<Networks, any>> = {
  required: { by: "text", direction: "function" },
  optional: { moments: "function" },
};

// deno-lint-ignore no-explicit-any
const ofFlow: KnownFields<Flow<Networks, any>> = {
  required: { places: "function", field: "function" },
  optional: { deviation: "function", scale: "function" },
};

/** @throws InputError for what is no model: what a field is not, or one that no model has. */
function check(model: AnyModel): void {
  const action = actOfDefining("model", model);
  checkFields(action, model, ofModel);
  checkTakes(action, model.takes);
  const { bestBy, sampler, field, flow, steps, translate, takes, configuration } = model;
  if (translate !== undefined && takes.partners === undefined) {
    throw new InputError(
      `Cannot ${action} as with translate its takes must name partners, "required" or "any": ` +
        "undefined",
    );
  }
  if (bestBy !== undefined) checkFields(`${action} by its bestBy`, bestBy, ofBestBy);
  if (sampler !== undefined) checkFields(`${action} by its sampler`, sampler, ofSampler);
  if (field !== undefined) checkFields(`${action} by its field`, field, ofField);
  if (flow !== undefined) checkFields(`${action} by its flow`, flow, ofFlow);
  if (takes.examples.length === 0) {
    throw new InputError(
      `Cannot ${action} as takes must name a kind of examples, ${exampleKinds.join(" or ")}: none`,
    );
  }
  requireShared(action, configuration);
  if (steps.length === 0) throw new InputError(`Cannot ${action} as it must have a step: []`);
  const names = new Set<string>();
  for (const step of steps) {
    checkFields(`${action} by its step ${step?.name}`, step, ofStep);
    if (names.has(step.name)) {
      throw new InputError(
        `Cannot ${action} as each step must have a name of its own: ${step.name} is there twice`,
      );
    }
    names.add(step.name);
    if (step.loss === undefined && step.gradients === undefined) {
      throw new InputError(
        `Cannot ${action} by its step ${step.name} as it must have a loss, or gradients: neither`,
      );
    }
  }
}

/** What a trainer reads of every configuration. */
const shared = ["batchSize", "learningRate", "finalLearningRate"] as const;

/** @throws InputError for fields that a trainer looks for in vain, where what there is can be listed. */
function requireShared(action: string, configuration: AnyModel["configuration"]): void {
  const { shape } = configuration as Partial<z.ZodObject>;
  const missing = isRecord(shape) ? shared.filter((field) => !(field in shape)) : [];
  if (missing.length === 0) return;
  throw new InputError(
    `Cannot ${action} as its configuration must have ${
      missing.join(", ")
    } (...exampleFields has them)`,
  );
}

/**
 * The model as an entry of a registry.
 *
 * @throws InputError where a field is missing, of another sort than it must be, or none of a model's.
 */
export function defineModel<C extends SharedFields, N extends Networks>(
  model: Model<NoInfer<C>, N> & { readonly configuration: z.ZodType<C> },
): DefinedModel<C, N> {
  check(model as unknown as AnyModel);
  const { name, summary, takes, configuration, budget, bestBy } = model;
  return {
    model,
    name,
    summary,
    takes,
    configuration,
    budgetUnit: budget,
    examplesPerUpdate: (configuration) => examplesPerUpdate(model, configuration),
    bestBy,
    // deno-lint-ignore require-await
    create: async (context) => new ModelTrainer(model, context),
  };
}
