/** What REINFORCE's trainer learns from. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
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
