/** What a model and its data cannot be is refused in one line, before training. */
import { deepStrictEqual, match, ok, rejects } from "node:assert";
import { streamOf } from "../../lab/core/random.ts";
import type { ModelExperiment } from "../../lab/experiment/definition.ts";
import { train } from "../../lab/experiment/train.ts";
import { registries } from "../../registries.ts";
import { halves, trainerOf } from "./laboratory.ts";
import { defineDataset } from "../../models/datasets/define_dataset.ts";

const glyphs = { name: "glyphs", train: 20, validation: 10, test: 10 };
const vae = { name: "vae", hiddenSizes: [8], judge: false };

/** Images of one number. */
const flat = (value: number) =>
  defineDataset({
    name: "flat",
    summary: "Images of one number",
    create: () => {
      const split = { count: 10, values: new Float32Array(40).fill(value) };
      return { kind: "images", shape: [2, 2, 1], train: split, test: split };
    },
  });

const refused: Readonly<Record<string, readonly [Partial<ModelExperiment>, RegExp]>> = {
  "a code of no numbers": [{ model: { ...vae, latentSize: 0 } }, /latentSize.*: 0/],
  "a batch larger than the data, where an epoch's last one is dropped": [
    { model: { ...vae, batchSize: 50, lastBatch: "drop" } },
    /must fit in: 20 \(set model\.batchSize=20, or less, or model\.lastBatch=mask\)$/,
  ],
  "a likelihood that there is not": [
    { model: { ...vae, likelihood: "poisson" } },
    /likelihood.*poisson/,
  ],
  "images beyond what a likelihood of pixels takes": [
    { dataset: flat(1.5) },
    /^Cannot use the data set flat as train\.values must be in \[0, 1\]: 1\.5 at 0$/,
  ],
  "images that are no numbers": [
    { dataset: flat(NaN) },
    /train\.values must be in \[0, 1\]: NaN at 0$/,
  ],
  "images that a U-Net cannot halve": [
    { dataset: { ...glyphs, side: 14 }, model: { name: "diffusion" } },
    /^Cannot halve images 2 times as their sides must be divisible by 4: \[14, 14, 1\]/,
  ],
  "more steps of a sampler than there are levels": [
    { dataset: { name: "ring-8" }, model: { name: "diffusion", levels: 20 } },
    /levels must be samplerSteps, 50, at least: 20$/,
  ],
  "numbers between 0 and 1 for a machine of bits": [
    { dataset: { name: "two-moons" }, model: { name: "boltzmann-machine" } },
    /^Cannot train boltzmann-machine on two-moons as it takes binary points: two-moons holds points\./,
  ],
  "more units than can be summed over": [
    { dataset: { name: "parity", bits: 5 }, model: { name: "boltzmann-machine", hiddenUnits: 12 } },
    /^Cannot sum over all states as there must be 16 units at most: 17$/,
  ],
  "a β that is none": [
    { dataset: { name: "ring-8" }, model: { name: "diffusion", betaEnd: 1 } },
    /betaEnd as it must be number, > 0, < 1: 1$/,
  ],
  "a solver that does not fit what the network gives": [
    {
      dataset: { name: "ring-8" },
      model: { name: "diffusion", solver: "heun", predicts: "noise", schedule: "cosine" },
    },
    /solver.*heun does not fit predicts=noise/,
  ],
  "noise that is drawn where none is learned": [
    {
      dataset: { name: "ring-8" },
      model: { name: "consistency", noiseMean: 9 },
    },
    /noiseMean.*must lie between ln leastNoise and ln mostNoise/,
  ],
  "levels that fall in number": [
    {
      dataset: { name: "ring-8" },
      model: { name: "consistency", firstLevels: 20, lastLevels: 10 },
    },
    /firstLevels must be at most lastLevels/,
  ],
  "attention with heads that do not divide the filters": [
    { model: { name: "diffusion", attentionHeads: 5 } },
    /^Cannot attend with 5 heads as they must divide the innermost filters: 48$/,
  ],
  "guidance of a model that is told no classes": [
    { model: { name: "edm", guidance: 2 } },
    /guidance.*needs a model that was trained with conditional=true/,
  ],
  "classes of data that have none": [
    { dataset: flat(0.5), model: { name: "flow-matching", filters: [4], conditional: true } },
    /^Cannot learn classes as model\.conditional needs a data set with labels: it has none$/,
  ],
  "a ring of images": [
    { model: { name: "flow-matching", source: "ring" } },
    /^Cannot begin at the ring as examples must be points of a plane: \[28,28,1\]$/,
  ],
  "points, for a model of images": [
    { dataset: { name: "ring-8" } },
    /takes images: .*holds points/,
  ],
};

for (const [what, [fields, line]] of Object.entries(refused)) {
  Deno.test(`refused before training: ${what}`, async () => {
    const definition = { name: "wrong", dataset: glyphs, model: vae, budget: 20, ...fields };
    await rejects(train(definition as ModelExperiment, { registries }), (error: Error) => {
      match(error.message, line);
      return error.name === "InputError" && !error.message.includes("\n");
    });
  });
}

