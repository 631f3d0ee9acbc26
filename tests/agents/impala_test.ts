/** IMPALA's actors: how old the policy is that acted, and what corrects for it. */
import { ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { subjectOf, trainThrough } from "./laboratory.ts";

const cartPole = () => makeEnv("CartPole-v1");
const small = { environments: 4, rolloutLength: 8, hiddenSizes: [16], learningRate: 1e-2 };

/** Mean of `losses/approximate_kl` over a short run. */
async function divergence(actors: number, overlap = false): Promise<number> {
  const { trainer } = await subjectOf("impala", cartPole, { ...small, actors, overlap });
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const { metrics } = await trainer.iterate();
    sum += metrics["losses/approximate_kl"];
    ok(metrics["losses/clip_fraction"] >= 0 && metrics["losses/clip_fraction"] <= 1);
  }
  trainer.dispose();
  return sum / 8;
}

Deno.test("one actor's policy is never old, and with more actors it is older", async () => {
  const [one, two, eight] = [await divergence(1), await divergence(2), await divergence(8)];
  ok(one < 1e-9, `${one}`);
  ok(two > 1e-5, `${two}`);
  ok(eight > 3 * two, `${eight} after ${two}`);
});

Deno.test("with overlap the policy that acted is one update older", async () => {
  const [alone, apart] = [await divergence(1), await divergence(1, true)];
  ok(alone < 1e-9 && apart > 1e-5, `${alone}, ${apart}`);
});

for (const overlap of [false, true]) {
  const name = `what actors have played is learned from to the last row, overlap ${overlap}`;
  Deno.test(name, () => playedThrough(overlap));
}

async function playedThrough(overlap: boolean): Promise<void> {
  const { trainer } = await subjectOf("impala", cartPole, { ...small, actors: 3, overlap }, {
    budget: 1000,
  });
  await trainThrough(trainer);
  // 31 rollouts of 32 rows, and one of 8.
  strictEqual(trainer.progress.environmentSteps, 1000);
  strictEqual(trainer.progress.gradientSteps, 32);
  strictEqual(trainer.progress.examples, 1000);
  trainer.dispose();
}

Deno.test("each actor's rollout is valued by its own observations", async () => {
  let made = 0;
  /** Worlds without reward and end, which show a number of their own. */
  const worlds = () => {
    const value = ++made;
    return environmentOf(defineEnvironment({
      id: "Still-v0",
      summary: "Nothing happens",
      observationSpace: new Box({ low: 0, high: 100, shape: [1] }),
      actionSpace: new Discrete(2),
      reset: () => 0,
      step: () => ({ state: 0, reward: 0, terminated: false }),
      observe: () => Float32Array.of(value),
    }));
  };
  const fields = { ...small, actors: 2, gamma: 1, vtraceLambda: 0 };
  const { trainer } = await subjectOf("impala", worlds, fields);
  // Figures are those of an iteration's last rollout; two iterations end with the second actor's.
  for (let i = 0; i < 2; i++) {
    const { metrics } = await trainer.iterate();
    // Undiscounted, the target of one step is the value itself.
    ok(metrics["losses/value"] < 1e-9, JSON.stringify(metrics));
  }
  trainer.dispose();
});

/** Greatest difference that the correction makes in a parameter after some updates. */
async function correctionOf(actors: number): Promise<number> {
  const [one, other] = await Promise.all(["vtrace", "none"].map(async (correction) => {
    const { trainer } = await subjectOf("impala", cartPole, { ...small, actors, correction });
    await trainer.iterate();
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return parameters;
  }));
  const differences = Object.entries(one).flatMap(([name, { values }]) =>
    Array.from(values, (value, i) => Math.abs(value - other[name].values[i]))
  );
  return Math.max(...differences);
}

Deno.test("there is nothing to correct with one actor, and something with more", async () => {
  const [alone, together] = [await correctionOf(1), await correctionOf(4)];
  ok(alone < 1e-5, `${alone}`);
  ok(together > 1e-3, `${together}`);
});

Deno.test("an action that the learner would never take again leaves the divergence finite", async () => {
  // One step of this rate makes the policies of both actors deterministic.
  const fields = { ...small, actors: 2, learningRate: 1e6, annealLearningRate: false };
  const { trainer } = await subjectOf("impala", cartPole, fields);
  const { metrics } = await trainer.iterate();
  ok(metrics["losses/approximate_kl"] > 1000, JSON.stringify(metrics));
  ok(Number.isFinite(metrics["losses/approximate_kl"]), JSON.stringify(metrics));
  trainer.dispose();
});
