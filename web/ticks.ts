/**
 * Axes that can be read: labels that tell their ticks apart, and a range for values that hardly
 * change.
 *
 * @module
 */
import { multiplesOf, roundNumbers } from "../lab/core/round_numbers.ts";
import { figure } from "./format.ts";

/** A span below this share of the values is rounding, not change. */
const RELATIVE = 1e-9;
/** Below a span of this uPlot finds no step between ticks. */
const TINY = 1e-12;
/** Ticks of such a span, at most. */
const FEW = 5;

/** From here on numbers have no suffix that is short. */
const VAST = 1e15;
/** Digits after the first one that a label has at most. */
const DIGITS = 11;

/** Ticks between these are told without exponents on a logarithmic axis. */
const PLAIN = [1e-3, 1e7];

/** Ticks from `low` to `high` that are `step` apart, as uPlot found it. */
export function ticksOf(step: number, low: number, high: number): number[] {
  return high - low < TINY ? roundNumbers(low, high, FEW) : multiplesOf(step, low, high);
}

/** Labels of ascending ticks, each with as many digits as tell it from the others. */
export function tickLabels(ticks: readonly number[]): string[] {
  if (ticks.some((tick) => Math.abs(tick) >= VAST)) return exponents(ticks);
  const large = ticks.some((tick) => Math.abs(tick) >= 1e4);
  for (let digits = 0; large && digits <= 6; digits++) {
    const labels = ticks.map((tick) => compact(tick, digits));
    const isExact = labels.every((label, i) => label === compact(ticks[i], digits + 2));
    if (areDistinct(labels) && (isExact || digits === 6)) return labels;
  }
  const rounding = RELATIVE * Math.max(...ticks.map(Math.abs));
  const exact = ticks.map((tick) =>
    Math.abs(tick) <= rounding ? 0 : Number(tick.toPrecision(DIGITS + 1))
  );
  const labels = exact.map(figure);
  const areExact = labels.every((label, i) => Number(label.replaceAll(",", "")) === exact[i]);
  return areExact ? labels : exact.map(whole);
}

/** A number with all of its digits. */
function whole(value: number): string {
  if (Math.abs(value) < 1e-3) return String(value);
  return value.toLocaleString("en", { maximumSignificantDigits: DIGITS + 1 });
}

function compact(tick: number, digits: number): string {
  return tick.toLocaleString("en", { notation: "compact", maximumFractionDigits: digits });
}

/** Pixels along an axis that a label of its takes, of ticks between `low` and `high`. */
export function labelRoom(low: number, high: number): number {
  return Math.max(Math.abs(low), Math.abs(high)) >= VAST ? 90 : 50;
}

/** Pixels between the ticks of an upright axis, where it is high enough. */
const ROOM = 30;

/**
 * Pixels that ticks of an upright axis are apart at least: as the next {@linkcode STEPS} may be twice as
 * long, a quarter of its height leaves two of them, which tell a scale.
 */
export function tickRoom(height: number): number {
  return Math.min(ROOM, height / 4);
}

/** Labels with exponents, as short as tells them apart; what sums leave in the place of 0 is 0. */
function exponents(ticks: readonly number[]): string[] {
  const rounding = RELATIVE * Math.max(...ticks.map(Math.abs));
  const labelsOf = (digits: number) =>
    ticks.map((tick) =>
      Math.abs(tick) <= rounding ? "0" : tick.toExponential(digits).replace(/\.?0*e/, "e")
    );
  for (let digits = 2; digits < DIGITS; digits++) {
    if (areDistinct(labelsOf(digits))) return labelsOf(digits);
  }
  return labelsOf(DIGITS);
}

function areDistinct(labels: readonly string[]): boolean {
  return new Set(labels).size === labels.length;
}

/** Whether values between `low` and `high` are one value but for rounding. */
export function isConstant(low: number, high: number): boolean {
  return high - low <= RELATIVE * Math.max(Math.abs(low), Math.abs(high));
}

