/**
 * Whole updates of SAC, TD3 and DDPG against NumPy in float64 (recipe:
 * tests/golden/numpy/continuous_control.py), and what one of them reduces to.
 */
import * as tf from "@tensorflow/tfjs";
import { compileUpdate as compileDdpg, ddpg, deterministicPolicyLoss } from "../../agents/ddpg.ts";
import { deterministicNetworks } from "../../agents/networks/deterministic_policy.ts";
import {
  compileUpdate as compileSac,
  sac,
  sacNetworks,
  softPolicyLoss,
  softTargets,
  temperatureLoss,
} from "../../agents/sac.ts";
import {
  clippedDoubleTargets,
  compileCriticUpdate,
  compilePolicyUpdate,
  smoothedActions,
  td3,
} from "../../agents/td3.ts";
import { bootstrapped } from "../../agents/returns/targets.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { onCompiled, options } from "../lab/compute/backends.ts";
import {
  expectAfter,
  expectClose,
  expectOutputs,
  fill,
  goldenCases,
  tensors,
} from "./golden_updates.ts";

const golden = await goldenCases("continuous_control.json");
const observationSpace = new Box({ low: -1, high: 1, shape: [2] });
const shape = { observationSpace, observationSize: 2, flatActionSize: 2 };
const common = { batchSize: 4, targetRate: 0.05, activation: "tanh" } as const;
const RATE = 0.01;

const under = (kept: NamedTensors, prefix: string) =>
  Object.fromEntries(Object.entries(kept).filter(([name]) => name.startsWith(prefix)));

async function open(
  backend: BackendChoice,
  parameters: NamedTensors,
  target: NamedTensors,
): Promise<Workspace> {
  const { workspace } = await openWorkspace(backend, options);
  workspace.define("parameters", parameters);
  workspace.define("target", target);
  for (const network of ["critic", "policy", "temperature"]) {
    workspace.define(
      `${network}-optimizer`,
      adam().initialState(under(parameters, `${network}/`)),
    );
  }
  return workspace;
}

/** Plain updates, and those with all that several steps, priorities and Adam's ε change. */
const kinds = [
  ["", {}],
  [", general", { rewardSteps: 3, priorityExponent: 0.6, adamEpsilon: 1e-2 }],
] as const;

for (const [kind, fields] of kinds) {
  onCompiled(
    `two updates of SAC${kind} are NumPy's: losses, parameters, temperature`,
    async (backend) => {
      const expected = golden[`sac${kind}`];
      const parameters = tensors(expected.parameters);
      const workspace = await open(backend, parameters, under(parameters, "critic/"));
      const configuration = sac.configuration.parse({ ...common, ...fields });
      const update = compileSac(
        { name: "sac", configuration, workspace },
        shape,
        sacNetworks(shape, configuration),
      );
      update.scalar.learningRate = RATE;
      const random = defaultRng(expected.noiseSeed);
      for (const { batch, outputs } of expected.steps) {
        fill(update.input, batch);
        update.run(random);
        await expectOutputs(update, outputs);
      }
      await expectAfter(workspace, expected);
      workspace.dispose();
    },
  );

  onCompiled(
    `two updates of TD3${kind} are NumPy's: losses, parameters, targets`,
    async (backend) => {
      const expected = golden[`td3${kind}`];
      const parameters = tensors(expected.parameters);
      const workspace = await open(backend, parameters, parameters);
      const configuration = td3.configuration.parse({
        ...common,
        ...fields,
        targetNoiseStd: 0.4,
        targetNoiseClip: 0.3,
      });
      const context = { name: "td3", configuration, workspace };
      const networks = deterministicNetworks(shape, configuration, 2);
      const critics = compileCriticUpdate(context, shape, networks);
      const policy = compilePolicyUpdate(context, shape, networks);
      critics.scalar.learningRate = policy.scalar.learningRate = RATE;
      const random = defaultRng(expected.noiseSeed);
      for (const { batch, outputs: { policy: loss, ...outputs } } of expected.steps) {
        fill(critics.input, batch);
        fill(policy.input, batch);
        critics.run(random);
        policy.run();
        await expectOutputs(critics, outputs);
        await expectOutputs(policy, { policy: loss });
      }
      await expectAfter(workspace, expected);
      workspace.dispose();
    },
  );

  onCompiled(
    `two updates of DDPG${kind} are NumPy's: losses, parameters, targets`,
    async (backend) => {
      const expected = golden[`ddpg${kind}`];
      const parameters = tensors(expected.parameters);
      const workspace = await open(backend, parameters, parameters);
      const configuration = ddpg.configuration.parse({ ...common, ...fields });
      const update = compileDdpg(
        { name: "ddpg", configuration, workspace },
        shape,
        deterministicNetworks(shape, configuration, 1),
      );
      update.scalar.learningRate = RATE;
      for (const { batch, outputs } of expected.steps) {
        fill(update.input, batch);
        update.run();
        await expectOutputs(update, outputs);
      }
      await expectAfter(workspace, expected);
      workspace.dispose();
    },
  );
}

