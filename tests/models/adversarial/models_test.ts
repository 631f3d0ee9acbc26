/** What the adversarial models keep beside the contract, and what they refuse. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import type { Dataset } from "../../../lab/core/dataset.ts";
import {
  fewPoints,
  halves,
  smallOf,
  smallTrainer,
  trainerOf,
  trainThrough,
} from "../laboratory.ts";
import type { RowStep } from "../../../lab/compute/row_step.ts";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { cyclegan } from "../../../models/adversarial/cyclegan.ts";
import { srgan } from "../../../models/adversarial/srgan.ts";
import { defineDataset } from "../../../models/datasets/define_dataset.ts";
import { models } from "../../../models/mod.ts";
import { reconstructionSheet } from "../../../models/sheet.ts";
import { train } from "../../../mod.ts";

const small = { batchSize: 20, roundsPerIteration: 2, filters: [4], latentSize: 3, judge: false };

const refused = async (model: string, dataset: Dataset, fields: object, message: RegExp) => {
  const definition = await models.find(({ name }) => name === model)!.load();
  const settings = { ...smallOf(definition), ...fields };
  await rejects(trainerOf(model, dataset, settings), { name: "InputError", message });
};

Deno.test("a penalised critic with batch normalisation is refused in one line", () =>
  refused(
    "wgan-gp-images",
    halves(),
    { normalization: "batch", filters: [4, 4] },
    /^Cannot penalise the critic's gradients .*: batch normalisation \(use normalization layer, .*\)$/,
  ));

Deno.test("labels are smoothed where the loss has some", () =>
  refused(
    "dcgan",
    halves(),
    { loss: "hinge", smoothing: 0.1 },
    /^Cannot smooth labels by 0.1 as the loss must have labels: hinge has none \(minimax, /,
  ));

Deno.test("images of odd sides are refused by what halves them", async () => {
  for (const model of ["dcgan", "pix2pix"]) {
    await refused(model, halves(), { filters: [4, 4, 4] }, /^Cannot halve images 3 times /);
  }
});

Deno.test("images that cannot be grown from a quarter of their sides are refused", () =>
  refused(
    "progressive-gan",
    { ...halves(), shape: [8, 2, 1] },
    {},
    /^Cannot grow images from a quarter of their sides as these must be divisible by 4: \[8, 2, 1\]$/,
  ));

/** Halves whose partners are twice their sides. */
function enlargedHalves(): Dataset {
  const [size, whole] = [16, halves()];
  const enlarged = (split: typeof whole.train) => ({
    ...split,
    partners: Float32Array.from({ length: split.count * 4 * size }, (_, i) => {
      const [image, y, x] = [Math.floor(i / 64), Math.floor((i % 64) / 8), i % 8];
      return split.values[image * size + 4 * Math.floor(y / 2) + Math.floor(x / 2)];
    }),
  });
  return {
    ...{ ...whole, partnerShape: [8, 8, 1] },
    train: enlarged(whole.train),
    validation: enlarged(whole.validation),
    test: enlarged(whole.test),
  };
}

/** A small trainer of super-resolution, for twenty gradient steps. */
async function smallSrgan(fields: object) {
  const { latentSize: _, judge: __, ...own } = small;
  const settings = { ...own, width: 4, blocks: 1, ...fields };
  return (await trainerOf("srgan", enlargedHalves(), settings, { budget: 20, judges: [] })).trainer;
}

Deno.test("super-resolution is not judged by features that are still learned", async () => {
  const trainer = await smallSrgan({ featureShare: 0.5 });
  const found: boolean[] = [];
  while (trainer.progress.gradientSteps < 20) {
    await trainer.iterate();
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    found.push("validation/perceptual_distance" in metrics);
    ok("evaluation/perceptual_distance" in metrics);
  }
  deepStrictEqual([found[0], found.at(-1)], [false, true]);
  trainer.dispose();
});

Deno.test("super-resolution learns features, then pixels alone, then against a discriminator", async () => {
  const trainer = await smallSrgan({
    ...{ featureShare: 0.2, pixelShare: 0.5, roundsPerIteration: 1 },
  });
  const read = async () => (await trainer.snapshot()).parameters;
  /** Which networks change until so many steps have been taken, and what losses are told of. */
  const until = async (gradientSteps: number) => {
    const before = await read();
    const losses = new Set<string>();
    while (trainer.progress.gradientSteps < gradientSteps) {
      const { metrics } = await trainer.iterate();
      for (const name in metrics) if (name.startsWith("losses/")) losses.add(name.slice(7));
    }
    const after = await read();
    const changed = Object.keys(after).filter((name) =>
      after[name].values.some((value, i) => value !== before[name].values[i])
    );
    return {
      changed: [...new Set(changed.map((name) => name.split("/")[0]))].sort(),
      losses: [...losses].filter((name) => !name.includes("/")).sort(),
    };
  };
  deepStrictEqual(await until(4), { changed: ["classifier"], losses: ["classifier"] });
  deepStrictEqual(await until(14), { changed: ["generator"], losses: ["pixels"] });
  const { changed, losses } = await until(20);
  deepStrictEqual(changed, ["discriminator", "generator"]);
  ok(losses.includes("content") && losses.includes("discriminator") && !losses.includes("pixels"));
  trainer.dispose();
});

