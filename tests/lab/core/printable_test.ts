import { strictEqual } from "node:assert";
import { printable } from "../../../lab/core/printable.ts";

Deno.test("what commands a terminal or turns the direction of writing is replaced", () => {
  strictEqual(printable("\x1b[31mred\x07\r\n\u009b2J\u202eevil\u2066"), "�[31mred����2J�evil�");
  for (const text of ["cartpole-ppo", "größer ≥ 475", "実験 👩‍🔬", ""]) {
    strictEqual(printable(text), text);
  }
});
