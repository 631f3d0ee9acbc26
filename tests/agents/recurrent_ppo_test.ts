import { deepStrictEqual, notDeepStrictEqual, ok, rejects } from "node:assert";
import { policyDistribution } from "../../agents/distributions/mod.ts";
import { type RecurrentActor, RecurrentRollout } from "../../agents/memory/recurrent_rollout.ts";
import { World } from "../../agents/worlds/world.ts";
import { makeEnv } from "../../envs/mod.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { subjectOf, trainThrough } from "./laboratory.ts";

const small = {
  environments: 4,
  rolloutLength: 32,
  sequenceLength: 16,
  minibatchSize: 64,
  epochs: 1,
  recurrentSize: 8,
  hiddenSizes: [8],
};

for (const cell of ["lstm", "gru"] as const) {
  Deno.test(`recurrent-ppo: unrolled ${cell} sequences give the probabilities that acted`, async () => {
    // Weights that never move: every minibatch must see the ratio 1, over starts, cuts and rollouts.
    const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("CartPoleNoVel-v1"), {
      ...small,
      cell,
      learningRate: 1e-30,
    });
    for (let i = 0; i < 8; i++) {
      const { metrics } = await trainer.iterate();
      ok(Math.abs(metrics["losses/approximate_kl"]) < 1e-12, JSON.stringify(metrics));
      ok(metrics["losses/clip_fraction"] === 0);
    }
    ok((await trainer.iterate()).metrics["rollout/episode_length_mean"] < 100);
    trainer.dispose();
  });
}

Deno.test("recurrent-ppo remembers what it was shown", async () => {
  const { trainer } = await subjectOf(
    "recurrent-ppo",
    () => makeEnv("MemoryCorridor-v0", { length: 3 }),
    {
      ...small,
      environments: 16,
      minibatchSize: 128,
      epochs: 4,
      cell: "gru",
      learningRate: 1e-2,
      entropyCoefficient: 0.01,
    },
    { budget: 25_000 },
  );
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random: defaultRng(5), episodes: 50 });
  trainer.dispose();
  // Without memory at most 0.
  ok(metrics["evaluation/return_mean"] > 0.9, JSON.stringify(metrics));
});

Deno.test("recurrent-ppo acts with the memory of the episode until another starts", async () => {
  const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("PendulumNoVel-v1"), small);
  const [one, other] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  const first = await trainer.act!(one);
  const second = await trainer.act!(other, { started: false });
  notDeepStrictEqual(await trainer.act!(other, { started: true }), second);
  deepStrictEqual(await trainer.act!(one, { started: true }), first);
  deepStrictEqual(await trainer.act!(other, { started: false }), second);
  trainer.dispose();
});

Deno.test("recurrent-ppo refuses sequences that do not divide the rollout or the minibatch", async () => {
  const world = () => makeEnv("CartPole-v1");
  await rejects(
    () => subjectOf("recurrent-ppo", world, { ...small, sequenceLength: 12 }),
    /sequenceLength must divide the rolloutLength of 32: 12/,
  );
  await rejects(
    () => subjectOf("recurrent-ppo", world, { ...small, minibatchSize: 40 }),
    /whole sequences of 16 steps and divide the rollout of 4 · 32 = 128 transitions \(16, 32, 64, 128\): 40/,
  );
});

Deno.test("recurrent-ppo draws its weights as its fields say", async () => {
  const drawn = async (orthogonalInitialization: boolean) => {
    const fields = { ...small, orthogonalInitialization };
    const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("CartPole-v1"), fields);
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return parameters;
  };
  const [orthogonal, uniform] = [await drawn(true), await drawn(false)];
  deepStrictEqual(Object.keys(uniform), Object.keys(orthogonal));
  for (const [name, { values, shape }] of Object.entries(uniform)) {
    const bias = name.endsWith("/bias");
    const isRecurrent = name.includes("/recurrent/");
    const fanIn = uniform[name.replace(/bias$/, "kernel")].shape[0];
    // A recurrent layer's bias stands for PyTorch's two.
    const draws = bias && isRecurrent ? 2 : 1;
    const bound = draws / Math.sqrt(isRecurrent ? small.recurrentSize : fanIn);
    const most = Math.max(...Array.from(values, Math.abs));
    ok(most <= bound && (values.length < 8 || most > 0.6 * bound), `${name} [${shape}]: ${most}`);
    if (bias) ok(orthogonal[name].values.every((x) => x === 0), name);
  }
  // Columns of an orthogonal recurrent kernel's rows: unit length.
  const { values, shape: [rows, columns] } = orthogonal["policy/recurrent/recurrentKernel"];
  for (let i = 0; i < rows; i++) {
    const row = Array.from(values.slice(i * columns, (i + 1) * columns));
    ok(Math.abs(row.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-5);
  }
});

