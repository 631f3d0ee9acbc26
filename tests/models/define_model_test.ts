/** What is no model is refused where it is defined: names that none has, what is missing, other words. */
import { deepStrictEqual, rejects, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defaultRng } from "../../lab/core/random.ts";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { squaredError } from "../../models/losses.ts";
import { dense } from "../../models/networks.ts";
import { halves, trainerOf } from "./laboratory.ts";

const step = {
  name: "reconstruction",
  loss: ({ both }: { both: (x: tf.Tensor) => tf.Tensor }, { x }: { x: tf.Tensor }) => ({
    loss: squaredError(both(x), x),
  }),
};
const model = {
  name: "mine",
  summary: "Reconstructs",
  takes: { examples: ["images"] },
  configuration: z.strictObject(exampleFields),
  budget: "examples",
  networks: ({ size }: { size: number }) => ({ both: dense([size, size]) }),
  steps: [step],
};
const define = (parts: object) => defineModel({ ...model, ...parts } as never);
const bestBy = { metric: "validation/error", goal: "minimize" };
const call = () => {};

const refused: [parts: object, line: RegExp][] = [
  [{ kepes: call }, / as there is no field "kepes" \(did you mean "keeps"\?\): there are \d+$/],
  [{ steps: undefined }, / as steps must be a list: undefined$/],
  [{ steps: [] }, / as it must have a step: \[\]$/],
  [{ networks: undefined }, / as networks must be a function: undefined$/],
  [{ encode: 3 }, / as encode must be a function: 3$/],
  [{ name: undefined }, /^Cannot define the model undefined as name must be a text: undefined$/],
  [{ configuration: undefined }, / as configuration must be an object: undefined$/],
  [
    { budget: "epochs" },
    / as there is no budget "epochs".*: known are examples, gradientSteps$/,
  ],
  [{ budget: undefined }, / as there is no budget "undefined": known are examples, gradientSteps$/],
  [{ takes: undefined }, / as takes must be an object: undefined$/],
  [
    { takes: { example: ["images"] } },
    / by its takes as there is no field "example" \(did you mean "examples"\?\): known are /,
  ],
  [
    { takes: { examples: ["image"] } },
    / by its takes as there is no kind of examples "image" \(did you mean "images"\?\)/,
  ],
  [
    { takes: { examples: ["images"], labels: "require" } },
    / by its takes as there is no labels "require" \(did you mean "required"\?\)/,
  ],
  [
    { bestBy: { ...bestBy, goal: "max" } },
    / by its bestBy as there is no goal "max".*: known are maximize, minimize$/,
  ],
  [{ bestBy: { metric: "validation/error" } }, / by its bestBy as there is no goal "undefined"/],
  [
    { sampler: { steps: call, stop: call } },
    / by its sampler as there is no field "stop" .*"step"/,
  ],
  [{ field: { by: "time" } }, / by its field as direction must be a function: undefined$/],
  [{ flow: { places: call } }, / by its flow as field must be a function: undefined$/],
  [
    { steps: [{ ...step, change: ["both"] }] },
    / by its step reconstruction as there is no field "change" \(did you mean "changes"/,
  ],
  [{ steps: [{ loss: step.loss }] }, / by its step undefined as name must be a text: undefined$/],
  [
    { steps: [{ ...step, examples: "nxt" }] },
    / by its step reconstruction as there is no examples "nxt" \(did you mean "next"\?\)/,
  ],
  [
    { steps: [{ name: "reconstruction" }] },
    / by its step reconstruction as it must have a loss, or gradients: neither$/,
  ],
  [{ steps: [undefined] }, / by its step undefined as it must be an object: undefined$/],
  [
    { steps: [step, { ...step, repeat: call }] },
    / as each step must have a name of its own: reconstruction is there twice$/,
  ],
  [{ takes: { examples: [] } }, / as takes must name a kind of examples, images or .*: none$/],
  [
    { configuration: z.strictObject({ batchSize: exampleFields.batchSize }) },
    / as its configuration must have learningRate, finalLearningRate \(\.\.\.exampleFields has /,
  ],
];

Deno.test("what is no object, or has no name, is no model", () => {
  throws(() => defineModel(null as never), {
    name: "InputError",
    message: "Cannot define the model as it must be an object: null",
  });
  throws(() => define({ name: "" }), {
    name: "InputError",
    message: 'Cannot define the model as its name must not be empty: ""',
  });
});

for (const [parts, line] of refused) {
  Deno.test(`refused where it is defined: a model with ${Deno.inspect(parts)}`, () => {
    throws(() => define(parts), (error: Error) => {
      const { name, message } = error;
      return name === "InputError" && line.test(message) && !message.includes("\n") &&
        message.startsWith("Cannot define the model ");
    });
  });
}

const given: [parts: object, line: string][] = [
  [{ networks: () => {} }, "use mine as networks must give networks by name: undefined"],
  [{ networks: () => [dense([1, 1])] }, "use mine as networks must give networks by name: [{}]"],
  [
    { networks: () => ({ both: dense([16, 16]), other: { apply: call } }) },
    "use mine as its network other must have initial and apply: {}",
  ],
  [
    { networks: () => ({ both: dense(16 as never) }) },
    "make a dense network as its sizes must be a list, like [2, 64, 1]: 16",
  ],
  [
    { steps: [{ ...step, loss: call }] },
    "take the step reconstruction of mine as it must give terms by name: undefined",
  ],
  [{ evaluate: call }, "evaluate mine as it must give terms by name: undefined"],
  ...["", " ", "a\nb"].map((name): [object, string] => [
    { evaluate: (...all: Parameters<typeof step.loss>) => ({ [name]: step.loss(...all).loss }) },
    `evaluate mine as it must give terms by name: ${JSON.stringify([name])}`,
  ]),
  ...["uniform", 3, [16], ["uniform", 16], ["uniform", [16], "bacth"]].map(
    (masks): [object, string] => [
      { noise: () => ({ masks }) },
      'draw the noise masks as it must be [distribution, shape], or with "batch" behind them: ' +
      JSON.stringify(masks),
    ],
  ),
];

for (const [parts, line] of given) {
  Deno.test(`refused before training: a model as it cannot ${line.replaceAll("\n", "")}`, () =>
    rejects(trainerOf(define(parts), halves(), { batchSize: 50 }, { budget: 100 }), {
      name: "InputError",
      message: `Cannot ${line}`,
    }));
}

Deno.test("a step of a class may have more than is asked of it", () => {
  class Reconstruction {
    readonly name = "reconstruction";
    readonly loss = step.loss;
    readonly weight = 3;
  }
  define({ steps: [new Reconstruction()], [Symbol("mine")]: 1 });
});

Deno.test("a round that takes nothing of the budget ends training", async () => {
  const unseen = ({ both }: { both: (x: tf.Tensor) => tf.Tensor }) => (
    { loss: tf.sum(tf.square(both(tf.ones([1, 16])))) }
  );
  const never = define({ steps: [{ ...step, examples: "none", loss: unseen }] });
  const half = define({ steps: [{ ...step, during: () => [0, 0.5] }] });
  for (const [model, spent] of [[never, 0], [half, 0.5]] as const) {
    const { trainer } = await trainerOf(model, halves(), { batchSize: 50 }, { budget: 100 });
    await rejects(trainer.iterate(), {
      name: "InputError",
      message: "Cannot train mine as one of its steps must take the next examples wherever its " +
        `training stands: none does once ${spent} of the budget is spent`,
    });
    trainer.dispose();
  }
});

Deno.test("what has no value yet is pending until it has one", async () => {
  const late = define({
    bestBy,
    bestFrom: () => 0.5,
    evaluate: (...[{ both }, { x }]: Parameters<typeof step.loss>) => (
      { error: squaredError(both(x), x) }
    ),
  });
  const { trainer } = await trainerOf(late, halves(), { batchSize: 50, batchesPerIteration: 1 }, {
    budget: 100,
  });
  const look = async () => {
    const { metrics, pending } = await trainer.evaluate({ random: defaultRng(1) });
    return [bestBy.metric in metrics, pending];
  };
  deepStrictEqual(await look(), [false, [bestBy.metric]]);
  await trainer.iterate();
  deepStrictEqual(await look(), [true, []]);
  trainer.dispose();
});
