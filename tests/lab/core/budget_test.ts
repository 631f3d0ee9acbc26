import { deepStrictEqual, match, throws } from "node:assert";
import { amountOf, parseAmount, unitWords } from "../../../lab/core/budget.ts";
import type { BudgetUnit } from "../../../lab/core/trainer.ts";

Deno.test("an amount is read as people type it", () => {
  const values = ["20000", "20k", "2e4", "0.02M", "20_000", "20,000", " 20K "];
  for (const text of values) deepStrictEqual(parseAmount(text), { value: 20_000 }, text);
  deepStrictEqual(parseAmount("1.001k"), { value: 1001 });
  deepStrictEqual(parseAmount("1.5e3 points"), { value: 1500, unit: "examples" });
});

Deno.test("every unit is read by each of its words, and by what an amount is printed as", () => {
  for (const [unit, { one, many, full, also }] of Object.entries(unitWords)) {
    for (const word of [one, many, full, ...also]) {
      const text = `3-${word.replaceAll(" ", "-").toUpperCase()}`;
      deepStrictEqual(parseAmount(text), { value: 3, unit }, text);
    }
    for (const value of [1, 2, 123_456]) {
      const printed = amountOf(value, unit as BudgetUnit);
      deepStrictEqual(parseAmount(printed), { value, unit }, printed);
    }
  }
  deepStrictEqual(
    [amountOf(1, "gradientSteps"), amountOf(100_000, "environmentSteps")],
    ["1 update", "100,000 steps"],
  );
});

Deno.test("what is no amount is refused in a line that says what is one", () => {
  const wrong = [
    "",
    "k",
    "0",
    "-5",
    "2.5",
    "1,0",
    "1e400",
    "5ksteps",
    "abc",
    "1e3e3",
    "1k2",
    "1-2",
  ];
  for (const text of wrong) {
    throws(() => parseAmount(text), {
      name: "InputError",
      message: "Cannot use the budget as it must be a whole number, ≥ 1, as 100000, 100k, 1M or " +
        `2.5e5, its unit behind it if wanted (100k-steps): ${text}`,
    }, text);
  }
  throws(() => parseAmount("5k-stpes"), (error: Error) => {
    match(error.message, /must be steps, updates, examples \(did you mean "steps"\?\): 5k-stpes$/);
    return true;
  });
});