Deno.test("recurrent-ppo with gSDE: unrolled sequences give the densities that acted", async () => {
  const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("PendulumNoVel-v1"), {
    ...{ ...small, stateDependentNoise: true, noiseEvery: 4, learningRate: 1e-30 },
  });
  for (let i = 0; i < 2; i++) {
    const { metrics } = await trainer.iterate();
    ok(Math.abs(metrics["losses/approximate_kl"]) < 1e-9, JSON.stringify(metrics));
  }
  const { parameters } = await trainer.snapshot();
  deepStrictEqual(parameters["policy/logStd"].shape, [8, 1]);
  trainer.dispose();
  await rejects(
    () => subjectOf("recurrent-ppo", () => makeEnv("CartPole-v1"), { stateDependentNoise: true }),
    /Cannot explore by state-dependent noise/,
  );
});

Deno.test("recurrent-ppo ends its epochs at the target KL", async () => {
  const epochsAt = async (targetKl: number) => {
    const fields = { ...small, epochs: 6, learningRate: 1e-2, targetKl };
    const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("CartPole-v1"), fields);
    const { metrics } = await trainer.iterate();
    const { gradientSteps } = trainer.progress;
    trainer.dispose();
    return [metrics["schedule/epochs"], gradientSteps];
  };
  deepStrictEqual(await epochsAt(1e-9), [1, 2]);
  deepStrictEqual(await epochsAt(1e9), [6, 12]);
});

Deno.test("what a step leads to is valued with the memory of its episode, be that as short as it may", async () => {
  // The two environments' episodes end at once, and apart.
  for (const limits of [[1, 1], [2, 2], [5, 5], [2, 3], [5, 1]]) {
    let made = 0;
    const makeEnvironment = () =>
      environmentOf(defineEnvironment({
        ...{ id: "Endless-v0", timeLimit: limits[made++ % 2], actionSpace: new Discrete(2) },
        observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
        reset: () => 0,
        step: (state: number) => ({ state, reward: 0, terminated: false }),
        observe: () => Float32Array.of(0),
      }));
    const world = new World("test", { seed: 1, makeEnvironment }, 2);
    // A memory that counts what an episode has shown, which is its value too.
    const seen = new Float32Array(2);
    const input = { observations: new Float32Array(2), memory: seen.slice(), kept: seen.slice() };
    const actor = {
      input,
      run: () => seen.set(input.memory.map((memory, n) => input.kept[n] * memory + 1)),
      read: (name: string) =>
        Promise.resolve(name === "inputs" ? new Float32Array(4) : seen.slice()),
    } as unknown as RecurrentActor;
    const rollout = new RecurrentRollout(8, 4, 2, 1, world.shape);
    const distribution = policyDistribution(world.shape.actionSpace);
    for (let time = 0; time < 2; time++) {
      await rollout.collect(world, actor, distribution, defaultRng(1));
      const steps = Array.from(
        rollout.values,
        (_, i) => (Math.floor(i / 2) + 8 * time) % limits[i % 2],
      );
      deepStrictEqual([...rollout.values], steps.map((step) => step + 1));
      deepStrictEqual([...rollout.nextValues], steps.map((step) => step + 2));
    }
  }
});

Deno.test("recurrent-ppo standardises advantages where it is asked to, not else", async () => {
  const after = async (normalizeAdvantages: boolean) => {
    const fields = { ...small, normalizeAdvantages };
    const { trainer } = await subjectOf("recurrent-ppo", () => makeEnv("CartPole-v1"), fields);
    await trainer.iterate();
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return parameters;
  };
  notDeepStrictEqual(await after(true), await after(false));
});
