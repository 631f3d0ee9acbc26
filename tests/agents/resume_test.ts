/**
 * Determinism: the same seed gives the same bits, a saved and loaded trainer goes on as if never
 * stopped, evaluation leaves no trace, memory stays flat.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import { Discrete, Tuple } from "../../lab/core/space.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { makeEnv } from "../../envs/mod.ts";
import { agents } from "../../agents/mod.ts";
import { identity } from "../../envs/identity.ts";
import {
  definitions,
  dqnFlags,
  hasReplay,
  subjectOf,
  trainThrough,
  worldFor,
} from "./laboratory.ts";
import { small } from "./small_fields.ts";

const cartPole = () => makeEnv("CartPole-v1");

/** The small part of a replay, which is copied: open windows and priorities. */
const copiedRows = /^replay\/(windows|priorities)|^replay\/\d/;

/** Steps that a budget of 333 takes: whole steps of all environments, or whole rollouts. */
const taken: Record<string, number> = { reinforce: 333, "recurrent-ppo": 384 };

/** Through the bytes of a checkpoint and back. */
function savedAndLoaded(snapshot: Snapshot): Snapshot {
  const through = (tensors: Snapshot["state"]) =>
    decodeSafetensors(encodeSafetensors(tensors)).tensors;
  return {
    parameters: through(snapshot.parameters),
    state: through({ ...snapshot.state, ...snapshot.lent }),
    values: JSON.parse(JSON.stringify(snapshot.values)),
  };
}

/** Names of the tensors and values that differ in a bit: short where everything does. */
function differences(...snapshots: readonly [Snapshot, Snapshot]): string[] {
  const [one, other] = snapshots.map(savedAndLoaded);
  const bytes = ({ values }: Snapshot["state"][string]) =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toString();
  const different: string[] = [];
  for (const part of ["parameters", "state"] as const) {
    const names = new Set([...Object.keys(one[part]), ...Object.keys(other[part])]);
    for (const name of names) {
      const [a, b] = [one[part][name], other[part][name]];
      const equal = a !== undefined && b !== undefined && a.dtype === b.dtype &&
        `${a.shape}` === `${b.shape}` && bytes(a) === bytes(b);
      if (!equal) different.push(name);
    }
  }
  const [a, b] = [one, other].map(({ values }) => values as Record<string, unknown>);
  for (const name of Object.keys(a)) {
    if (JSON.stringify(a[name]) !== JSON.stringify(b[name])) different.push(name);
  }
  return different;
}

/** Snapshot after some iterations, from the start or from another snapshot. */
async function run(
  agent: string,
  options: {
    iterations: number;
    from?: Snapshot;
    seed?: number;
    backend?: "wasm" | "cpu";
    world?: () => Environment;
    fields?: object;
  },
) {
  const { world = worldFor(agent), fields } = options;
  const { trainer } = await subjectOf(agent, world, { ...small[agent], ...fields }, options);
  if (options.from !== undefined) await trainer.restore(options.from);
  const metrics = [];
  for (let i = 0; i < options.iterations; i++) metrics.push((await trainer.iterate()).metrics);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { snapshot, metrics };
}