Deno.test("the first loss of super-resolution is of pixels, before they are held to [0, 1]", () => {
  const { loss } = srgan.model.steps.find(({ name }) => name === "pixels")!;
  // The mean of 0.25, 0, 1 and 0.75.
  const networks = { generator: () => tf.tensor([[0.5, 1], [2, 0]]) };
  const batch = { x: tf.zeros([2, 1]), partners: tf.tensor([[0, 1], [1, Math.sqrt(0.75)]]) };
  const fields = srgan.configuration.parse({ pixelShare: 0.5 });
  // deno-lint-ignore no-explicit-any
  const told = (loss as any)(networks, batch, fields);
  for (const value of [told.loss, told.pixels]) ok(Math.abs(value.dataSync()[0] - 0.5) < 1e-6);
});

Deno.test("shares of the budget that leave none to features and discriminator are refused", () => {
  throws(
    () => srgan.configuration.parse({ featureShare: 0.4, pixelShare: 0.6 }),
    /pixelShare and featureShare must add up to less than 1/,
  );
  strictEqual(srgan.configuration.parse({ featureShare: 0.4, pixelShare: 0.5 }).pixelShare, 0.5);
});

Deno.test("Pix2Pix refuses pairs of different sides", async () => {
  const { train, validation, test, ...dataset } = halves();
  const cut = (split: typeof train) => ({
    ...split,
    partners: split.partners!.subarray(0, split.count * 4),
  });
  await refused(
    "pix2pix",
    {
      ...{ ...dataset, partnerShape: [2, 2, 1] },
      ...{ train: cut(train), validation: cut(validation), test: cut(test) },
    },
    {},
    /^Cannot translate as both images of a pair must have the same sides: \[4, 4, 1\] and \[2, 2, 1\]/,
  );
});

Deno.test("CycleGAN refuses a history that is shorter than a batch", () =>
  refused(
    "cyclegan",
    halves(),
    { history: 10 },
    /^Cannot keep generated images as history must be at least batchSize, 20: 10$/,
  ));

Deno.test("without pairs CycleGAN compares nothing with a partner, and shows images above their own", async () => {
  const evaluated = async (unpaired: boolean) => {
    const dataset = { ...halves(), ...unpaired && { unpaired } };
    const { trainer } = await trainerOf("cyclegan", dataset, {
      ...{ batchSize: 20, filters: [4], blocks: 0 },
    });
    await trainer.iterate();
    const { metrics, artifacts } = await trainer.evaluate({ random: defaultRng(1) });
    const first = dataset.test.values.subarray(0, 10 * 16);
    const sheet = reconstructionSheet(first, await trainer.translate!(first), [4, 4, 1]);
    trainer.dispose();
    const shown = artifacts!.find(({ name }) => name === "translations")!;
    const measured = Object.keys(metrics).filter((name) => /error|preserved/.test(name));
    return { measured, isOwn: "raster" in shown && `${shown.raster.pixels}` === `${sheet.pixels}` };
  };
  deepStrictEqual(await evaluated(true), {
    measured: ["evaluation/cycle_error", "validation/cycle_error"],
    isOwn: true,
  });
  const { measured, isOwn } = await evaluated(false);
  ok(measured.includes(cyclegan.bestBy!.metric) && !isOwn);
});

Deno.test("a run of CycleGAN without pairs ends with its final checkpoint, as nothing says which is best", async () => {
  const unpaired = defineDataset({
    name: "unpaired",
    summary: "Halves, and the inverse of others",
    holds: { kind: "images", partners: true, unpaired: true },
    create: () => {
      const { name: _, seed: __, ...made } = halves();
      return { ...made, unpaired: true };
    },
  });
  const { status, metrics, dispose } = await train({
    name: "unpaired-cyclegan",
    budget: 4,
    dataset: unpaired,
    model: { name: "cyclegan", batchSize: 20, filters: [4], blocks: 0 },
  }, { seed: 1 });
  dispose();
  strictEqual(status, "completed");
  ok("evaluation/cycle_error" in metrics);
});

Deno.test("points are not augmented", async () =>
  refused(
    "gan",
    await fewPoints(),
    { augmentation: 0.1 },
    /^Cannot augment examples of \[2\] as they must be images: set augmentation 0$/,
  ));

Deno.test("the critic of WGAN never leaves its bounds, the generator does", async () => {
  const { trainer } = await trainerOf("wgan", await fewPoints(), {
    ...{ batchSize: 20, hiddenSizes: [6], latentSize: 2, roundsPerIteration: 2 },
    ...{ learningRate: 0.01, clip: 0.03 },
  });
  await trainer.iterate();
  const { parameters } = await trainer.snapshot();
  let most = { discriminator: 0, generator: 0 };
  for (const [name, { values }] of Object.entries(parameters)) {
    const network = name.split("/")[0] as keyof typeof most;
    most = { ...most, [network]: Math.max(most[network], ...values.map(Math.abs)) };
  }
  trainer.dispose();
  ok(Math.abs(most.discriminator - 0.03) < 1e-6, `${most.discriminator}`);
  ok(most.generator > 0.1, `${most.generator}`);
});

