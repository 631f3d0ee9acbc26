/** A network body of an experiment's own stands before the networks of every agent that has any. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defineBody } from "../../agents/define_body.ts";
import { loadPolicy } from "../../agents/policy.ts";
import { definitions, knownFields, subjectOf, worldFor } from "./laboratory.ts";

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