for (const agent of Object.keys(definitions)) {
  // On the cpu, which is slow, as many as it takes until all learn.
  for (const [backend, half] of [["wasm", 10], ["cpu", hasReplay(agent) ? 5 : 2]] as const) {
    const name = `${agent}: ${2 * half} iterations are ${half}, a checkpoint and ${half} more`;
    Deno.test(`${name} (${backend})`, async () => {
      const whole = await run(agent, { iterations: 2 * half, backend });
      const first = await run(agent, { iterations: half, backend });
      const from = savedAndLoaded(first.snapshot);
      const second = await run(agent, { iterations: half, from, backend });
      deepStrictEqual(differences(second.snapshot, whole.snapshot), []);
      deepStrictEqual([...first.metrics, ...second.metrics], whole.metrics);
      const { iterations, gradientSteps } = (whole.snapshot.values as {
        progress: Record<string, number>;
      }).progress;
      strictEqual(iterations, 2 * half);
      ok(gradientSteps > 0);
    });
  }

  Deno.test(`${agent}: another seed gives other weights and another course`, async () => {
    const [one, other] = [
      await run(agent, { iterations: 2, seed: 1 }),
      await run(agent, { iterations: 2, seed: 2 }),
    ];
    const different = differences(one.snapshot, other.snapshot);
    ok(Object.keys(one.snapshot.parameters).every((name) => different.includes(name)));
  });

  Deno.test(`${agent}: evaluation and acting leave training untouched`, async () => {
    const { trainer } = await subjectOf(agent, worldFor(agent), small[agent]);
    await trainer.iterate();
    const before = savedAndLoaded(await trainer.snapshot());
    const one = await trainer.evaluate({ random: defaultRng(3), episodes: 7 });
    const world = worldFor(agent)();
    const observation = world.reset({ seed: 1 }).observation;
    const action = await trainer.act!(observation);
    const other = await trainer.evaluate({ random: defaultRng(3), episodes: 7 });
    deepStrictEqual(differences(await trainer.snapshot(), before), []);
    deepStrictEqual(one, other);
    ok(world.actionSpace.contains(action), `${action}`);
    await rejects(async () => await trainer.act!(3), /observation must lie in Box/);
    trainer.dispose();
  });

  Deno.test(`${agent}: a snapshot copies no replay, and all else`, async () => {
    const { trainer } = await subjectOf(agent, worldFor(agent), small[agent], { budget: 100_000 });
    for (let i = 0; i < 3; i++) await trainer.iterate();
    const one = await trainer.snapshot();
    const saved = savedAndLoaded({ ...one, lent: undefined });
    for (const [name, { values }] of Object.entries((await trainer.snapshot()).lent ?? {})) {
      if (!copiedRows.test(name)) strictEqual(values.buffer, one.lent![name].values.buffer, name);
      if (!copiedRows.test(name)) ok(values.buffer instanceof SharedArrayBuffer, name);
    }
    strictEqual(hasReplay(agent), "replay/observations" in (one.lent ?? {}));
    await trainer.iterate();
    deepStrictEqual(differences({ ...one, lent: undefined }, saved), []);
    trainer.dispose();
  });

  Deno.test(`${agent}: the number of tensors stays flat`, async () => {
    const { trainer } = await subjectOf(agent, worldFor(agent), small[agent], { budget: 100_000 });
    for (let i = 0; i < 3; i++) await trainer.iterate();
    await trainer.evaluate({ random: defaultRng(1), episodes: 3 });
    const { numTensors } = tf.memory();
    for (let i = 0; i < 8; i++) await trainer.iterate();
    await trainer.evaluate({ random: defaultRng(2), episodes: 3 });
    strictEqual(tf.memory().numTensors, numTensors);
    trainer.dispose();
  });

  Deno.test(`${agent}: the budget ends exactly, rounded up as documented`, async () => {
    const { trainer } = await subjectOf(agent, worldFor(agent), small[agent], { budget: 333 });
    await trainThrough(trainer);
    strictEqual(trainer.progress.environmentSteps, taken[agent] ?? 336);
    await rejects(() => trainer.iterate(), /budget of 333 environment steps is spent/);
    trainer.dispose();
  });

  Deno.test(`${agent}: spaces that it cannot handle are refused before training`, async () => {
    const paired = (): Environment => ({
      ...environmentOf(identity()),
      id: "Pull-v0",
      observationSpace: new Discrete(2),
      actionSpace: new Tuple([new Discrete(2)]),
    });
    await rejects(
      () => subjectOf(agent, paired, small[agent]),
      new RegExp(`Cannot train ${agent} in Pull-v0 as it takes .* actions: Tuple`),
    );
  });

  Deno.test(`${agent}: the registry's name and summary are the definition's`, async () => {
    const entry = agents.find(({ name }) => name === agent)!;
    const definition = await entry.load();
    strictEqual(definition.name, agent);
    strictEqual(definition.summary, entry.summary);
  });
}

