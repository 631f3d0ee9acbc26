/** What PPO's flags change in a trainer, where it is known exactly. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import type { Environment } from "../../lab/core/environment.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { subjectOf } from "./laboratory.ts";

const small = {
  environments: 4,
  rolloutLength: 16,
  minibatchSize: 32,
  epochs: 3,
  learningRate: 5e-3,
  hiddenSizes: [16],
};

async function course(
  fields: object,
  { iterations = 4, world = () => makeEnv("CartPole-v1") as Environment } = {},
): Promise<{ metrics: Metrics[]; parameters: NamedTensors }> {
  const { trainer } = await subjectOf("ppo", world, { ...small, ...fields });
  const metrics: Metrics[] = [];
  for (let i = 0; i < iterations; i++) metrics.push((await trainer.iterate()).metrics);
  const { parameters } = await trainer.snapshot();
  trainer.dispose();
  return { metrics, parameters };
}

const bits = (tensors: NamedTensors) =>
  Object.entries(tensors).map(([name, { values }]) => [name, [...values]]);

Deno.test("the penalty doubles where the policy moves too far, halves where too little, or stays", async () => {
  const coefficients = async (targetDivergence: number) =>
    (await course({ surrogate: "kl-penalty", klCoefficient: 0.5, targetDivergence })).metrics
      .map((metrics) => metrics["schedule/kl_coefficient"]);
  deepStrictEqual(await coefficients(1e-9), [0.5, 1, 2, 4]);
  deepStrictEqual(await coefficients(1e3), [0.5, 0.25, 0.125, 0.0625]);
  deepStrictEqual(await coefficients(0), [0.5, 0.5, 0.5, 0.5]);
});

Deno.test("a heavier penalty holds the policy closer to the one that acted", async () => {
  const moved = async (klCoefficient: number) => {
    const fields = { surrogate: "kl-penalty", klCoefficient, targetDivergence: 0, epochs: 10 };
    return (await course(fields)).metrics.at(-1)!["losses/divergence"];
  };
  const [free, held] = [await moved(0), await moved(30)];
  ok(held > 0 && held < free / 2, `${free} without, ${held} with the penalty`);
});

Deno.test("without moving there is no divergence: one epoch of one minibatch", async () => {
  const { metrics: [first] } = await course({
    surrogate: "kl-penalty",
    minibatchSize: 64,
    epochs: 1,
  });
  ok(Math.abs(first["losses/divergence"]) < 1e-6, `${first["losses/divergence"]}`);
  ok(Math.abs(first["losses/approximate_kl"]) < 1e-6);
});

Deno.test("a target KL ends the epochs, and one that is never reached changes no bit", async () => {
  const free = await course({});
  const wide = await course({ targetKl: 1e6 });
  deepStrictEqual(bits(wide.parameters), bits(free.parameters));
  deepStrictEqual(wide.metrics.map((metrics) => metrics["schedule/epochs"]), [3, 3, 3, 3]);
  const tight = await course({ targetKl: 1e-9 });
  deepStrictEqual(tight.metrics.map((metrics) => metrics["schedule/epochs"]), [1, 1, 1, 1]);
});

Deno.test("the loss sees the masks that the rollout was drawn with", async () => {
  const { metrics: [first] } = await course({ minibatchSize: 64, epochs: 1 }, {
    iterations: 1,
    world: () => makeEnv("Taxi-v4"),
  });
  ok(Math.abs(first["losses/approximate_kl"]) < 1e-6, `${first["losses/approximate_kl"]}`);
  strictEqual(first["losses/clip_fraction"], 0);
});

Deno.test("one network with two heads has one linear layer for the values", async () => {
  const shapes = async (fields: object) =>
    Object.entries((await course(fields, { iterations: 1 })).parameters)
      .filter(([name]) => name.startsWith("value/"))
      .map(([name, { shape }]) => `${name} ${shape}`);
  deepStrictEqual(await shapes({ separateNetworks: false }), [
    "value/0/kernel 16,1",
    "value/0/bias 1",
  ]);
  strictEqual((await shapes({})).length, 4);
});

Deno.test("PyTorch's draw has biases, the orthogonal one has none", async () => {
  const firstBias = async (orthogonalInitialization: boolean) => {
    const fields = { ...small, orthogonalInitialization };
    const { trainer } = await subjectOf("ppo", () => makeEnv("CartPole-v1"), fields);
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return [...parameters["policy/0/bias"].values];
  };
  deepStrictEqual(await firstBias(true), Array(16).fill(0));
  const drawn = await firstBias(false);
  // U(−1/√4, 1/√4) for four observations.
  ok(drawn.every((value) => Math.abs(value) <= 0.5 && value !== 0));
});

Deno.test("the divergence is that of the last epoch alone", async () => {
  // Two equal steps go twice as far as one, and the divergence is quadratic in the way: 2² / 1².
  const after = async (epochs: number) => {
    const { metrics: [first] } = await course({
      ...{ surrogate: "kl-penalty", klCoefficient: 0, targetDivergence: 0 },
      ...{ rolloutLength: 32, minibatchSize: 128, epochs },
      ...{ learningRate: 1e-4, annealLearningRate: false },
    }, { iterations: 1 });
    return first["losses/divergence"];
  };
  const ratio = await after(3) / await after(2);
  ok(ratio > 3.5 && ratio < 4.4, `${ratio}`);
});

Deno.test("while values stay where they were, clipping them changes nothing", async () => {
  const loss = async (clipValueLoss: boolean) => {
    const fields = { rolloutLength: 32, epochs: 2, learningRate: 1e-30, clipRange: 1e-4 };
    const { metrics: [first] } = await course({ ...fields, clipValueLoss }, { iterations: 1 });
    return first["losses/value"];
  };
  const [clipped, plain] = [await loss(true), await loss(false)];
  ok(Math.abs(clipped / plain - 1) < 1e-4, `${clipped}, ${plain}`);
});
