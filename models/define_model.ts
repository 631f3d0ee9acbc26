/**
 * Models as data: a file says a {@linkcode Model}, and {@linkcode defineModel} makes a registry's
 * entry of it.
 *
 * @module
 */
import type * as z from "zod";
import type { ModelDefinition } from "../lab/compute/definitions.ts";
import type { SharedFields } from "./fields.ts";
import type { Model } from "./model.ts";
import type { Networks } from "./networks.ts";
import { examplesPerUpdate, ModelTrainer } from "./trainer.ts";

/** A registry's entry, and the model that it is of. */
export interface DefinedModel<C extends SharedFields, N extends Networks>
  extends ModelDefinition<C> {
  /** As its file says it. */
  readonly model: Model<C, N>;
}

/** The model as an entry of a registry. */
export function defineModel<C extends SharedFields, N extends Networks>(
  model: Model<NoInfer<C>, N> & { readonly configuration: z.ZodType<C> },
): DefinedModel<C, N> {
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
