/**
 * Whether a program takes one thread or all of them: decided by trial, again and again, as other
 * work comes and goes on the machine. The bits are the same either way.
 *
 * @module
 */
import { median } from "./median.ts";

/** What the next run takes. */
export interface ThreadChoice {
  /** All threads, or one. */
  readonly many: boolean;
  /** Milliseconds that the run may wait for all threads to come. */
  readonly patience: number;
}

/** Threaded runs before the first trial, in milliseconds and at least: engines optimize meanwhile. */
const warmUp = { milliseconds: 400, runs: 6 };
/** A trial: so often, so long on one thread and so long on all, the first run of each uncounted. */
const rounds = 5;
const phase = { milliseconds: 8, runs: 2 };
/** All threads are taken where they need at most this share of one's time, and kept up to this. */
const taken = 0.85;
const kept = 0.95;
/** Between trials, in times of the last one: rising while the outcome stays. */
const rests = { least: 20, most: 320 };
/** Threaded runs that are watched together, in milliseconds and at least. */
const watch = { milliseconds: 40, runs: 4 };

type Choices<Result> = Generator<ThreadChoice, Result, number>;

/** Yields what each run takes; `next` is given how many milliseconds it took. Never ends. */
export function* threadChoices(): Choices<never> {
  let one = Infinity;
  const patience = () => Math.min(one / 4, 5);
  const runs = function* (many: boolean, least: typeof phase) {
    const times: number[] = [];
    for (let sum = 0; sum < least.milliseconds || times.length < least.runs;) {
      const milliseconds: number = yield { many, patience: patience() };
      times.push(milliseconds);
      sum += milliseconds;
    }
    return times;
  };
  const trial = function* () {
    const ones: number[] = [];
    const ratios: number[] = [];
    let spent = 0;
    for (let round = 0; round < rounds; round++) {
      const [single, threaded] = [yield* runs(false, phase), yield* runs(true, phase)];
      spent += sum(single) + sum(threaded);
      ones.push(mean(single.slice(1)));
      ratios.push(mean(threaded.slice(1)) / ones[round]);
    }
    one = median(ones);
    return { ratio: median(ratios), spent };
  };

  yield* runs(true, warmUp);
  let many = false;
  let rest = rests.least / 2;
  for (;;) {
    const { ratio, spent } = yield* trial();
    const before: boolean = many;
    many = ratio < (before ? kept : taken);
    rest = many === before ? Math.min(2 * rest, rests.most) : rests.least;
    for (let left = rest * spent; left > 0;) {
      const times = yield* runs(many, watch);
      left -= sum(times);
      // One thread would have been as fast: something else has come to the machine.
      if (many && mean(times) > one) break;
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
