/**
 * Agents of measured actions alone on worlds whose right answer is known, with an action from [−1, 1] whose sign is
 * the probe's choice: a truncation taken for an end, an end bootstrapped from or a transition that
 * crosses a reset gives another number. SAC runs without paying for entropy, which adds to values.
 */
import { ok } from "node:assert";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import { identity } from "../../envs/identity.ts";
import {
  creditProbe,
  discountProbe,
  policyProbe,
  truncationProbe,
  valueProbe,
} from "../../envs/probes.ts";
import { continuousAgents, knownFields, subjectOf, trainThrough, valuesOf } from "./laboratory.ts";
import { resetProbe } from "./reset_probe.ts";

const quick = {
  environments: 4,
  learningRate: 3e-3,
  learningStarts: 200,
  batchSize: 32,
  trainEvery: 16,
  gradientStepsPerTrain: 8,
  targetRate: 0.05,
  hiddenSizes: [32],
};
const agents: Record<string, object> = {
  ...Object.fromEntries(continuousAgents.map((agent) => [agent, knownFields(agent, quick)])),
  sac: { ...quick, automaticTemperature: false, temperature: 0 },
  td3: { ...quick, noiseStd: 0.3 },
  ddpg: { ...quick, noiseStd: 0.3 },
};

/** The probe with a measured action, of which the sign counts. */
function measured<State>(
  probe: EnvironmentDefinition<State, Float32Array, number>,
): EnvironmentDefinition<State, Float32Array, Float32Array> {
  return defineEnvironment({
    ...probe,
    actionSpace: new Box({ low: -1, high: 1, shape: [1] }),
    step: (state: State, [action]: Float32Array, random) =>
      probe.step(state, action > 0 ? 1 : 0, random),
  });
}

for (const [agent, fields] of Object.entries(agents)) {
  const learn = async (world: EnvironmentDefinition, more: object = {}, budget = 2500) => {
    const subject = await subjectOf(agent, world, { ...fields, ...more }, { budget });
    await trainThrough(subject.trainer);
    return subject;
  };
  const expectValues = async (
    world: EnvironmentDefinition,
    gamma: number,
    expected: readonly (readonly [observation: number, value: number])[],
    tolerance: number,
  ) => {
    const subject = await learn(world, { gamma });
    const values = await valuesOf(subject, expected.map(([observation]) => [observation]));
    subject.trainer.dispose();
    expected.forEach(([observation, value], i) =>
      ok(
        Math.abs(values[i] - value) < tolerance,
        `${agent}: Q(${observation}, μ) is ${values[i]}, not ${value}`,
      )
    );
  };
  const expectReturn = async (world: EnvironmentDefinition, atLeast: number, budget?: number) => {
    const subject = await learn(world, {}, budget);
    const { metrics } = await subject.trainer.evaluate({ random: defaultRng(5), episodes: 20 });
    subject.trainer.dispose();
    ok(metrics["evaluation/return_mean"] >= atLeast, `${agent}: ${JSON.stringify(metrics)}`);
  };

  Deno.test(`${agent} learns a constant value`, () =>
    expectValues(measured(valueProbe()), 0.9, [[0, 1]], 0.05));

  Deno.test(`${agent} discounts, and does not bootstrap from a terminal state`, () =>
    expectValues(measured(discountProbe()), 0.5, [[0, 0.5], [1, 1]], 0.1));

  Deno.test(`${agent} bootstraps where a time limit cuts an episode`, () =>
    expectValues(measured(truncationProbe()), 0.5, [[1, 2]], 0.1));

  Deno.test(`${agent} bootstraps from the final observation, not from the next episode's`, () =>
    expectValues(measured(resetProbe()), 0.5, [[1, 10], [0, 5], [-1, 2.5]], 0.7));

  Deno.test(`${agent} chooses by what it sees`, () => expectReturn(measured(policyProbe()), 1));

  Deno.test(`${agent} gives credit back in time`, () => expectReturn(measured(creditProbe()), 1));

  Deno.test(`${agent} repeats the numbers that it sees`, () =>
    expectReturn(identity({ space: "box", dimensions: 2 }), 18, 4000));
}