/** What an axis shows of one value: a tenth of it to either side, of 0 and its like 1. */
export function constantRange(value: number): [low: number, high: number] {
  const margin = Math.abs(value) / 10 || 1;
  return [
    Math.max(-Number.MAX_VALUE, value - margin),
    Math.min(Number.MAX_VALUE, value + margin),
  ];
}

/** Numbers between its negative and this one have a finite difference. */
const FARTHEST = Number.MAX_VALUE / 2;

/**
 * What an axis shows of values from `low` to `high`: a tenth of what is between them beyond either, where
 * all are on one side of 0 to 0 at most; of one value what {@linkcode constantRange} does. uPlot's own
 * takes numbers for equal whose first six digits behind the point are zeros or nines.
 */
export function linearRange(low: number, high: number): [low: number, high: number] {
  if (isConstant(low, high)) return constantRange(low);
  const margin = high / 10 - low / 10;
  const [from, to] = [low - margin, high + margin];
  return [
    Math.max(-FARTHEST, low < 0 ? from : Math.max(0, from)),
    Math.min(FARTHEST, high > 0 ? to : Math.min(0, to)),
  ];
}

/** Where a number stands along an axis, but for a factor. */
export function unitOf(log: boolean): (value: number) => number {
  return log ? Math.log10 : (value) => value;
}

/** Which number stands there: the inverse of {@linkcode unitOf}. */
export function standingAt(log: boolean): (place: number) => number {
  return log ? (place) => 10 ** place : (place) => place;
}

/** Beyond each end of a logarithmic axis, as a share of its length; of one value so many powers of ten. */
const [MARGIN, POWERS] = [0.05, 0.5];

/**
 * What a logarithmic axis shows of values from `low` to `high`, both above 0: a twentieth of its length
 * beyond either; of one value half a power of ten to either side.
 */
export function logRange(low: number, high: number): [low: number, high: number] {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const margin = isConstant(low, high) ? POWERS : MARGIN * (to - from);
  return [
    Math.max(Number.MIN_VALUE, 10 ** (from - margin)),
    Math.min(Number.MAX_VALUE, 10 ** (to + margin)),
  ];
}

/**
 * Ticks of a logarithmic axis, about `most` at most: 1, 2 and 5 times powers of ten; where these are too
 * many, powers of ten, as far apart as it takes; where either are fewer than two, round numbers.
 *
 * @param low Above 0, and less than `high`.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const isShown = (tick: number) => tick >= low && tick <= high;
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const ticks = (digits: readonly number[]) =>
    exponents.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter(isShown);
  const [powers, fine] = [ticks([1]), ticks([1, 2, 5])];
  if (powers.length > 1 && fine.length > most) {
    const step = Math.ceil(powers.length / most);
    return powers.filter((_, i) => i % step === 0);
  }
  return fine.length > 1 ? fine : roundNumbers(low, high, Math.max(2, most));
}

/** Labels of the ticks of a logarithmic axis: with exponents where one of them is small or vast. */
export function logLabels(ticks: readonly number[]): string[] {
  const isPlain = ticks.every((tick) => tick >= PLAIN[0] && tick < PLAIN[1]);
  return isPlain ? tickLabels(ticks) : ticks.map((tick) => tick.toExponential());
}

/** Steps between ticks, for every span that a number can have: uPlot's own end before 1e32. */
export const STEPS: readonly number[] = Array.from({ length: 340 }, (_, i) => i - 32)
  .flatMap((power) => [1, 2, 2.5, 5].map((digit) => Number(`${digit}e${power}`)));

const WHOLE_STEPS = STEPS.filter(Number.isInteger);

/** Steps between ticks of counts. */
export function wholeSteps(): number[] {
  return [...WHOLE_STEPS];
}

/** Steps for columns of values: between whole numbers, as counts of modes are, there are no ticks. */
export function stepsFor(...columns: readonly (readonly (number | string)[])[]): number[] {
  const areWhole = columns.every((values) =>
    values.every((value) => typeof value !== "number" || Number.isInteger(value))
  );
  return [...areWhole ? WHOLE_STEPS : STEPS];
}