/** Other worlds and flags, each with the parts that the runs above do not use. */
const variants: [agent: string, name: string, world: () => Environment, fields: object][] = [
  ["ppo", "continuous actions, normalised observations and rewards", () => makeEnv("Pendulum-v1"), {
    normalizeObservations: true,
    normalizeRewards: true,
  }],
  ["a2c", "continuous actions, normalised observations and rewards", () => makeEnv("Pendulum-v1"), {
    normalizeObservations: true,
    normalizeRewards: true,
  }],
  ["ppo", "state-dependent noise", () => makeEnv("Pendulum-v1"), {
    stateDependentNoise: true,
    noiseEvery: 3,
    orthogonalInitialization: false,
  }],
  ["a2c", "state-dependent noise", () => makeEnv("Pendulum-v1"), { stateDependentNoise: true }],
  ["ppo", "a KL penalty, in one network", cartPole, {
    surrogate: "kl-penalty",
    targetDivergence: 1e-4,
    separateNetworks: false,
  }],
  ["ppo", "epochs that end at a target KL", cartPole, { targetKl: 1e-4, epochs: 8 }],
  ["ppo", "action masks", () => makeEnv("Taxi-v4"), { hiddenSizes: [8] }],
  ["ppo", "several choices", () => makeEnv("Identity-v0", { space: "multi-discrete" }), {}],
  ["ppo", "pixels", () => makeEnv("CartPolePixels-v0", { size: 32, frames: 2 }), {
    convolutions: [[4, 8, 8]],
    normalizeObservations: true,
  }],
  [
    "dqn",
    "noise and normalised pixels kept as bytes",
    () => makeEnv("CartPolePixels-v0", { size: 32, frames: 2 }),
    {
      storeBytes: true,
      normalizeObservations: true,
      convolutions: [[4, 8, 8]],
      noisy: true,
      learningStarts: 256,
    },
  ],
  ["recurrent-ppo", "continuous actions, GRU", () => makeEnv("PendulumNoVel-v1"), {
    cell: "gru",
    normalizeObservations: true,
    normalizeRewards: true,
  }],
  ["recurrent-ppo", "state-dependent noise, PyTorch's draw", () => makeEnv("PendulumNoVel-v1"), {
    ...{ stateDependentNoise: true, noiseEvery: 3, orthogonalInitialization: false },
    targetKl: 1e-3,
  }],
  ["recurrent-ppo", "action masks", () => makeEnv("Taxi-v4"), {}],
  ["reinforce", "a constant baseline", cartPole, { baseline: "mean" }],
  ["sac", "gSDE and a fixed temperature", () => makeEnv("Pendulum-v1"), {
    stateDependentNoise: true,
    noiseEvery: 7,
    automaticTemperature: false,
    temperature: 0.1,
  }],
  ["td3", "Gaussian noise", () => makeEnv("Pendulum-v1"), { noise: "gaussian" }],
  ...["sac", "td3", "ddpg"].map((agent): typeof variants[number] => [
    agent,
    "all that replay can do",
    () => makeEnv("Pendulum-v1"),
    {
      ...{ rewardSteps: 3, priorityExponent: 0.6, annealLearningRate: true },
      ...{ normalizeObservations: true, normalizeRewards: true },
    },
  ]),
  ["reinforce", "continuous actions", () => makeEnv("Pendulum-v1"), {}],
  ...Object.entries(dqnFlags).map(([flag, fields]): typeof variants[number] => [
    "dqn",
    flag,
    cartPole,
    { loss: "huber", doubleQ: false, ...fields },
  ]),
];

for (const [agent, name, world, fields] of variants) {
  Deno.test(`${agent}, ${name}: 12 iterations are 6, a checkpoint and 6 more`, async () => {
    const whole = await run(agent, { iterations: 12, world, fields });
    const first = await run(agent, { iterations: 6, world, fields });
    const from = savedAndLoaded(first.snapshot);
    const second = await run(agent, { iterations: 6, from, world, fields });
    deepStrictEqual(differences(second.snapshot, whole.snapshot), []);
    deepStrictEqual([...first.metrics, ...second.metrics], whole.metrics);
  });
}
