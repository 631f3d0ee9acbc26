/** SAC's policy with gSDE: its deviations, and the noise that explores and is held. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { SquashedExplorer } from "../../../agents/exploration/squashed_explorer.ts";
import { gsdeActions, squashedPolicy } from "../../../agents/networks/squashed_policy.ts";
import type { WorldShape } from "../../../agents/worlds/world.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { Box } from "../../../lab/core/space.ts";
import { defaultRng } from "../../../lab/core/random.ts";

const settings = {
  hiddenSizes: [2],
  activation: "tanh",
  stateDependentNoise: true,
  initialLogStd: -1,
  environments: 2,
  noiseEvery: 0,
} as const;
const space = new Box({ low: -1, high: 1, shape: [1] });
const shape: WorldShape = {
  observationSpace: space,
  observationSize: 1,
  actionSpace: space,
  flatActionSize: 1,
};
const policy = squashedPolicy(shape, settings);
/** z = tanh(s · [1, −2]), μ = z · [0.5, 1] + 0.1, ln σ = [−1, 0.5]. */
const parameters = () => ({
  "policy/0/kernel": tf.tensor2d([[1, -2]]),
  "policy/0/bias": tf.tensor1d([0, 0]),
  "policy/1/kernel": tf.tensor2d([[0.5], [1]]),
  "policy/1/bias": tf.tensor1d([0.1]),
  "policy/logStd": tf.tensor2d([[-1], [0.5]]),
});

function expectClose(actual: ArrayLike<number>, expected: number[]): void {
  strictEqual(actual.length, expected.length);
  expected.forEach((x, i) => ok(Math.abs(actual[i] - x) < 1e-5, `${actual} is not ${expected}`));
}

Deno.test("gSDE's deviation and action are the worked example's", async () => {
  await openWorkspace("cpu");
  tf.tidy(() => {
    // NumPy: z = np.tanh(0.3 * np.array([1, -2])); s = np.exp([-1, 0.5])
    // z @ [0.5, 1] + 0.1; np.log(np.sqrt((z**2) @ s**2 + 1e-6)); np.tanh(mu + z @ (s * [2, -1]))
    const rows = policy.distributions(parameters(), tf.tensor2d([[0.3]]));
    expectClose(rows.mean.dataSync(), [-0.2913932608]);
    expectClose(rows.logStd.dataSync(), [-0.1143929132]);
    const actions = gsdeActions(parameters(), rows, tf.tensor3d([[[2], [-1]]]));
    expectClose(actions.dataSync(), [0.6686998347]);
  });
});

Deno.test("gSDE's noise has the deviation that its policy is scored with", async () => {
  await openWorkspace("cpu");
  tf.tidy(() => {
    const count = 20_000;
    const noise = new Float32Array(2 * count);
    defaultRng(1).fillStandardNormal(noise);
    const rows = policy.distributions(parameters(), tf.fill([count, 1], 0.3));
    const actions = gsdeActions(parameters(), rows, tf.tensor3d(noise, [count, 2, 1]));
    const u = [...tf.atanh(actions).dataSync()];
    const [mean] = rows.mean.dataSync();
    const std = Math.exp(rows.logStd.dataSync()[0]);
    const average = u.reduce((sum, x) => sum + x, 0) / count;
    const deviation = Math.sqrt(u.reduce((sum, x) => sum + (x - average) ** 2, 0) / count);
    ok(Math.abs(average - mean) < 4 * std / Math.sqrt(count), `${average}, not ${mean}`);
    ok(Math.abs(deviation - std) < 4 * std / Math.sqrt(2 * count), `${deviation}, not ${std}`);
  });
});

async function explored(noiseEvery: number, steps: number[]): Promise<number[][]> {
  const { workspace } = await openWorkspace("cpu");
  workspace.define("parameters", policy.initialParameters(defaultRng(3)));
  const explorer = new SquashedExplorer({
    ...{ agent: "sac", workspace, shape, policy, settings: { ...settings, noiseEvery } },
    exploration: defaultRng(5),
    random: defaultRng(4),
  });
  const all: number[][] = [];
  for (const sinceTraining of steps) {
    const actions = new Float32Array(2);
    await explorer.explore(Float32Array.of(0.5, 0.5), actions, { spent: 0, sinceTraining });
    all.push([...actions]);
  }
  workspace.dispose();
  return all;
}

Deno.test("gSDE keeps its noise from training to training, each environment its own", async () => {
  const [first, second, third] = await explored(0, [0, 1, 0]);
  deepStrictEqual(first, second);
  ok(first[0] !== third[0] && first[0] !== first[1]);
});

Deno.test("gSDE draws anew as often as `noiseEvery` says, and where random actions came before", async () => {
  const [first, second, third, fourth] = await explored(2, [5, 7, 8, 9]);
  deepStrictEqual(first, second);
  ok(second[0] !== third[0] && Math.abs(first[0]) < 1);
  deepStrictEqual(third, fourth);
});
