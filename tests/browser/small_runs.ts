/**
 * A small run of each kind, for runtimes to be compared by: actions drawn from categorical, Gaussian
 * and squashed policies, priorities, tables, schedules, drawn data, flows, tokens, pictures.
 *
 * @module
 */
import { agents } from "../../agents/mod.ts";
import { makeEnv } from "../../envs/mod.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { datasets } from "../../models/datasets/mod.ts";
import { models } from "../../models/mod.ts";

const seed = 1;
const stream = (name: string) => streamOf(seed, name);

/** FNV-1a over bytes. */
class Hash {
  #value = 0x811c9dc5;

  add({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      this.#value = Math.imul(this.#value ^ byte, 0x01000193);
    }
  }

  toString(): string {
    return (this.#value >>> 0).toString(16).padStart(8, "0");
  }
}

/** Trains for some iterations, evaluates, and hashes parameters and metrics. */
async function hashOf(trainer: Trainer, iterations: number): Promise<string> {
  const hash = new Hash();
  for (let i = 0; i < iterations; i++) {
    hash.add(Float64Array.from(Object.values((await trainer.iterate()).metrics)));
  }
  const { metrics } = await trainer.evaluate({ random: stream("evaluation"), episodes: 2 });
  hash.add(Float64Array.from(Object.values(metrics)));
  const { parameters } = await trainer.snapshot();
  for (const name of Object.keys(parameters).sort()) hash.add(parameters[name].values);
  trainer.dispose();
  return `${hash}`;
}

/** What every trainer is made with. */
async function common() {
  const { workspace } = await openWorkspace("wasm");
  return { budget: 10_000, workspace, seed, stream };
}

async function agentRun(name: string, world: string, fields: object, iterations = 3) {
  const definition = await agents.find((each) => each.name === name)!.load();
  const trainer = await definition.create({
    ...await common(),
    configuration: definition.configuration.parse(fields),
    makeEnvironment: () => makeEnv(world),
  });
  return hashOf(trainer, iterations);
}

async function modelRun(name: string, data: string, fields: object) {
  const definition = await models.find((each) => each.name === name)!.load();
  const { create, configuration } = await datasets.find((each) => each.name === data)!.load();
  const trainer = await definition.create({
    ...await common(),
    configuration: definition.configuration.parse(fields),
    models,
    dataset: await create({
      configuration: configuration.parse({ train: 100, validation: 50, test: 50 }),
      readFile: () => Promise.reject(new Error("no files")),
    }),
  });
  return hashOf(trainer, 3);
}

/** What a world shows in some steps of random actions. */
function shown(world: string): string {
  const environment = makeEnv(world);
  const random = stream("actions");
  const hash = new Hash();
  hash.add(environment.reset({ seed }).observation as Float32Array);
  for (let i = 0; i < 20; i++) {
    const { observation, terminated } = environment.step(environment.actionSpace.sample(random));
    hash.add(observation as Float32Array);
    if (terminated) environment.reset();
  }
  return `${hash}`;
}

const replay = { learningStarts: 64, batchSize: 16, bufferSize: 1000, hiddenSizes: [16] };
const rollouts = { environments: 4, rolloutLength: 32, hiddenSizes: [16] };

/** The hash of each run, by its name. */
export async function smallRuns(): Promise<Record<string, string>> {
  return {
    "ppo, choices": await agentRun("ppo", "CartPole-v1", { ...rollouts, minibatchSize: 64 }),
    "ppo, Gaussian": await agentRun("ppo", "Pendulum-v1", { ...rollouts, minibatchSize: 64 }),
    "dqn, priorities": await agentRun("dqn", "CartPole-v1", {
      ...replay,
      priorityExponent: 0.6,
      rewardSteps: 3,
    }),
    "sac": await agentRun("sac", "Pendulum-v1", replay, 2),
    "q-learning": await agentRun("q-learning", "FrozenLake-v1", {}),
    "ucb": await agentRun("ucb-bandit", "Bandit-v0", {}),
    "vae": await modelRun("vae", "glyphs", {
      ...{ batchSize: 20, batchesPerIteration: 3, hiddenSizes: [16], judge: false },
    }),
    "flow-matching": await modelRun("flow-matching", "swiss-roll", {
      batchSize: 20,
      hiddenSizes: [16],
    }),
    "gpt": await modelRun("gpt", "sentences", { batchSize: 10, width: 8, layers: 1, heads: 2 }),
    "wgan-gp": await modelRun("wgan-gp", "ring-8", { batchSize: 16, width: 8, layers: 2 }),
    "pictures": shown("CartPolePixels-v0") + shown("GridWorldPixels-v0"),
  };
}
