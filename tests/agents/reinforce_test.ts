/** What REINFORCE's trainer learns from. */
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { subjectOf } from "./laboratory.ts";

Deno.test("the mean baseline leaves open episodes out", async () => {
  // Half of the episodes end at once with the return 1; the others, worth more, never end.
  const world = defineEnvironment({
    id: "Ends-v0",
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    reset: (random) => random.random() < 0.5 ? 0 : 1,
    step: (s: number) => ({ state: s, reward: s === 0 ? 1 : 5, terminated: s === 0 }),
    observe: (s) => Float32Array.of(s),
  });
  const { trainer } = await subjectOf("reinforce", world, {
    ...{ environments: 8, baseline: "mean", normalizeReturns: false },
    ...{ entropyCoefficient: 0, hiddenSizes: [4] },
  }, { budget: 64 });
  const before = (await trainer.snapshot()).parameters;
  await trainer.iterate();
  // All closed episodes have the mean return: there is nothing to prefer.
  deepStrictEqual((await trainer.snapshot()).parameters, before);
  strictEqual(trainer.progress.gradientSteps, 1);
  ok(trainer.progress.examples < 8);
  trainer.dispose();
});

Deno.test("how many transitions are summed at a time has no effect on what is learned", async () => {
  const learned = async (chunkSize: number) => {
    const { trainer } = await subjectOf("reinforce", () => makeEnv("CartPole-v1"), {
      ...{ environments: 3, chunkSize, hiddenSizes: [8], learningRate: 0.01 },
      ...{ baseline: "value", entropyCoefficient: 0.1, valueCoefficient: 0.5 },
    }, { budget: 1000 });
    const before = (await trainer.snapshot()).parameters;
    const { metrics } = await trainer.iterate();
    await trainer.iterate();
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    notDeepStrictEqual(parameters, before);
    return { metrics, parameters };
  };
  const whole = await learned(1024);
  const near = (actual: number, expected: number, what: string) =>
    ok(Math.abs(actual - expected) <= 1e-4 * (1 + Math.abs(expected)), `${what}: ${actual}`);
  for (const chunkSize of [7, 16]) {
    const { metrics, parameters } = await learned(chunkSize);
    for (const [name, value] of Object.entries(whole.metrics)) {
      if (name.startsWith("losses/")) near(metrics[name], value, `${name} by ${chunkSize}`);
    }
    for (const [name, { values }] of Object.entries(whole.parameters)) {
      values.forEach((value, i) => near(parameters[name].values[i], value, name));
    }
  }
});

Deno.test("one transition alone is not standardised away", async () => {
  // An episode of one step that is worth 1: standardised, its weight would be 0.
  const world = defineEnvironment({
    id: "Pays-v0",
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (state: number) => ({ state, reward: 1, terminated: true }),
    observe: () => Float32Array.of(1),
  });
  const alone = {
    reinforce: { environments: 1, normalizeReturns: true },
    a2c: { environments: 1, rolloutLength: 1, normalizeAdvantages: true },
  };
  for (const [agent, fields] of Object.entries(alone)) {
    const { trainer } = await subjectOf(agent, world, { ...fields, hiddenSizes: [4] });
    const { metrics } = await trainer.iterate();
    notDeepStrictEqual(metrics["losses/policy"], 0, agent);
    trainer.dispose();
  }
});
