/**
 * Budgets: what their units are called, and amounts as people type and read them.
 *
 * @module
 */
import { didYouMean, InputError } from "./errors.ts";
import type { BudgetUnit } from "./trainer.ts";

/** What a unit is called. */
interface UnitWords {
  /** Of an amount of 1. */
  readonly one: string;
  /** Of any other amount, and behind `--budget 100k-`. */
  readonly many: string;
  /** In full, of many. */
  readonly full: string;
  /** What else people type for it. */
  readonly also: readonly string[];
}

/** The units that there are. */
export const unitWords: Readonly<Record<BudgetUnit, UnitWords>> = {
  environmentSteps: {
    one: "step",
    many: "steps",
    full: "environment steps",
    also: ["environment step", "env steps", "timesteps"],
  },
  gradientSteps: {
    one: "update",
    many: "updates",
    full: "updates",
    also: ["gradient step", "gradient steps"],
  },
  examples: {
    one: "example",
    many: "examples",
    full: "examples",
    also: ["points", "images", "samples"],
  },
};

/** `100,000 steps`, `1 update`. */
export function amountOf(value: number, unit: BudgetUnit): string {
  const { one, many } = unitWords[unit];
  return `${Math.round(value).toLocaleString("en-US")} ${value === 1 ? one : many}`;
}

/** A budget as it was typed. */
export interface Amount {
  /** Whole, ≥ 1. */
  readonly value: number;
  /** Left out where none was typed: the trainer's. */
  readonly unit?: BudgetUnit;
}

/** Digits, a power of ten, a letter for thousands or millions, a unit. */
const AMOUNT =
  /^(\d{1,3}(?:,\d{3})+|\d[\d_]*(?:\.\d+)?)(?:e\+?(\d+))?([km]?)(?:[\s_-]+(\p{L}[\p{L}\s_-]*))?$/iu;

/**
 * Reads an amount: `100000`, `100k`, `1M`, `2.5e5`, each with a unit behind a hyphen where wanted
 * (`100k-steps`, `60000-examples`, `1500-updates`).
 *
 * @throws InputError where it is none, is not whole, or has a unit that there is not.
 *
 * @example
 * ```ts
 * import { parseAmount } from "./budget.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(parseAmount("2.5e5"), { value: 250_000 });
 * deepStrictEqual(parseAmount("100k-steps"), { value: 100_000, unit: "environmentSteps" });
 * ```
 */
export function parseAmount(text: string): Amount {
  const [, digits, exponent = "0", letter = "", word] = AMOUNT.exec(text.trim()) ?? [];
  const thousands = { "": 0, k: 3, m: 6 }[letter.toLowerCase()]!;
  const value = Number(`${digits?.replaceAll(/[_,]/g, "")}e${Number(exponent) + thousands}`);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InputError(
      "Cannot use the budget as it must be a whole number, ≥ 1, as 100000, 100k, 1M or 2.5e5, " +
        `its unit behind it if wanted (100k-steps): ${text}`,
    );
  }
  return word === undefined ? { value } : { value, unit: unitOf(word, text) };
}

/** Letters alone, in lower case. */
const squeezed = (word: string) => word.toLowerCase().replaceAll(/[\s_-]/g, "");

function unitOf(word: string, text: string): BudgetUnit {
  const units = Object.entries(unitWords) as [BudgetUnit, UnitWords][];
  const found = units.find(([, { one, many, full, also }]) =>
    [one, many, full, ...also].some((each) => squeezed(each) === squeezed(word))
  );
  if (found !== undefined) return found[0];
  const known = units.map(([, { many }]) => many);
  throw new InputError(
    `Cannot use the budget as its unit must be ${known.join(", ")}` +
      `${didYouMean(word, known, 1)}: ${text}`,
  );
}
