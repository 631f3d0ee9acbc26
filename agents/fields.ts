/**
 * Fields of configurations that several agents share.
 *
 * @module
 */
import type * as z from "zod";

/**
 * A field with another default, and other words for it where they are given.
 *
 * @param meta `description` and `unit`; what is left out stays.
 *
 * @example
 * ```ts
 * import * as z from "zod";
 * import { deepStrictEqual } from "node:assert";
 * const gamma = z.number().max(1).default(0.99).meta({ description: "Discount γ" });
 * const longer = withDefault(gamma, 0.999);
 * deepStrictEqual([longer.parse(undefined), longer.meta()], [0.999, { description: "Discount γ" }]);
 * ```
 */
export function withDefault<Field extends z.ZodType>(
  field: z.ZodDefault<Field>,
  value: z.output<Field>,
  meta: { readonly description?: string; readonly unit?: string } = {},
): z.ZodDefault<Field> {
  const inner = field.unwrap();
  return inner.default(value as never).meta({ ...field.meta(), ...meta }) as z.ZodDefault<Field>;
}
