import { strictEqual, throws } from "node:assert";
import * as z from "zod";
import { fieldsOf, parseValue } from "../../../lab/experiment/fields.ts";

Deno.test("nothing is no number", () => {
  const [field] = fieldsOf(z.strictObject({ gamma: z.number().max(1).default(0.9) }), "agent");
  strictEqual(parseValue(" 0.5 ", field), 0.5);
  for (const text of ["", " ", "x", "1e999", "NaN"]) {
    throws(() => parseValue(text, field), { name: "InputError", message: /agent\.gamma/ });
  }
});
