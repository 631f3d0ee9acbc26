/**
 * Runs side by side on two cores: two beside one, and two of two threads each beside two of one. Nothing
 * else may run meanwhile.
 *
 * @module
 */
import { registries } from "../registries.ts";
import { LabError } from "../lab/core/errors.ts";
import { launch } from "../lab/experiment/launch.ts";
import type { Bench } from "./group.ts";
import { type Row, row } from "./row.ts";
import { temporaryStore } from "./temporary_store.ts";

/** Experiments, and budgets of several seconds in their units. */
const experiments = [
  ["cartpole-ppo", 200_000],
  ["cartpole-dqn", 20_000],
  ["glyphs-vae", 60_000],
] as const;

const repeats = 5;

/**
 * Rows of every experiment: from the command's start of the runs to the end of the last. The quickest
 * repeat counts, as what else the machine does only adds to these few long ones.
 */
export async function* cores({ progress }: Bench): AsyncIterable<Row> {
  for (const [reference, budget] of experiments) {
    const rounds: { one: number; two: number; threaded: number }[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      progress(`${reference}, ${repeat + 1} of ${repeats}`);
      rounds.push({
        one: await secondsOf({ reference, budget, runs: 1, threads: 1 }),
        two: await secondsOf({ reference, budget, runs: 2, threads: 1 }),
        threaded: await secondsOf({ reference, budget, runs: 2, threads: 2 }),
      });
    }
    const [one, two, threaded] = (["one", "two", "threaded"] as const)
      .map((what) => Math.min(...rounds.map((each) => each[what])));
    const alone = { name: "one run", value: one, reach: 1 / 1.1 };
    yield row(`two runs of ${reference} on two cores`, two, "s", alone);
    const plain = { name: "one thread each", value: two, reach: 1 };
    yield row(`two runs of ${reference}, two threads each`, threaded, "s", plain);
  }
}

interface SideBySide {
  readonly reference: string;
  readonly budget: number;
  readonly runs: number;
  readonly threads: number;
}

async function secondsOf({ reference, budget, runs, threads }: SideBySide): Promise<number> {
  await using opened = await temporaryStore();
  const requests = Array.from({ length: runs }, (_, i) => ({
    ...{ reference, budget, seed: i + 1, backend: "auto" as const },
    set: [["evaluation.every", `${budget}`] as const],
  }));
  const begun = performance.now();
  const ended = await launch(requests, {
    ...{ store: opened.store, registries, workers: runs, threads },
  });
  const seconds = (performance.now() - begun) / 1000;
  const failed = ended.find(({ status }) => status !== "completed");
  if (failed !== undefined) {
    throw new LabError(`Cannot time ${reference} as it must complete: ${failed.message}`);
  }
  return seconds;
}
