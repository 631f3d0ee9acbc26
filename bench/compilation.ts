/**
 * The way from a step to its first run (trace, passes, schedule, plan, lowering, linking and the
 * run itself), each time in a fresh thread, where no code is warm; and the temporaries' memory.
 *
 * @module
 */
import { median } from "../lab/statistics/mod.ts";
import { planOf } from "./captured.ts";
import type { Bench } from "./group.ts";
import { missingRow, type Row, row, targetRow } from "./row.ts";
import { steps } from "./steps/mod.ts";
import { unlessUnlowered } from "./updates.ts";

/** What compilation_worker.ts posts. */
export type FirstRuns = { readonly first: number; readonly second: number } | {
  readonly missing: string;
};

/** Milliseconds to stay under, where asked for. */
const targets: Readonly<Record<string, number>> = { ppo: 60, "conv-vae": 150 };
const threads = 5;

/** Rows of every step. */
export async function* compilation({ progress }: Bench): AsyncIterable<Row> {
  for (const { name, title } of steps) {
    const label = `first run of ${title}`;
    progress(label);
    const samples: { first: number; second: number }[] = [];
    for (let i = 0; i < threads; i++) {
      const runs = await inFreshThread(name);
      if ("missing" in runs) {
        yield missingRow(label, "ms", runs.missing);
        break;
      }
      samples.push(runs);
    }
    if (samples.length < threads) continue;
    const first = median(samples.map((sample) => sample.first));
    yield targets[name] === undefined
      ? row(label, first, "ms")
      : targetRow(label, first, "ms", targets[name]);
    const second = median(samples.map((sample) => sample.second));
    yield row(`${label}, again in another workspace`, second, "ms", {
      name: "the first",
      value: first,
    });
  }
  for (const step of steps) {
    const label = `temporaries of ${step.title}`;
    const plan = unlessUnlowered(() => planOf(step));
    if (typeof plan === "string") {
      yield missingRow(label, "kB", plan);
      continue;
    }
    yield row(label, plan.temporaryBytes / 1000, "kB", {
      name: "each in its own place",
      value: plan.unplannedBytes / 1000,
      reach: 2,
    });
  }
}

function inFreshThread(step: string): Promise<FirstRuns> {
  const worker = new Worker(new URL("./compilation_worker.ts", import.meta.url), {
    type: "module",
  });
  return new Promise<FirstRuns>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(step);
  }).finally(() => worker.terminate());
}
