import { strictEqual } from "node:assert";
import { printable, shortened } from "../../../lab/core/printable.ts";

Deno.test("what commands a terminal or turns the direction of writing is replaced", () => {
  strictEqual(printable("\x1b[31mred\x07\r\n\u009b2J\u202eevil\u2066"), "�[31mred����2J�evil�");
  for (const text of ["cartpole-ppo", "größer ≥ 475", "実験 👩‍🔬", ""]) {
    strictEqual(printable(text), text);
  }
});

Deno.test("a line of others' text is printable, however much of it is shown", () => {
  strictEqual(shortened("\x1b[2J\n\u202e"), "�[2J��");
  for (const length of [0, 299, 300, 301, 5000]) {
    const shown = shortened("\x07".repeat(length));
    strictEqual(shown, "�".repeat(Math.min(length, 300)) + (length > 300 ? "…" : ""));
  }
});
