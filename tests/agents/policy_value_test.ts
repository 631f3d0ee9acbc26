/** Policy files that value: what the critic says of the last observation, in the unit of the return. */
import { notStrictEqual, ok, strictEqual, throws } from "node:assert";
import { loadPolicy, type Policy } from "../../agents/policy.ts";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import type { PolicyFileOptions, Trainer } from "../../lab/core/trainer.ts";
import { resealed } from "../lab/core/resealed.ts";
import { continuousAgents, definitions, subjectOf, trainThrough, valuesOf } from "./laboratory.ts";
import { small } from "./small_fields.ts";

/**
 * Two kinds of episodes, each cut off after four steps: one shows 1 and pays 100 a step for ever, the
 * other shows −1 and pays nothing. With γ = 0.5 values are 200 and 0.
 */
function payingProbe(isBox: boolean): EnvironmentDefinition<number, Float32Array> {
  const box = new Box({ low: -1, high: 1, shape: [1] });
  return defineEnvironment<number, Float32Array, unknown>({
    id: "PayingProbe-v0",
    observationSpace: box,
    actionSpace: isBox ? box : new Discrete(2),
    timeLimit: 4,
    reset: (random) => random.integers(2) === 0 ? -1 : 1,
    step: (state: number) => ({ state, reward: 50 * (state + 1), terminated: false }),
    observe: (state) => Float32Array.of(state),
  });
}

const probeOf = (agent: string) => payingProbe(continuousAgents.includes(agent));

async function policyOf(trainer: Trainer, options?: PolicyFileOptions): Promise<Policy> {
  return loadPolicy(await trainer.exportPolicy!({}, options));
}

/** What it takes observations of one episode to be worth. */
function valuesFrom(policy: Policy, seen: readonly number[]): (number | undefined)[] {
  policy.reset();
  return seen.map((number) => {
    policy.act(Float32Array.of(number));
    return policy.value;
  });
}

/** An agent whose scores say what actions are worth has no other value. */
const withoutCritic = ["dqn"];

for (const agent of Object.keys(definitions)) {
  Deno.test(`${agent}'s policy file values as its critic does, where it is asked to`, async () => {
    const subject = await subjectOf(agent, probeOf(agent), small[agent], { budget: 400 });
    await trainThrough(subject.trainer);
    const seen = [0.25, -0.75, 1];
    const without = await policyOf(subject.trainer);
    strictEqual(valuesFrom(without, seen)[2], undefined);
    const policy = await policyOf(subject.trainer, { withValue: true });
    const given = valuesFrom(policy, seen);
    if (withoutCritic.includes(agent)) {
      strictEqual(given[2], undefined);
    } else {
      const expected = await valuesOf(subject, seen.map((number) => [number]));
      given.forEach((value, i) => {
        const error = Math.abs(value! - expected[i]);
        ok(error <= 1e-5 * Math.max(1, Math.abs(expected[i])), `${given}, not ${expected}`);
      });
    }
    subject.trainer.dispose();
  });
}

Deno.test("a critic of normalised rewards and observations values in the unit of the return", async () => {
  const normalized = { gamma: 0.5, normalizeObservations: true, normalizeRewards: true };
  const learners: Record<string, readonly [fields: object, budget: number]> = {
    ppo: [{
      ...{ environments: 8, rolloutLength: 16, minibatchSize: 64, learningRate: 5e-3 },
      ...{ annealLearningRate: false, hiddenSizes: [32], clipValueLoss: false },
    }, 5120],
    ddpg: [{
      ...{ environments: 4, learningRate: 3e-3, learningStarts: 200, batchSize: 32 },
      ...{ trainEvery: 16, gradientStepsPerTrain: 8, targetRate: 0.05, hiddenSizes: [32] },
    }, 2500],
  };
  for (const [agent, [fields, budget]] of Object.entries(learners)) {
    const all = { ...fields, ...normalized };
    const { trainer } = await subjectOf(agent, probeOf(agent), all, { budget });
    await trainThrough(trainer);
    const policy = await policyOf(trainer, { withValue: true });
    const [paid, unpaid] = valuesFrom(policy, [1, -1]);
    trainer.dispose();
    ok(Math.abs(paid! - 200) < 10 && Math.abs(unpaid!) < 10, `${agent}: ${paid} and ${unpaid}`);
  }
});

Deno.test("reinforce without a learned baseline has nothing to value by", async () => {
  const fields = { ...small.reinforce, baseline: "mean" };
  const { trainer } = await subjectOf("reinforce", probeOf("reinforce"), fields, { budget: 100 });
  strictEqual(valuesFrom(await policyOf(trainer, { withValue: true }), [1])[0], undefined);
  trainer.dispose();
});

Deno.test("a policy file that says that it values, and writes no value, is refused", async () => {
  const { trainer } = await subjectOf("ppo", probeOf("ppo"), small.ppo, { budget: 100 });
  const bytes = await trainer.exportPolicy!({}, { withValue: true });
  trainer.dispose();
  const { tensors, metadata } = decodeSafetensors(bytes);
  const described = metadata["reverie.policy"];
  const without = [
    described.replace(/,"value":\[\d+,\d+\]|"value":\[\d+,\d+\],/, ""),
    described.replace(/"value":\[(\d+),\d+\]/, '"value":[$1,0]'),
  ];
  loadPolicy(resealed(tensors, metadata));
  for (const text of without) {
    notStrictEqual(text, described);
    throws(
      () => loadPolicy(resealed(tensors, { ...metadata, "reverie.policy": text })),
      /^InputError: Cannot load the policy as its program must be whole/,
    );
  }
});
