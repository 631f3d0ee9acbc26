/**
 * Fields of configurations that several agents share.
 *
 * @module
 */
import * as z from "zod";

/** Field of every agent that looks ahead. */
export const gamma = z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" });

/** Fields of the learning rate. */
export const learningRateFields = {
  learningRate: z.number().positive().default(3e-4).meta({
    description: "Step size of the optimizer",
  }),
  annealLearningRate: z.boolean().default(false).meta({
    description: "Lower the learning rate linearly to 0 over the budget",
  }),
} as const;

/** Fields of ε-greedy exploration. */
export const explorationFields = {
  explorationInitial: z.number().min(0).max(1).default(1).meta({
    description: "ε at the start: the share of random actions",
  }),
  explorationFinal: z.number().min(0).max(1).default(0.05).meta({
    description: "ε at the end of its schedule",
  }),
  explorationFraction: z.number().gt(0).max(1).default(0.1).meta({
    description: "Share of the budget over which ε falls linearly",
  }),
} as const;

/** Field of every agent that chooses among actions. */
export const maskActions = z.boolean().default(true).meta({
  description: "Never choose what the environment's action mask forbids, where it has one",
});

/**
 * Fields with other defaults, and other descriptions where they are given.
 *
 * @param fields By name.
 * @param defaults Of some of them; all others stay.
 * @param descriptions Of some of them.
 *
 * @example
 * ```ts
 * import * as z from "zod";
 * import { deepStrictEqual } from "node:assert";
 * const fields = { gamma: z.number().max(1).default(0.99).meta({ description: "Discount γ" }) };
 * const { gamma } = withDefaults(fields, { gamma: 0.999 });
 * deepStrictEqual([gamma.parse(undefined), gamma.meta()], [0.999, { description: "Discount γ" }]);
 * ```
 */
export function withDefaults<
  Fields extends Readonly<Record<string, z.ZodDefault<z.ZodType> | z.ZodOptional<z.ZodType>>>,
>(
  fields: Fields,
  defaults: { readonly [Name in keyof Fields]?: z.output<Fields[Name]> },
  descriptions: { readonly [Name in keyof Fields]?: string } = {},
): Fields {
  const changed = Object.keys({ ...defaults, ...descriptions }).map((name) => {
    const field = fields[name];
    const { [name]: value = field.parse(undefined) } = defaults;
    const { [name]: description } = descriptions;
    const meta = { ...field.meta(), ...description && { description } };
    return [name, field.unwrap().default(value as never).meta(meta)];
  });
  return { ...fields, ...Object.fromEntries(changed) };
}
