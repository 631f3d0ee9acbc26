import { deepStrictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { Rollout } from "../../../agents/memory/rollout.ts";
import { RolloutValues } from "../../../agents/memory/rollout_values.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { tensorOf } from "../../../lab/core/tensor_data.ts";

/** Values that are ten times the observation, of rollouts with T = 3 and N = 2. */
async function valued(test: (rollout: Rollout, values: RolloutValues) => Promise<void>) {
  const { workspace } = await openWorkspace("cpu");
  const rollout = new Rollout(3, 2, {
    observationSpace: new Box({ low: -100, high: 100, shape: [1] }),
    observationSize: 1,
    actionSpace: new Discrete(2),
    flatActionSize: 2,
    masked: false,
  });
  workspace.define("parameters", { weight: tensorOf(Float32Array.of(10), [1]) });
  const values = new RolloutValues(
    "tens",
    workspace,
    rollout,
    ({ weight }, observations) => tf.reshape(tf.mul(observations, weight), [-1]),
  );
  rollout.observations.set([1, 2, 3, 4, 5, 6]);
  await test(rollout, values);
  workspace.dispose();
}

Deno.test("a whole rollout's rows are followed by the next step's, the last ones by what comes after", () =>
  valued(async (_, values) => {
    deepStrictEqual(await values.of(6, Float32Array.of(7, 8)), {
      values: Float64Array.of(10, 20, 30, 40, 50, 60),
      nextValues: Float64Array.of(30, 40, 50, 60, 70, 80),
    });
  }));

Deno.test("a shortened rollout's last rows are followed by what comes after them, not by older rows", () =>
  valued(async (_, values) => {
    deepStrictEqual(await values.of(4, Float32Array.of(7, 8)), {
      values: Float64Array.of(10, 20, 30, 40),
      nextValues: Float64Array.of(30, 40, 70, 80),
    });
  }));

Deno.test("rows that a time limit cut are followed by their final observations, however many", () =>
  valued(async (rollout, values) => {
    [0, 3, 5].forEach((row) => rollout.cut.push({ row, observation: Float32Array.of(90 + row) }));
    const { nextValues } = await values.of(6, Float32Array.of(7, 8));
    deepStrictEqual(nextValues, Float64Array.of(900, 40, 50, 930, 70, 950));
  }));
