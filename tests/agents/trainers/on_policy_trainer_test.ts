/** The loop that on-policy agents share: what evaluation sees, and what is counted. */
import { ok, strictEqual } from "node:assert";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { discreteAgents, hasReplay, knownFields, subjectOf, trainThrough } from "../laboratory.ts";

/** Two states, shown as 1000 and 1001, in each of which another action is paid. */
const far = defineEnvironment({
  id: "FarChoice-v0",
  observationSpace: new Box({ low: 0, high: 2000, shape: [1] }),
  actionSpace: new Discrete(2),
  timeLimit: 10,
  reset: (random) => random.integers(2),
  step: (s: number, action: number, random) => ({
    state: random.integers(2),
    reward: action === s ? 1 : 0,
    terminated: false,
  }),
  observe: (s) => Float32Array.of(1000 + s),
});

const normalizing = discreteAgents.filter((agent) =>
  !hasReplay(agent) &&
  "normalizeObservations" in knownFields(agent, { normalizeObservations: true })
);

for (const agent of normalizing) {
  Deno.test(`${agent}: evaluation sees observations as learning does`, async () => {
    const fields = knownFields(agent, {
      ...{ normalizeObservations: true, learningRate: 0.02, gamma: 0, hiddenSizes: [8] },
      ...{ rolloutLength: 32, minibatchSize: 32, environments: 4, epochs: 4, recurrentSize: 8 },
    });
    const { trainer } = await subjectOf(agent, far, fields, { budget: 2560 });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1), episodes: 5 });
    trainer.dispose();
    strictEqual(metrics["evaluation/return_mean"], 10);
  });
}

Deno.test("examples are those of all gradient steps", async () => {
  const fields = { environments: 2, rolloutLength: 16, minibatchSize: 8, epochs: 3 };
  const { trainer } = await subjectOf("ppo", far, fields, { budget: 1000 });
  await trainer.iterate();
  const { environmentSteps, gradientSteps, examples } = trainer.progress;
  trainer.dispose();
  ok(environmentSteps === 32 && gradientSteps === 12, `${environmentSteps}, ${gradientSteps}`);
  strictEqual(examples, 3 * 32);
});