Deno.test("WGAN-GP's kernels and biases fill the range of their fan-in", async () => {
  const width = 200;
  const { trainer } = await trainerOf("wgan-gp", await fewPoints(), { width });
  const { parameters } = await trainer.snapshot();
  trainer.dispose();
  for (const network of ["critic", "generator"]) {
    for (const [layer, fanIn] of [2, width, width, width].entries()) {
      const drawn = ["kernel", "bias"].map((name) => parameters[`${network}/${layer}/${name}`]);
      for (const { values } of drawn) {
        const share = Math.max(...values.map(Math.abs)) * Math.sqrt(fanIn);
        // Of n uniform draws the largest is n / (n + 1) of the bound on average; a last layer has few.
        ok(
          share <= 1 + 1e-6 && (values.length < 200 || share > 0.95),
          `${network}/${layer} ${share}`,
        );
        ok(values.every((value) => value !== 0));
      }
    }
  }
});

Deno.test("samples use the moments that training left: a batch of others changes no sample", async () => {
  const { trainer } = await trainerOf("dcgan", halves(), small);
  for (let i = 0; i < 3; i++) await trainer.iterate();
  const { state } = await trainer.snapshot();
  ok(Object.keys(state).some((name) => /^kept\/generator\/\d\/variance$/.test(name)));
  const codes = Float32Array.from({ length: 6 }, (_, i) => i / 3 - 1);
  const first = await trainer.decode!(codes.subarray(0, 3), 1);
  const both = await trainer.decode!(codes, 2);
  trainer.dispose();
  deepStrictEqual(first, both.subarray(0, 16));
});

Deno.test("InfoGAN decodes codes behind noise at its mean, which is 0", async () => {
  const { trainer } = await trainerOf("infogan", halves(), { ...small, categories: 2 });
  await trainer.iterate();
  const snapshot = await trainer.snapshot();
  const codes = Float32Array.of(1, 0, 0.5, -0.25);
  /** The image of the codes without the weights of some of the seven inputs of the generator's average. */
  const without = async (from: number, to: number) => {
    const { parameters, state } = structuredClone(snapshot);
    const inputs = Object.values({ ...parameters, ...state }).filter(({ shape }) => shape[0] === 7);
    for (const { values, shape } of inputs) values.fill(0, from * shape[1], to * shape[1]);
    await trainer.restore({ ...snapshot, parameters, state });
    return await trainer.decode!(codes, 1);
  };
  const image = await without(0, 0);
  deepStrictEqual(await without(0, 3), image);
  for (const code of [3, 5, 6]) notDeepStrictEqual(await without(code, code + 1), image);
  trainer.dispose();
});

for (const { name, load } of models) {
  const definition = await load();
  const fields = fieldsOf(definition.configuration, "").map(({ path }) => path);
  if (!fields.includes("minibatchDeviation")) continue;
  Deno.test(`${name} offers no score where an image's own hangs on its batch`, async () => {
    const scored = async (minibatchDeviation: boolean) => {
      const trainer = await smallTrainer(definition, {}, { minibatchDeviation });
      const networks = (await trainer.rowSteps!() as readonly RowStep[]).map(({ name }) => name);
      trainer.dispose();
      return [trainer.score !== undefined, networks.includes("score")];
    };
    deepStrictEqual(await scored(true), [false, false]);
    deepStrictEqual(await scored(false), [true, true]);
  });
}

for (
  const fields of [
    ...["smoothing", "featureMatching", "instanceNoise", "augmentation"].map((field) => ({
      [field]: 0.1,
    })),
    { minibatchDeviation: true },
    { discriminatorRate: 2 },
    ...["minimax", "least-squares", "hinge", "wasserstein", "relativistic"].map((loss) => ({
      loss,
    })),
  ]
) {
  Deno.test(`a GAN learns otherwise with ${JSON.stringify(fields)}`, async () => {
    const parameters = async (fields: object) => {
      const { trainer } = await trainerOf("gan", halves(40, 20), {
        ...{ batchSize: 10, roundsPerIteration: 2, hiddenSizes: [6], latentSize: 3, judge: false },
        ...fields,
      }, { budget: 8 });
      await trainThrough(trainer);
      const { parameters } = await trainer.snapshot();
      trainer.dispose();
      return parameters;
    };
    notDeepStrictEqual(await parameters(fields), await parameters({}));
  });
}

Deno.test("CycleGAN keeps a history of what it made of either kind", async () => {
  const { trainer } = await trainerOf("cyclegan", halves(), {
    ...{ batchSize: 20, filters: [4], blocks: 0, history: 24 },
  });
  await trainer.iterate();
  const { state } = await trainer.snapshot();
  trainer.dispose();
  for (const kind of ["examples", "partners"]) {
    const filled = state[`kept/${kind}/filled`].values as Float32Array;
    ok(filled.filter((place) => place === 1).length >= 20, `${kind}: ${filled}`);
  }
});
