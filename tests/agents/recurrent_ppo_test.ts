import { deepStrictEqual, notDeepStrictEqual, ok, rejects } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { defaultRng } from "../../lab/core/random.ts";
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
