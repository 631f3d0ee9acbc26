/** What tests of stored toy runs share. */
import { launch, type RunRequest } from "../../../lab/experiment/launch.ts";
import type { SweepDefinition } from "../../../lab/experiment/sweep/definition.ts";
import { train } from "../../../lab/experiment/train.ts";
import type { Run, Store } from "../../../lab/store/store.ts";
import { registries, toyExperiment } from "./toy_registries.ts";

/** The toy experiment with seed 1, unless said otherwise. */
export const request = (fields: Partial<RunRequest> = {}): RunRequest => ({
  reference: "line-toy",
  seed: 1,
  backend: "cpu",
  ...fields,
});
/** Three trials of two seeds, one of them judged on another. */
export const toySweep: SweepDefinition = {
  name: "toys",
  experiment: "line-toy",
  space: { "agent.rate": "0.01..0.9" },
  set: { "agent.pause": 5, "checkpoint.everyIterations": 3 },
  trials: 3,
  seeds: 2,
  judge: 1,
  backend: "cpu",
};

/** One worker, toys. */
export const options = (store: Store) => ({ store, registries, workers: 1 });

/** The digest of the toy run with seed 1, which nothing may change. */
export async function expectedDigest(seed = 1, budget?: number): Promise<string> {
  const result = await train(toyExperiment, { registries, seed, backend: "cpu", budget });
  result.dispose();
  return result.digest;
}

/**
 * Starts a slow run and aborts it after the report of `iteration`. On a busy machine it gets further
 * before it hears of that: `set` may leave out what it must not come to.
 */
export async function interruptedRun(
  store: Store,
  iteration: number,
  set: RunRequest["set"] = [],
): Promise<Run> {
  const abort = new AbortController();
  const [run] = await launch([request({ set: [["agent.pause", "25"], ...set] })], {
    ...options(store),
    signal: abort.signal,
    onProgress: ({ progress }) => progress.iterations >= iteration && abort.abort(),
  });
  return run;
}
