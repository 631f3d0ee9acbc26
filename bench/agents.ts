/**
 * Agents in published set-ups beside Stable-Baselines3 and beside plain PyTorch and JAX loops: acting,
 * environments and updates, without store and evaluation. Every batch does the same work: rates are
 * not annealed, and ε stays at its mean over the published budget.
 *
 * @module
 */
import { makeEnv } from "../envs/mod.ts";
import { cartpoleA2c, cartpoleDqn, cartpolePpo } from "../experiments/cartpole.ts";
import { pendulumSac, pendulumTd3 } from "../experiments/continuous_control.ts";
import { registries } from "../registries.ts";
import { streamOf } from "../lab/core/random.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import { namedPart } from "../lab/experiment/own.ts";
import { loadEntry } from "../lab/experiment/resolve.ts";
import type { Bench } from "./group.ts";
import { measure, type Subject } from "./measure.ts";
import { type Bars, type Peer, peerRow, type PeerScript } from "./peers/peer.ts";
import { missingRow, type Row, row } from "./row.ts";
import { type LabBackend, labWorkspace } from "./workspaces.ts";

const seed = 1;
const unit = "environment steps/s";
/** Batches long enough that a trainer's own iterations, of unequal length, even out. */
const options = { batchMilliseconds: 1500, rounds: 9, seconds: 30 };

/** One configuration, here and in a peer. */
interface SetUp {
  readonly title: string;
  readonly script: PeerScript;
  /** As the script names it. */
  readonly peerName: string;
  readonly environment: string;
  /** The agent's name and its fields. */
  readonly agent: { readonly name: string; readonly [field: string]: unknown };
  readonly threads?: number;
  readonly bars?: Bars;
}

const zooDqn = {
  title: "DQN on CartPole-v1, the zoo's set-up",
  script: "baselines.py",
  peerName: "dqn",
  environment: "CartPole-v1",
  agent: { ...namedPart(cartpoleDqn.agent), explorationInitial: 0.1168, explorationFinal: 0.1168 },
  bars: { portable: 2, wide: 1.6, native: 2.6 },
} as const;

const cleanPpo = {
  title: "PPO on CartPole-v1, CleanRL's set-up",
  peerName: "ppo",
  environment: "CartPole-v1",
  agent: { name: "ppo" },
} as const;

/** In the order of the table. */
export const setUps: readonly SetUp[] = [
  { ...cleanPpo, script: "single_file.py", bars: { portable: 16, native: 18 } },
  { ...cleanPpo, title: `${cleanPpo.title} as a lean loop`, script: "loops.py" },
  { ...cleanPpo, title: `${cleanPpo.title} as one JAX program`, script: "jax_loop.py" },
  {
    title: "PPO on CartPole-v1, the zoo's set-up",
    script: "baselines.py",
    peerName: "ppo",
    environment: "CartPole-v1",
    agent: namedPart(cartpolePpo.agent),
    bars: { portable: 6, native: 8 },
  },
  {
    title: "A2C on CartPole-v1, the zoo's set-up",
    script: "baselines.py",
    peerName: "a2c",
    environment: "CartPole-v1",
    agent: namedPart(cartpoleA2c.agent),
    bars: { portable: 4 },
  },
  zooDqn,
  { ...zooDqn, title: `${zooDqn.title}, two threads`, threads: 2, bars: { portable: 2 } },
  {
    title: "DQN on CartPole-v1, CleanRL's set-up as a lean loop",
    script: "loops.py",
    peerName: "dqn",
    environment: "CartPole-v1",
    agent: {
      name: "dqn",
      bufferSize: 10_000,
      learningStarts: 10_000,
      batchSize: 128,
      trainEvery: 10,
      targetUpdateEvery: 500,
      learningRate: 2.5e-4,
      loss: "mse",
      explorationInitial: 0.2875,
      explorationFinal: 0.2875,
      maximumGradientNorm: 1e9,
      hiddenSizes: [120, 84],
    },
    bars: { portable: 3 },
  },
  {
    title: "SAC on Pendulum-v1, 256-256",
    script: "baselines.py",
    peerName: "sac",
    environment: "Pendulum-v1",
    agent: namedPart(pendulumSac.agent),
    bars: { portable: 1.3, wide: 1.1, native: 1.8 },
  },
  {
    title: "SAC on Pendulum-v1, 256-256, in JAX",
    script: "sbx_agents.py",
    peerName: "sac",
    environment: "Pendulum-v1",
    agent: namedPart(pendulumSac.agent),
  },
  {
    title: "SAC on Pendulum-v1, 256-256, with overlap, two threads each",
    script: "baselines.py",
    peerName: "sac/2",
    environment: "Pendulum-v1",
    agent: { ...namedPart(pendulumSac.agent), overlap: true },
    threads: 2,
    bars: { portable: 1.3, native: 2 },
  },
  {
    title: "TD3 on Pendulum-v1, 256-256",
    script: "baselines.py",
    peerName: "td3",
    environment: "Pendulum-v1",
    agent: { ...namedPart(pendulumTd3.agent), learningStarts: 100, hiddenSizes: [256, 256] },
    bars: { portable: 1.1, wide: 0.9, native: 1.4 },
  },
];

/** A row of each set-up. */
export async function* agents(bench: Bench): AsyncIterable<Row> {
  for (const setUp of setUps) {
    const { title, script, bars } = setUp;
    const peer = await bench.peer(script);
    if (typeof peer === "string") {
      yield missingRow(title, unit, peer);
      continue;
    }
    bench.progress(title);
    const { own, beside } = await rates(setUp, peer, bench.backend);
    if (peer === undefined) yield row(title, own, unit);
    else yield* peerRow(peer, title, own, unit, beside, { bars, backend: bench.backend });
  }
}

/** Environment steps a second of the lab and of the peer. */
async function rates(
  { script: _, peerName, ...setUp }: SetUp,
  peer: Peer | undefined,
  backend: LabBackend,
) {
  const trainer = await trainerOf(setUp, backend);
  try {
    await trainer.iterate();
    const steps = trainer.progress.environmentSteps;
    const subjects: Record<string, Subject> = { own: () => trainer.iterate() };
    if (peer !== undefined) subjects.peer = peer.subject(`${peerName} ${steps}`);
    const milliseconds = await measure(subjects, options);
    const rate = (each: number) => steps * 1000 / each;
    return { own: rate(milliseconds.own), beside: rate(milliseconds.peer) };
  } finally {
    trainer.dispose();
  }
}

async function trainerOf(
  { agent: { name, ...fields }, environment, threads }: Omit<SetUp, "script" | "peerName">,
  backend: LabBackend,
): Promise<Trainer> {
  const definition = await loadEntry(registries.agents, "agent", name, "bench");
  return await definition.create({
    configuration: definition.configuration.parse(fields),
    budget: Number.MAX_SAFE_INTEGER,
    workspace: await labWorkspace(threads, backend),
    seed,
    stream: (stream) => streamOf(seed, stream),
    makeEnvironment: () => makeEnv(environment),
  });
}
