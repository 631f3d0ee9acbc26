/**
 * The bandits: closed forms, and that each finds the best arm.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { gradientBandit, gradientBanditMethod } from "../../../agents/tabular/gradient_bandit.ts";
import { softmax } from "../../../agents/tabular/gradient_bandit.ts";
import { drawBeta, drawGamma } from "../../../agents/tabular/thompson_bandit.ts";
import { upperBound } from "../../../agents/tabular/ucb_bandit.ts";
import { environmentSeed } from "../../../agents/worlds/world.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { defaultRng, type Generator, streamOf } from "../../../lab/core/random.ts";
import { bandits, trainerOf, trainThrough, transitionOf } from "./laboratory.ts";

const rounded = (values: Iterable<number>, digits: number) =>
  [...values].map((value) => Number(value.toFixed(digits)));

Deno.test("softmax and the preferences' change are the numbers worked out by hand", () => {
  const out = new Float64Array(3);
  softmax(Float64Array.of(2, 1, 0.1), 0, out);
  deepStrictEqual(rounded(out, 12), [0.659001138886, 0.242432970705, 0.098565890409]);
  const method = gradientBanditMethod({
    states: 1,
    actions: 3,
    configuration: gradientBandit.configuration.parse({ learningRate: 1, baseline: false }),
    random: defaultRng(1),
  });
  method.q.set([2, 1, 0.1]);
  method.learn(transitionOf({ action: 0, reward: 1.5 }));
  // The gradient of the loss with G = 1.5 on these logits, taken off.
  deepStrictEqual(
    rounded(method.q.map((value, i) => value - [2, 1, 0.1][i]), 8),
    [0.51149829, -0.36364946, -0.14784884],
  );
});

Deno.test("a row's first reward is its own baseline, the next ones count against the mean before them", () => {
  const method = gradientBanditMethod({
    states: 2,
    actions: 2,
    configuration: gradientBandit.configuration.parse({ learningRate: 0.5 }),
    random: defaultRng(1),
  });
  method.learn(transitionOf({ action: 1, reward: 4 }));
  deepStrictEqual([...method.q], [0, 0, 0, 0]);
  // 0.5 · (6 − 4) · (1 − ½), and the other row has seen nothing.
  method.learn(transitionOf({ action: 0, reward: 6 }));
  deepStrictEqual([...method.q], [0.5, -0.5, 0, 0]);
});

Deno.test("what rounding leaves over draws no arm without a share", () => {
  const random = { random: () => 1 - 2 ** -53 } as Generator;
  const configuration = gradientBandit.configuration.parse({});
  const draws = defaultRng(4);
  for (let row = 0; row < 2000; row++) {
    const method = gradientBanditMethod({ states: 1, actions: 4, configuration, random });
    method.q.set([draws.normal(), draws.normal(), draws.normal(), -1e8]);
    ok(method.choose(0) < 3, `${method.q}`);
  }
});

Deno.test("an action that was never taken could be the best", () => {
  strictEqual(upperBound(0, 0, 5, 1), Infinity);
  strictEqual(upperBound(1, 4, Math.E, 2), 2);
});

Deno.test("beta and gamma draws have the right means and deviations", () => {
  const random = defaultRng(1);
  const moments = (draw: () => number) => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
  };
  const [gammaMean, gammaVariance] = moments(() => drawGamma(3, random));
  ok(Math.abs(gammaMean - 3) < 0.06 && Math.abs(gammaVariance - 3) < 0.2);
  // Gamma with shape 1 is exponential: P(x < 0.1) = 1 − exp(−0.1).
  const [below] = moments(() => drawGamma(1, random) < 0.1 ? 1 : 0);
  ok(Math.abs(below - 0.0951626) < 0.008, `${below}`);
  const [betaMean, betaVariance] = moments(() => drawBeta(2, 3, random));
  ok(Math.abs(betaMean - 0.4) < 0.006 && Math.abs(betaVariance - 0.04) < 0.002);
});

for (const agent of bandits) {
  for (const kind of ["gaussian", "bernoulli"]) {
    Deno.test(`${agent} finds the best of three ${kind} arms`, async () => {
      const means = kind === "bernoulli" ? [0.3, 0.8, 0.5] : [-1, 1, 0];
      const world = () => makeEnv("Bandit-v0", { kind, arms: 3, means });
      const fields = agent === "thompson-bandit" ? { rewards: kind } : {};
      const trainer = await trainerOf(agent, world, fields, { budget: 3000 });
      await trainThrough(trainer);
      strictEqual(await trainer.act!(0), 1);
    });
  }

  Deno.test(`${agent} keeps a bandit for each context`, async () => {
    const world = () => makeEnv("ContextualBandit-v0", { noise: 0.1 });
    const trainer = await trainerOf(agent, world, {}, { budget: 4000 });
    await trainThrough(trainer);
    const environment = world();
    let { observation } = environment.reset({ seed: 1 });
    for (let i = 0; i < 30; i++) {
      const step = environment.step(await trainer.act!(observation));
      strictEqual(step.info.optimal, true);
      observation = step.observation;
    }
  });
}

Deno.test("thompson sampling refuses a reward that no Bernoulli arm pays", async () => {
  const world = () => makeEnv("Bandit-v0");
  const trainer = await trainerOf("thompson-bandit", world, { rewards: "bernoulli" });
  await rejects(() => trainer.iterate(), /rewards must be 0 or 1 where "rewards" is "bernoulli"/);
});

Deno.test("Thompson sampling of Bernoulli arms acts on draws from Beta(1 + successes, 1 + failures)", async () => {
  const options = { kind: "bernoulli", arms: 3, means: [0.2, 0.7, 0.6] };
  const world = () => makeEnv("Bandit-v0", options);
  const trainer = await trainerOf("thompson-bandit", world, { rewards: "bernoulli" }, {
    budget: 300,
  });
  deepStrictEqual([...(await trainer.snapshot()).parameters["q/table"].values], [0.5, 0.5, 0.5]);
  await trainer.iterate();
  const { parameters, state } = await trainer.snapshot();
  trainer.dispose();
  // The same, step by step, from the streams of its seed.
  const environment = world();
  environment.reset({ seed: environmentSeed(1, 0) });
  const random = streamOf(1, "exploration");
  const [successes, failures] = [[0, 0, 0], [0, 0, 0]];
  for (let t = 0; t < 300; t++) {
    const draws = [0, 1, 2].map((arm) => drawBeta(1 + successes[arm], 1 + failures[arm], random));
    const arm = draws.indexOf(Math.max(...draws));
    (environment.step(arm).reward === 1 ? successes : failures)[arm] += 1;
  }
  deepStrictEqual([...state["state/sums/table"].values], successes);
  deepStrictEqual(
    [...state["state/visits/table"].values],
    successes.map((count, arm) => count + failures[arm]),
  );
  // What is believed on average.
  const means = successes.map((count, arm) => (1 + count) / (2 + count + failures[arm]));
  deepStrictEqual([...parameters["q/table"].values], means);
});