Deno.test("TD3 without delay and target noise and with equal critics is DDPG", async () => {
  const one = tensors(golden.ddpg.parameters);
  const twin = {
    ...one,
    ...Object.fromEntries(
      Object.entries(under(one, "critic/0/")).map((
        [name, tensor],
      ) => [name.replace("critic/0", "critic/1"), tensor]),
    ),
  };
  const workspace = await open("wasm", twin, twin);
  const configuration = td3.configuration.parse({ ...common, targetNoiseStd: 0 });
  const context = { name: "td3", configuration, workspace };
  const networks = deterministicNetworks(shape, configuration, 2);
  const critics = compileCriticUpdate(context, shape, networks);
  const policy = compilePolicyUpdate(context, shape, networks);
  critics.scalar.learningRate = policy.scalar.learningRate = RATE;
  for (const { batch, outputs } of golden.ddpg.steps) {
    fill(critics.input, batch);
    fill(policy.input, batch);
    critics.run(defaultRng(1));
    policy.run();
    const { policy: loss, value, ...rest } = outputs;
    await expectOutputs(critics, {
      ...rest,
      value: { ...value, values: value.values.map((x) => 2 * x) },
    });
    await expectOutputs(policy, { policy: loss });
  }
  const reached = await workspace.read("parameters");
  for (const [name, { values }] of Object.entries(golden.ddpg.after.parameters)) {
    expectClose(reached[name].values as Float32Array, values, name);
  }
  workspace.dispose();
});

Deno.test("targets are the worked example's, cut at terminal states and at the lower critic", async () => {
  await openWorkspace("cpu");
  tf.tidy(() => {
    const row = (...values: number[]) => tf.tensor1d(values);
    const outcomes = { rewards: row(1, 1), terminated: row(0, 1) };
    const one = bootstrapped(outcomes, row(0.7, 0.7), 0.99);
    expectClose(one.dataSync(), [1.693, 1], "DDPG");
    const two = clippedDoubleTargets(outcomes, row(0.9, 9), row(0.7, 9), 0.99);
    expectClose(two.dataSync(), [1.693, 1], "TD3");
    const greedy = tf.tensor2d([[0.5], [0.9], [-0.2]]);
    const noise = tf.tensor2d([[10], [10], [-0.5]]);
    // 0.2 · 10 is clipped to 0.5; 0.9 + 0.5 to 1; −0.2 − 0.1 stays.
    expectClose(smoothedActions(greedy, noise, 0.2, 0.5).dataSync(), [1, 1, -0.3], "smoothed");
  });
});

Deno.test("soft targets and SAC's losses are the worked example's", async () => {
  await openWorkspace("cpu");
  tf.tidy(() => {
    const row = (...values: number[]) => tf.tensor1d(values);
    const logProbability = row(-1.5, 0.5);
    const temperature = tf.scalar(0.2);
    // 1 + 0.99 · (min(0.9, 0.7) − 0.2 · (−1.5)) = 1.99; the second row is terminal.
    const outcomes = { rewards: row(1, 1), terminated: row(0, 1) };
    const targetsAt = (temperature: tf.Scalar) =>
      softTargets(outcomes, row(0.9, 9), row(0.7, 8), logProbability, temperature, 0.99);
    const targets = targetsAt(temperature);
    expectClose(targets.dataSync(), [1.99, 1], "soft targets");
    // α = 0 pays nothing for entropy: TD3's targets.
    const unpaid = targetsAt(tf.scalar(0));
    expectClose(unpaid.dataSync(), [1.693, 1], "without entropy");
    // ½ · ((0.2 · (−1.5) − 0.7) + (0.2 · 0.5 − 8)) = ½ · (−1 − 7.9).
    const policy = softPolicyLoss(logProbability, row(0.9, 9), row(0.7, 8), temperature);
    expectClose(policy.dataSync(), [-4.45], "policy");
    // −ln α · mean(−1.5 − 2, 0.5 − 2) = 0.4 · (−2.5) with ln α = −0.4.
    expectClose(temperatureLoss(tf.scalar(-0.4), logProbability, -2).dataSync(), [-1], "α");
    expectClose(deterministicPolicyLoss(row(0.5, -2)).dataSync(), [0.75], "DDPG's policy");
  });
});
