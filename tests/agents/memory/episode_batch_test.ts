/** What is kept of whole episodes, however many transitions they have. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { policyDistribution } from "../../../agents/distributions/mod.ts";
import { EpisodeBatch } from "../../../agents/memory/episode_batch.ts";
import type { ScoreProgram } from "../../../agents/trainers/evaluation.ts";
import { defineEnvironment, environmentOf } from "../../../lab/core/define_environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";

Deno.test("a batch that grows again and again keeps every column of every transition", async () => {
  // The two environments' episodes have 700 and 2100 steps; what may be chosen follows the count.
  let made = 0;
  const allowed = (count: number) => [0, 1, 2].map((a) => Number(a !== count % 3));
  const makeEnvironment = () => {
    const length = [700, 2100][made++ % 2];
    return environmentOf(defineEnvironment({
      id: "Counts-v0",
      observationSpace: new Box({ low: 0, high: 3000, shape: [2] }),
      actionSpace: new Discrete(3),
      reset: () => 0,
      step: (count: number, action: number) => ({
        state: count + 1,
        reward: 10 * count + action,
        terminated: count + 1 === length,
      }),
      observe: (count) => Float32Array.of(count, length),
      actionMask: allowed,
    }));
  };
  const batch = new EpisodeBatch("test", { seed: 1, makeEnvironment }, 2, true);
  const input = { observations: new Float32Array(4) };
  const even = { input, run: () => {}, read: () => Promise.resolve(new Float32Array(6)) };
  const distribution = policyDistribution(batch.shape.actionSpace);
  const spent = await batch.collect(
    even as unknown as ScoreProgram,
    distribution,
    defaultRng(1),
    Infinity,
  );
  strictEqual(spent, 2800);
  strictEqual(batch.transitions, 2800);
  deepStrictEqual(batch.endings, ["terminated", "terminated"]);
  const steps = [0, 0];
  for (let row = 0; row < batch.transitions; row++) {
    const owner = batch.owners[row];
    const count = steps[owner]++;
    const mask = allowed(count);
    const action = batch.actions[row];
    deepStrictEqual([...batch.observations.subarray(2 * row, 2 * row + 2)], [
      count,
      [700, 2100][owner],
    ]);
    deepStrictEqual([...batch.masks!.subarray(3 * row, 3 * row + 3)], mask);
    ok(mask[action] === 1, `${action} was chosen at ${count}`);
    strictEqual(batch.rewards[row], 10 * count + action);
  }
  deepStrictEqual(steps, [700, 2100]);
});

Deno.test("a batch stops at its limit with episodes open, which the window never counts", async () => {
  let made = 0;
  const makeEnvironment = () => {
    const length = [3, 5][made++ % 2];
    return environmentOf(defineEnvironment({
      id: "Short-v0",
      observationSpace: new Box({ low: 0, high: 10, shape: [1] }),
      actionSpace: new Discrete(2),
      ...length === 5 && { timeLimit: 5 },
      reset: () => 0,
      step: (count: number) => ({
        state: count + 1,
        reward: 1,
        terminated: length === 3 && count + 1 === 3,
      }),
      observe: (count) => Float32Array.of(count),
    }));
  };
  const batch = new EpisodeBatch("test", { seed: 1, makeEnvironment }, 2, false);
  const input = { observations: new Float32Array(2) };
  const even = { input, run: () => {}, read: () => Promise.resolve(new Float32Array(4)) };
  const collect = (limit: number) =>
    batch.collect(
      even as unknown as ScoreProgram,
      policyDistribution(batch.shape.actionSpace),
      defaultRng(1),
      limit,
    );
  strictEqual(await collect(5), 5);
  deepStrictEqual([...batch.owners.subarray(0, 5)], [0, 1, 0, 1, 0]);
  deepStrictEqual(batch.endings, ["terminated", "open"]);
  deepStrictEqual([...batch.lastObservations], [3, 2]);
  strictEqual(batch.masks, undefined);
  const figures = (length: number) => ({
    "rollout/episode_return_mean": length,
    "rollout/episode_length_mean": length,
  });
  deepStrictEqual(batch.episodes.metrics(), figures(3));
  // The open one is not gone on with: its two steps are of no episode that the window counts.
  strictEqual(await collect(Infinity), 8);
  deepStrictEqual(batch.endings, ["terminated", "truncated"]);
  deepStrictEqual([...batch.lastObservations], [3, 5]);
  deepStrictEqual(batch.episodes.metrics(), figures((3 + 3 + 5) / 3));
  deepStrictEqual([...batch.observations.subarray(0, 8)], [0, 0, 1, 1, 2, 2, 3, 4]);
});
