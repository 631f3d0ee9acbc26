/**
 * What agents do and report whose parameters are all 0, in a world of one step: policies are
 * uniform, or normal with mean 0 and deviation 1, values are 0, and all of it has a closed form.
 */
import { ok } from "node:assert";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { normalBelow } from "../../lab/search/tpe.ts";
import { definitions, knownFields, subjectOf } from "./laboratory.ts";

/** Bounds of the actions: their middle is not 0, nor the half of their width 1. */
const [LOW, HIGH] = [-2, 6];
const CHOICES = 3;
/** Actions that are compared with their distribution. */
const DRAWS = 500;
/** Of the noise that deterministic policies explore by. */
const DEVIATION = 0.5;
/** Too small to change what is reported. */
const learningRate = 1e-12;

/** One step, which costs 1, or 0 and 2 in turn where `isEven` says no; notes the actions. */
function once(isContinuous: boolean, taken: number[], isEven: () => boolean) {
  return defineEnvironment({
    id: "Once-v0",
    observationSpace: new Box({ low: 0, high: 1, shape: [1] }),
    actionSpace: isContinuous
      ? new Box({ low: LOW, high: HIGH, shape: [1] })
      : new Discrete(CHOICES),
    reset: () => 0,
    step(state: number, action: Float32Array | number) {
      taken.push(typeof action === "number" ? action : action[0]);
      return { state, reward: isEven() ? -1 : taken.length % 2 * -2, terminated: true };
    },
    observe: () => Float32Array.of(1),
  });
}

/** An agent with parameters of 0, and the actions that it takes from here on. */
async function zeroed(agent: string, isContinuous: boolean) {
  const taken: number[] = [];
  const pay = { isEven: true };
  const fields = knownFields(agent, {
    ...{ learningRate, environments: 64, rolloutLength: 2, batchSize: 128, bufferSize: 2000 },
    ...{ learningStarts: 64, trainEvery: 64, gradientStepsPerTrain: 1, actors: 1 },
    ...{ hiddenSizes: [4], recurrentSize: 4, sequenceLength: 2, minibatchSize: 128, epochs: 1 },
    ...{ noiseStd: DEVIATION, explorationFinal: 1, normalizeReturns: false },
  });
  const { trainer } = await subjectOf(agent, once(isContinuous, taken, () => pay.isEven), fields);
  const snapshot = await trainer.snapshot();
  const zeros = (tensors: NamedTensors) =>
    Object.fromEntries(
      Object.entries(tensors).map((
        [name, tensor],
      ) => [name, { ...tensor, values: tensor.values.slice().fill(0) }]),
    );
  const targets = Object.entries(snapshot.state).filter(([name]) => name.startsWith("target/"));
  await trainer.restore({
    ...snapshot,
    parameters: zeros(snapshot.parameters),
    state: { ...snapshot.state, ...zeros(Object.fromEntries(targets)) },
  });
  return { trainer, taken, pay };
}

/** E[f(ε)] for ε ~ N(0, 1), by sums. */
function expectation(f: (x: number) => number): number {
  let sum = 0;
  for (let x = -10; x <= 10; x += 1e-3) sum += f(x) * Math.exp(-x * x / 2);
  return sum * 1e-3 / Math.sqrt(2 * Math.PI);
}

const NORMAL_ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E);
/** Of tanh(ε): by the change of variables. */
const SQUASHED_ENTROPY = NORMAL_ENTROPY - 2 * expectation((x) => Math.log(Math.cosh(x)));

/** P(action ≤ x) for x between the bounds, by what is done to ε. */
const share = (x: number) => 2 * (x - LOW) / (HIGH - LOW) - 1;
const below = {
  /** low + ½(tanh ε + 1)(high − low). */
  squashed: (x: number) => normalBelow(Math.atanh(share(x))),
  /** ½ε between the bounds. */
  perturbed: (x: number) => normalBelow(share(x) / DEVIATION),
  /** ε as it is, cut off. */
  normal: normalBelow,
  uniform: (x: number) => (x + 1) / CHOICES,
} as const;

/** Deterministic policies, which noise is added to where they train. */
const deterministic = ["ddpg", "td3"];
function kindOf(agent: string, isContinuous: boolean): keyof typeof below {
  if (!isContinuous) return "uniform";
  if (agent === "sac") return "squashed";
  return deterministic.includes(agent) ? "perturbed" : "normal";
}

/** That so many draws are of a distribution: within four standard errors at each place. */
function holdTo(actions: readonly number[], kind: keyof typeof below) {
  for (const x of kind === "uniform" ? [0, 1] : [-1.8, -1, 0, 1, 2, 3, 4, 5, 5.8]) {
    const expected = below[kind](x);
    const found = actions.filter((action) => action <= x).length / actions.length;
    const error = Math.sqrt(expected * (1 - expected) / actions.length);
    ok(Math.abs(found - expected) <= 4 * error + 1e-6, `P(a ≤ ${x}) is ${found}, not ${expected}`);
  }
}

const entropies = {
  squashed: SQUASHED_ENTROPY,
  normal: NORMAL_ENTROPY,
  uniform: Math.log(CHOICES),
};

/** The losses of values 0 for returns of −1: the mean square, or as the algorithm's paper has it. */
const valueLosses: Record<string, number> = {
  ...{ ppo: 0.5, "recurrent-ppo": 0.5, dqn: 0.5 },
  td3: 2, // of two critics
};

for (const [agent, { takes }] of Object.entries(definitions)) {
  const isContinuous = takes.actions.includes("box");
  const kind = kindOf(agent, isContinuous);

  Deno.test(`what ${agent} does and reports is the closed form where its networks are 0`, async () => {
    const { trainer, taken, pay } = await zeroed(agent, isContinuous);
    let metrics: Metrics = {};
    while (!("losses/value" in metrics || "losses/policy" in metrics)) {
      ({ metrics } = await trainer.iterate());
    }
    const known: Metrics = {
      "rollout/episode_return_mean": -1,
      "rollout/episode_length_mean": 1,
      "losses/value": valueLosses[agent] ?? 1,
      "losses/td_error": 1,
      "losses/action_value": 0,
      "losses/entropy": kind === "perturbed" ? NaN : entropies[kind],
    };
    for (const name of Object.keys(known).filter((name) => name in metrics)) {
      // SAC's is a mean over draws.
      const tolerance = agent === "sac" && name === "losses/entropy" ? 0.15 : 1e-5;
      ok(Math.abs(metrics[name] - known[name]) <= tolerance, `${name} is ${metrics[name]}`);
    }
    pay.isEven = false;
    for (const first = taken.length; taken.length < first + DRAWS;) {
      ({ metrics } = await trainer.iterate());
    }
    // Of returns that differ values of 0 explain nothing.
    const { "losses/explained_variance": explained = 0 } = metrics;
    ok(Math.abs(explained) <= 1e-6, `explained: ${explained}`);
    holdTo(taken.slice(-DRAWS), kind);
    if (agent !== "dqn" && kind !== "perturbed") {
      await trainer.evaluate({ random: defaultRng(1), episodes: DRAWS, stochastic: true });
      holdTo(taken.slice(-DRAWS), kind);
    }
    trainer.dispose();
  });
}
