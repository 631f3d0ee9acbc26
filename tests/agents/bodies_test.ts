/** A network body of an experiment's own stands before the networks of every agent that has any. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defineBody } from "../../agents/define_body.ts";
import { loadPolicy } from "../../agents/policy.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { Box, Discrete, type Space } from "../../lab/core/space.ts";
import type { TensorData } from "../../lab/core/tensor_data.ts";
import { continuousAgents, definitions, knownFields, subjectOf, worldFor } from "./laboratory.ts";

/** More than any of the worlds shows, with its actions. */
const FEATURES = 6;

/** Observations through one matrix, x·W; W is drawn from the stream that it is given. */
const narrow = defineBody({
  name: "narrow",
  create: ({ flatSize }) => ({
    size: FEATURES,
    initialParameters: (random) => ({
      "body/matrix": {
        shape: [flatSize, FEATURES],
        dtype: "float32",
        values: Float32Array.from({ length: flatSize * FEATURES }, () => random.standardNormal()),
      },
    }),
    features: (parameters, x) =>
      tf.matMul(x as tf.Tensor2D, parameters["body/matrix"] as tf.Tensor2D),
  }),
});

/** Every part is in use within two iterations. */
const small = {
  ...{ environments: 2, hiddenSizes: [8], actors: 2, chunkSize: 64 },
  ...{ rolloutLength: 16, minibatchSize: 16, sequenceLength: 8, recurrentSize: 8, epochs: 1 },
  ...{ bufferSize: 500, learningStarts: 32, batchSize: 8, trainEvery: 32, policyDelay: 1 },
};

const isOfBody = (name: string) => /(^|\/)body\//.test(name);

/** A trainer that sees through the body. */
function behindBody(agent: string) {
  return subjectOf(agent, worldFor(agent), knownFields(agent, small), {
    budget: 5000,
    body: narrow,
  });
}

/** A made world of 5 × 5 pixels in four channels; the action that pays is lit in the first row. */
function lights(agent: string, high: number): () => Environment {
  const measured = continuousAgents.includes(agent);
  return () =>
    environmentOf(defineEnvironment<number, Float32Array, unknown>({
      id: "Lights-v0",
      observationSpace: new Box({ low: 0, high, shape: [5, 5, 4] }),
      actionSpace: measured
        ? new Box({ low: -1, high: 1, shape: [1] })
        : new Discrete(2) as Space<unknown>,
      timeLimit: 8,
      reset: (random) => random.integers(2),
      step: (lit, action, random) => {
        const chosen = measured ? ((action as Float32Array)[0] > 0 ? 1 : 0) : action;
        return { state: random.integers(2), reward: chosen === lit ? 1 : 0, terminated: false };
      },
      observe: (lit) => Float32Array.from({ length: 100 }, (_, i) => i === 4 * lit ? high : 0),
    }));
}

for (const [agent, { takes }] of Object.entries(definitions)) {
  if (takes.observations !== undefined && !takes.observations.includes("box")) continue;
  Deno.test(`${agent} convolves small pictures, in 0 … 255 as in [0, 1]`, async () => {
    const fields = knownFields(agent, small);
    const courses = [1, 255].map(async (high) => {
      const { trainer } = await subjectOf(agent, lights(agent, high), fields, { budget: 5000 });
      const before = (await trainer.snapshot()).parameters;
      const kernels = Object.entries(before).filter(([name]) => name.endsWith("body/0/kernel"));
      for (const [, { shape }] of kernels) deepStrictEqual(shape, [3, 3, 4, 16]);
      // A body for each network, and one for several critics or action values.
      const networks = kernels.map(([name]) => name.replace(/\/?body.*/, ""));
      const all = agent === "dqn"
        ? [""]
        : "bufferSize" in fields
        ? ["policy", "critic"]
        : ["policy", "value"];
      deepStrictEqual(networks.sort(), all.sort());
      await trainer.iterate();
      const { parameters } = await trainer.snapshot();
      for (const [name, { values }] of kernels) {
        ok(`${parameters[name].values}` !== `${values}`, `${name} learns`);
      }
      trainer.dispose();
      return Object.entries(parameters).map(([name, { values }]) => [name, [...values]]);
    });
    deepStrictEqual(await courses[1], await courses[0]);
  });
}

Deno.test("with one network for both heads there is one body", async () => {
  const fields = { ...knownFields("ppo", small), separateNetworks: false };
  const { trainer } = await subjectOf("ppo", lights("ppo", 1), fields);
  const { parameters } = await trainer.snapshot();
  const bodies = Object.keys(parameters).filter(isOfBody);
  deepStrictEqual([...new Set(bodies.map((name) => name.split("/")[0]))], ["body"]);
  trainer.dispose();
});

for (const [agent, { takes }] of Object.entries(definitions)) {
  if (takes.observations !== undefined && !takes.observations.includes("box")) continue;
  Deno.test(`${agent} learns through a body of the experiment's own, and goes on with it`, async () => {
    strictEqual(takes.body, true);
    const { trainer } = await behindBody(agent);
    const before = (await trainer.snapshot()).parameters;
    const bodies = Object.keys(before).filter(isOfBody);
    ok(bodies.length > 0, Object.keys(before).join());
    for (const [name, { shape }] of Object.entries(before)) {
      ok(!/kernel$/i.test(name) || shape[0] >= FEATURES, `${name} sees the observations`);
    }
    await trainer.iterate();
    const middle = await trainer.snapshot();
    for (const name of bodies) {
      ok(`${middle.parameters[name].values}` !== `${before[name].values}`, `${name} learns`);
    }
    const { trainer: other } = await behindBody(agent);
    await other.restore(middle);
    for (const each of [trainer, other]) await each.iterate();
    deepStrictEqual((await other.snapshot()).parameters, (await trainer.snapshot()).parameters);

    const { observation } = worldFor(agent)().reset({ seed: 1 });
    const policy = loadPolicy(await trainer.exportPolicy!());
    deepStrictEqual(policy.act(observation), await trainer.act!(observation));
    for (const each of [trainer, other]) each.dispose();
  });
}

for (const [agent, { takes }] of Object.entries(definitions)) {
  if (takes.observations !== undefined && !takes.observations.includes("box")) continue;
  Deno.test(`${agent} refuses a body whose parameters are tensors, and names both`, async () => {
    const tensor = tf.scalar(1);
    const initialParameters = () => ({ "body/scale": tensor as unknown as TensorData });
    const body = defineBody({
      name: "eager",
      create: ({ flatSize }) => ({ size: flatSize, initialParameters, features: (_, x) => x }),
    });
    const fields = knownFields(agent, small);
    await rejects(() => subjectOf(agent, worldFor(agent), fields, { body }), {
      name: "InputError",
      message: 'Cannot define "parameters/body/scale" as state must be tensor data ' +
        "({ shape, dtype, values }): Tensor (in the body eager)",
    });
    tensor.dispose();
  });
}