Deno.test("a batch that the data never fill, and splits too small to compare with, are told once", async () => {
  const told = async (train: number, test: number) => {
    const fields = { hiddenSizes: [4], batchSize: 20, batchesPerIteration: 1 };
    const { trainer } = await trainerOf("vae", halves(train, test), fields, { budget: 60 });
    const events = [];
    for (let i = 0; i < 2; i++) {
      events.push(...(await trainer.iterate()).events!);
      const { metrics, events: more } = await trainer.evaluate({ random: streamOf(1, `${i}`) });
      for (const [name, value] of Object.entries(metrics)) {
        ok(Number.isFinite(value as number), name);
      }
      events.push(...more!);
    }
    trainer.dispose();
    return events.flatMap(({ level, message }) => level === "warning" ? [message] : []);
  };
  deepStrictEqual(await told(12, 1), [
    "a gradient step has model.batchSize=20 places and 12 training examples for them " +
    "(--set model.batchSize=12 computes less)",
    "samples are not measured as the test split must have 2 examples at least: 1",
  ]);
  const few = (message: string) => /places|not measured/.test(message);
  deepStrictEqual((await told(20, 2)).filter(few), []);
});

Deno.test("what a model is asked wrongly is refused in one line, as a file of it does", async () => {
  const { trainer } = await trainerOf("conditional-vae", halves(20, 4), { hiddenSizes: [4] });
  const { trainer: drawing } = await trainerOf("diffusion", halves(20, 4), {
    ...{ filters: [4], samplerSteps: 2, levels: 4, judge: false },
  });
  const { trainer: weighing } = await trainerOf("vae", halves(20, 4), { hiddenSizes: [4] });
  const random = streamOf(1, "asked");
  const size = halves(20, 4).train.values.length / 20;
  const two = new Float32Array(2 * size);
  const wrong: [asked: () => Promise<unknown>, line: string][] = [
    ...[[0, 2], [0, -1], [0, 0.5], [NaN, 0]].map((labels): [() => Promise<unknown>, string] => [
      () => trainer.encode!(two, labels),
      "use a label as it must be a whole number, 0 … 1: " +
      labels.find((label) => label !== 0 && label !== 1),
    ]),
    [() => trainer.encode!(two, [0]), "use labels as there must be one a row, 2: 1"],
    [() => trainer.decode!(new Float32Array(4), 2, [0, 1, 1]), "use labels as there must be one"],
    [
      () => trainer.encode!(two.subarray(1), [0, 1]),
      `encode as each row must have ${size} numbers`,
    ],
    [() => trainer.encode!(two.subarray(0, 0)), `encode as each row must have ${size} numbers: 0`],
    [() => trainer.encode!([0] as never), "encode as its rows must be a Float32Array: [0]"],
    ...[1.5, 0, NaN, -1, 3].map((count): [() => Promise<unknown>, string] => [
      () => trainer.decode!(new Float32Array(4), count),
      `decode as its rows must be 1 or more, each of as many numbers: 4 in ${count}`,
    ]),
    ...[1.5, 0, NaN, -1].map((count): [() => Promise<unknown>, string] => [
      () => trainer.sample!({ random, count }),
      `sample as there must be 1 or more: ${count}`,
    ]),
    ...[2.5, -1, NaN].map((draws): [() => Promise<unknown>, string] => [
      () => weighing.logLikelihood!(two, { random, draws }),
      `take log p(x) as draws must be a whole number ≥ 0: ${draws}`,
    ]),
    [
      () => weighing.logLikelihood!(two.subarray(1), { random, draws: 1 }),
      `take log p(x) as each row must have ${size} numbers`,
    ],
    [
      () => drawing.edit!({ random, values: two.subarray(1) }),
      `edit as each row must have ${size} numbers: ${2 * size - 1} in all`,
    ],
    [
      () => drawing.edit!({ random, values: two, kept: two.subarray(1) }),
      `edit as kept must have ${2 * size} numbers: ${2 * size - 1}`,
    ],
    ...[-0.5, 2, NaN].map((share): [() => Promise<unknown>, string] => [
      () => drawing.edit!({ random, values: two, kept: two.with(3, share) }),
      `edit as kept must lie in [0, 1]: ${share} at 3`,
    ]),
  ];
  for (const [asked, line] of wrong) {
    await rejects(asked(), (error: Error) => {
      ok(error.message.startsWith(`Cannot ${line}`), error.message);
      return error.name === "InputError" && !error.message.includes("\n");
    }, line);
  }
  await trainer.encode!(two, [0, 1]);
  await drawing.edit!({ random, values: two, kept: two.with(3, 0.5) });
  for (const each of [trainer, drawing, weighing]) each.dispose();
});
