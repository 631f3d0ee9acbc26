/** Ten updates of every agent and model, compiled and kernel by kernel. */
import { ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { compiledBefore } from "../../../../lab/compute/compile/compiler.ts";
import { f32x4, splat } from "../../../../lab/compute/compile/wasm/assembler.ts";
import { VectorMath } from "../../../../lab/compute/compile/wasm/math.ts";
import { CompiledWorkspace } from "../../../../lab/compute/compile/workspace.ts";
import type { AgentDefinition, ModelDefinition } from "../../../../lab/compute/definitions.ts";
import { PlainWorkspace } from "../../../../lab/compute/plain_workspace.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { type Dataset, holdingsOf, takesData } from "../../../../lab/core/dataset.ts";
import type { Entry } from "../../../../lab/core/registry.ts";
import { streamOf } from "../../../../lab/core/random.ts";
import { agents } from "../../../../agents/mod.ts";
import { makeEnv } from "../../../../envs/mod.ts";
import { models } from "../../../../models/mod.ts";
import { dqnFlags } from "../../../agents/laboratory.ts";
import { datasetOf, smallOf } from "../../../models/laboratory.ts";
import { type Recorded, recording, rerun, worstOf } from "./recorded.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const updates = 10;

/** Of any tensor of the state, ‖difference‖ / ‖expected‖. */
const bound = 2e-5;
/** The same of networks that play against each other: gradients nearly cancel, and paths part fast. */
const games = { updates: 3, bound: 1e-3 };

/** What makes an update out of a replay buffer small. */
const replay = { hiddenSizes: [12], batchSize: 8, learningStarts: 8, bufferSize: 64 };

/** Settings of agents with continuous actions. */
const continuous: Record<string, object[]> = {
  sac: [replay, { ...replay, stateDependentNoise: true, automaticTemperature: false }],
  td3: [replay],
  ddpg: [replay],
};

/** Settings that make an update small, beside the defaults. */
const settings: Record<string, object[]> = {
  ...continuous,
  dqn: [
    { hiddenSizes: [12], batchSize: 8, learningStarts: 8, bufferSize: 64 },
    { hiddenSizes: [12], batchSize: 8, learningStarts: 8, bufferSize: 64, loss: "mse" },
    { hiddenSizes: [12, 8], batchSize: 8, learningStarts: 8, bufferSize: 64, ...dqnFlags.rainbow },
  ],
  reinforce: [{ hiddenSizes: [12] }],
  a2c: [{ hiddenSizes: [12] }],
  a3c: [{ hiddenSizes: [12], environments: 2 }],
  impala: [{ hiddenSizes: [12], actors: 2, environments: 2, rolloutLength: 8 }],
  ppo: [{ hiddenSizes: [12, 12], environments: 2, rolloutLength: 16, minibatchSize: 16 }],
  "recurrent-ppo": (["lstm", "gru"] as const).map((cell) => ({
    ...{ cell, recurrentSize: 8, hiddenSizes: [12] },
    ...{ environments: 2, rolloutLength: 8, sequenceLength: 4, minibatchSize: 8 },
  })),
  "real-nvp-images": [{ batchSize: 8, channels: 4, depth: 1, scales: 1, judge: false }],
  "glow-images": [{ batchSize: 8, channels: 4, depth: 1, scales: 1, judge: false }],
  // Its deeper layers are pixelcnn's.
  "conditional-pixelcnn": [{ batchSize: 8, features: 2, layers: 1, judge: false }],
};

const common = { budget: 512, seed: 1, stream: (name: string) => streamOf(1, name) };

/** Noise of 6 × 6 pixels in two classes. */
const smallImages: Dataset = {
  name: "noise",
  seed: 0,
  kind: "images",
  shape: [6, 6, 1],
  classes: 10,
  train: noiseImages(60),
  validation: noiseImages(20),
  test: noiseImages(20),
};

function noiseImages(count: number) {
  const images = new Float32Array(count * 36);
  streamOf(1, "images").fillUniform(images);
  return { count, values: images, labels: Uint8Array.from({ length: count }, (_, i) => i % 2) };
}

/** A3C's update returns what is to be added to state that threads share; here it adds it. */
function applying(program: Recorded): Recorded {
  if (!program.spec.name.startsWith("a3c/update/")) return program;
  const step: Recorded["step"] = (context) => {
    const { outputs } = program.step(context);
    const after = (before: Tensors, changes: tf.Tensor): Tensors => {
      const sizes = Object.values(before).map(({ size }) => size);
      const parts = tf.split(changes, sizes);
      return Object.fromEntries(
        Object.entries(before).map(([name, x], i) => [
          name,
          tf.add(x, tf.reshape(parts[i], x.shape)),
        ]),
      );
    };
    const { parameters, optimizer } = context.state;
    const state = {
      parameters: after(parameters, outputs.parameterChange),
      optimizer: after(optimizer, outputs.optimizerChange),
    };
    return { outputs, state };
  };
  return { ...program, step };
}

/** Whether a program changes one of two networks that play against each other. */
function isGame({ spec: { name } }: Recorded): boolean {
  return /\/(discriminator|critic|generator)[s\d]?$/.test(name);
}

/** The data that a model takes; agents are given any. */
function dataOf(definition: AgentDefinition | ModelDefinition): Dataset | undefined {
  if (!("examples" in definition.takes)) return undefined;
  // Images of 6 × 6 cannot be grown from a quarter of their sides.
  return definition.name !== "progressive-gan" &&
      takesData(definition.takes, holdingsOf(smallImages))
    ? smallImages
    : datasetOf(definition as ModelDefinition);
}

/** The programs that one iteration of a trainer compiled and that change state. */
async function updatesOf(
  entry: Entry<AgentDefinition> | Entry<ModelDefinition>,
  fields: object,
): Promise<Recorded[]> {
  const definition = await entry.load();
  const { workspace, programs } = recording(new CompiledWorkspace("strict", { fallback: false }));
  const context = {
    ...common,
    workspace,
    configuration: definition.configuration.parse(fields),
    makeEnvironment: () => makeEnv(entry.name in continuous ? "Pendulum-v1" : "CartPole-v1"),
    dataset: dataOf(definition)!,
  };
  const trainer = await definition.create(context);
  await trainer.iterate();
  const recorded = (await programs()).map(applying);
  trainer.dispose();
  const changes: Recorded[] = [];
  for (const program of recorded) {
    const after = await rerun(new CompiledWorkspace("strict", { fallback: false }), program, 1);
    const before = await rerun(new CompiledWorkspace("strict", { fallback: false }), program, 0);
    if (worstOf(after, before).error > 0) changes.push(program);
  }
  return changes;
}

/** A program's state after all updates with TensorFlow.js on the cpu. */
async function expectedOf(program: Recorded): Promise<Record<string, ArrayLike<number>>> {
  const plain = new PlainWorkspace("cpu");
  const expected = await rerun(plain, program, isGame(program) ? games.updates : updates);
  plain.dispose();
  return expected;
}

// Agents over tables have no programs; each of the others has settings.
for (const entry of [...agents.filter(({ name }) => name in settings), ...models]) {
  Deno.test(`updates of ${entry.name} are those of TensorFlow.js`, async () => {
    const variants = settings[entry.name] ?? [smallOf(await entry.load() as ModelDefinition)];
    for (const fields of variants) {
      const programs = await updatesOf(entry, fields);
      ok(programs.length > 0, "no program changes state");
      for (const program of programs) {
        const expected = await expectedOf(program);
        for (const rounding of ["relaxed", "strict"] as const) {
          const found = await rerun(
            new CompiledWorkspace(rounding, { fallback: false }),
            program,
            isGame(program) ? games.updates : updates,
          );
          const { name, error } = worstOf(found, expected);
          ok(
            error < (isGame(program) ? games.bound : bound),
            `${program.spec.name}, ${rounding}: ${name} is off by ${error}`,
          );
        }
      }
    }
  });
}

/** What ppo's update is off by where something is wrong. */
async function errorOfPpo(
  factor: number,
  broken: () => Disposable = () => ({ [Symbol.dispose]() {} }),
): Promise<number> {
  const ppo = agents.find(({ name }) => name === "ppo")!;
  const [program] = await updatesOf(ppo, settings.ppo[0]);
  const expected = await expectedOf(program);
  compiledBefore.clear();
  using _ = broken();
  const found = await rerun(
    new CompiledWorkspace("relaxed", { fallback: false }),
    program,
    updates,
    factor,
  );
  return worstOf(found, expected).error;
}

Deno.test("a learning rate that is wrong by a thousandth is seen", async () => {
  const error = await errorOfPpo(1.001);
  ok(error > bound, `off by ${error}`);
});

Deno.test("a function that is lowered wrong by a hundred-thousandth is seen", async () => {
  const right = VectorMath.prototype.tanh;
  const error = await errorOfPpo(1, () => {
    VectorMath.prototype.tanh = function (x) {
      return f32x4.mul(right.call(this, x), splat(1.00001));
    };
    return {
      [Symbol.dispose]() {
        VectorMath.prototype.tanh = right;
        compiledBefore.clear();
      },
    };
  });
  ok(error > bound, `off by ${error}`);
});
