/**
 * How everything here is timed: warmed up, then in batches, one subject after another in turn, so
 * that whatever else the machine does falls on all of them; the median over the batches counts.
 *
 * @module
 */
import { median } from "../lab/statistics/mod.ts";

/** One call of what is timed; or what times `count` calls by itself, in ms (another process). */
export type Subject = (() => unknown) | { time(count: number): number | Promise<number> };

/** How long to measure. */
export interface MeasureOptions {
  /** Of one batch, at least. Short, so that most batches are not interrupted. Default 2 ms. */
  readonly batchMilliseconds?: number;
  /** Batches of a subject at most. Default 151. */
  readonly rounds?: number;
  /** For a subject: fewer batches where they would take longer, but one at least. Default 3. */
  readonly seconds?: number;
}

/** Of each subject, before anything counts: engines compile again what runs often. */
const warmUpMilliseconds = 300;

/** Median milliseconds of a call of each subject, by name. */
export async function measure<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  { batchMilliseconds = 2, rounds = 151, seconds = 3 }: MeasureOptions = {},
): Promise<Record<Name, number>> {
  const lanes = [];
  for (const [name, subject] of Object.entries<Subject>(subjects)) {
    const time = timerOf(subject);
    const { calls, milliseconds } = await warmUp(time, batchMilliseconds);
    const batches = Math.floor(seconds * 1000 / milliseconds);
    lanes.push({ name, time, calls, batches: clamp(batches, 1, rounds), samples: [] as number[] });
  }
  const most = Math.max(...lanes.map(({ batches }) => batches));
  for (let round = 0; round < most; round++) {
    // Each round begins with another subject; slow ones sit out rounds, evenly spread.
    for (let i = 0; i < lanes.length; i++) {
      const { time, calls, batches, samples } = lanes[(round + i) % lanes.length];
      const due = Math.ceil((round + 1) * batches / most);
      if (due > samples.length) samples.push(await time(calls) / calls);
    }
  }
  return Object.fromEntries(
    lanes.map(({ name, samples }) => [name, median(samples)]),
  ) as Record<Name, number>;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

type Timer = (count: number) => number | Promise<number>;

function timerOf(subject: Subject): Timer {
  if (typeof subject !== "function") return (count) => subject.time(count);
  return async (count) => {
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) {
      const returned = subject();
      if (returned instanceof Promise) await returned;
    }
    return performance.now() - startedAt;
  };
}

/**
 * Runs for a while.
 *
 * @returns How many calls make a batch, and how long the last one took.
 */
async function warmUp(time: Timer, batchMilliseconds: number) {
  // The first call compiles: it says nothing about how long the next ones take.
  await time(1);
  let calls = 1;
  for (let total = 0;;) {
    const milliseconds = await time(calls);
    total += milliseconds;
    if (milliseconds < batchMilliseconds) calls *= 2;
    else if (total >= warmUpMilliseconds) return { calls, milliseconds };
  }
}
