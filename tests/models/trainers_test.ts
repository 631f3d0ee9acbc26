/** The contract over the registry, and what some models keep beside it. */
import {
  deepStrictEqual,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert";
import { holdingsOf, type Split, takesData } from "../../lab/core/dataset.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { makeEnv } from "../../envs/mod.ts";
import { wganGp } from "../../models/adversarial/wgan_gp.ts";
import type { DefinedModel } from "../../models/define_model.ts";
import { datasets } from "../../models/datasets/mod.ts";
import { models } from "../../models/mod.ts";
import { BoundModel } from "../../models/programs.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { holdToContract } from "./contract.ts";
import {
  binaryHalves,
  datasetOf,
  everyStepOf,
  fewGlyphs,
  fewPoints,
  halves,
  known,
  noFiles,
  smallOf,
  smallTrainer,
  trainerOf,
  trainThrough,
} from "./laboratory.ts";

const definitions = await Promise.all(models.map(({ load }) => load()));

for (const definition of definitions) {
  const small = smallOf(definition);
  // TensorFlow.js's WebAssembly kernels have no gradient of a convolution's filters; PixelCNN's samples
  // and the six steps of a GAN that grows take long kernel by kernel.
  const eager = "features" in small || "stageFilters" in small
    ? "wasm"
    : "filters" in small || "scales" in small
    ? "cpu"
    : "tfjs-wasm";
  holdToContract(definition, { eager });
}

Deno.test("every model refuses another one's checkpoint by name", async () => {
  const last = await smallTrainer(definitions.at(-1)!);
  let [other, another] = [definitions.at(-1)!.name, await last.snapshot()];
  last.dispose();
  for (const definition of definitions) {
    const { name } = definition;
    const own = await smallTrainer(definition);
    await rejects(own.restore(another), {
      name: "InputError",
      message: `Cannot restore as the checkpoint must be of ${name}: ${other}`,
    });
    [other, another] = [name, await own.snapshot()];
    own.dispose();
  }
});

/** One of each kind of data, and two that lack something. */
const kinds = [
  ...[fewGlyphs(40, 20), await fewPoints(40, 20), halves(40, 20)],
  ...[{ ...halves(40, 20), classes: undefined }, binaryHalves(40, 20)],
];

for (const definition of definitions) {
  const { name } = definition;
  Deno.test(`${name} learns from every kind of data that it takes, and refuses the others`, async () => {
    for (const dataset of kinds) {
      const trained = trainerOf(definition, dataset, smallOf(definition), { budget: 40 });
      if (takesData(definition.takes, holdingsOf(dataset))) {
        const { trainer } = await trained;
        await trainer.iterate();
        trainer.dispose();
        continue;
      }
      await rejects(trained, {
        name: "InputError",
        message: new RegExp(`^Cannot train ${name} on "${dataset.name}" as it takes .*: .* holds `),
      });
    }
  });
}

Deno.test("a step size begins at learningRate, and ends there or at finalLearningRate", () => {
  for (const definition of definitions) {
    const { model } = definition as unknown as {
      model: { schedule?(fields: unknown): (spent: number) => number };
    };
    const fields = { learningRate: 0.25, finalLearningRate: 0.125 };
    const schedule = model.schedule?.(definition.configuration.parse(fields));
    if (schedule === undefined) continue;
    deepStrictEqual([definition.name, schedule(0)], [definition.name, 0.25]);
    ok([0.25, 0.125].includes(schedule(1)), `${definition.name}: ${schedule(1)}`);
  }
});

Deno.test("samples are shown from the same noise at each evaluation", async () => {
  const trainer = await smallTrainer(definitions.find(({ name }) => name === "wgan-gp")!);
  const sheet = async (seed: number) =>
    (await trainer.evaluate({ random: defaultRng(seed) })).artifacts![0];
  deepStrictEqual(await sheet(1), await sheet(2));
  trainer.dispose();
});

for (const { load } of datasets) {
  Deno.test(`a data set holds what it says: ${(await load()).name}`, async () => {
    const { holds, configuration, create } = await load();
    // What is read from files: `datasets/files_test.ts`.
    const fields = fieldsOf(configuration, "").map(({ path }) => path);
    if (fields.includes("folder") || fields.includes("file")) return;
    const few = fields.includes("train") ? { train: 26, validation: 26, test: 26 } : {};
    const made = await create({
      configuration: configuration.parse(few),
      readFile: noFiles,
      makeEnvironment: (id) => Promise.resolve(makeEnv(id)),
      openPolicy: noFiles,
    });
    const { labels = false, partners = false, binary = false, ...others } = holds!;
    deepStrictEqual(holdingsOf(made), { labels, partners, binary, ...others });
  });
}

for (const definition of definitions) {
  const { name } = definition;
  Deno.test(`${name}: a judge looks at the samples of images`, async () => {
    if (!takesData(definition.takes, holdingsOf(halves()))) return;
    const judged = await judgedTrainer(definition);
    if (judged.sample !== undefined) {
      await judged.iterate();
      const { metrics } = await judged.evaluate({ random: defaultRng(3) });
      ok(metrics["evaluation/judge_accuracy"] > 0.99);
      ok(metrics["evaluation/recognised"] >= 0 && metrics["evaluation/class_share_min"] >= 0);
    }
    judged.dispose();
  });
}

/** A small trainer with a judge where it may choose, or without one. */
async function judgedTrainer(definition: ModelDefinition, judge = true) {
  const small = smallOf(definition);
  const settings = { ...small, ...(!judge || "judge" in small) && { judge } };
  return (await trainerOf(definition, halves(), settings, { budget: 240 })).trainer;
}

Deno.test("the judge of a resumed run says the same, and none says nothing", async () => {
  const definition = definitions.find(({ name }) => name === "vae")!;
  const judged = await judgedTrainer(definition);
  await judged.iterate();
  const evaluate = async (trainer: typeof judged) =>
    (await trainer.evaluate({ random: defaultRng(3) })).metrics;
  const metrics = await evaluate(judged);
  const resumed = await judgedTrainer(definition);
  await resumed.restore(await judged.snapshot());
  deepStrictEqual(await evaluate(resumed), metrics);
  const alone = await judgedTrainer(definition, false);
  strictEqual("evaluation/recognised" in await evaluate(alone), false);
  for (const trainer of [judged, resumed, alone]) trainer.dispose();
});

Deno.test("runs of a data set are told the same judge, another seed's data have another", async () => {
  const definition = definitions.find(({ name }) => name === "vae")!;
  const toldOf = async (run: number, data: number) => {
    const dataset = { ...halves(), seed: data };
    const settings = { ...smallOf(definition), judge: true };
    const { trainer } = await trainerOf(definition, dataset, settings, {
      budget: 240,
      seed: run,
    });
    const { events = [] } = await trainer.evaluate({ random: defaultRng(run) });
    trainer.dispose();
    const told = events.map(({ message }) => message).find((line) => line.startsWith("the judge"))!;
    const [, digest] = /^the judge of \S+ is ([0-9a-f]{12}), right about [\d.]+ % of/.exec(told)!;
    return digest;
  };
  const judge = await toldOf(1, 5);
  strictEqual(await toldOf(2, 5), judge);
  ok(await toldOf(1, 6) !== judge);
});

Deno.test("an epoch's last batch is masked or dropped as configured", async () => {
  // 230 examples in batches of 20: eleven whole ones and ten left over.
  const seen = async (lastBatch: string) => {
    const { trainer } = await trainerOf("autoencoder", fewGlyphs(), {
      ...{ batchSize: 20, hiddenSizes: [12], codeSize: 4 },
      batchesPerIteration: 12,
      lastBatch,
    });
    await trainer.iterate();
    const { examples } = trainer.progress;
    trainer.dispose();
    return examples;
  };
  strictEqual(await seen("mask"), 230);
  strictEqual(await seen("drop"), 240);
});

for (const definition of definitions) {
  const small = definition.configuration.parse(everyStepOf(definition));
  // The others take whole batches alone.
  if (definition.budgetUnit !== "examples") continue;
  if ((small as { lastBatch?: string }).lastBatch !== "mask") continue;
  Deno.test(`${definition.name}: what stands in a masked place changes nothing`, async () => {
    // deno-lint-ignore no-explicit-any
    const { model } = definition as DefinedModel<any, any>;
    const optimal = known(definition.configuration, { coupling: "optimal-transport" });
    const configuration = definition.configuration.parse({
      ...everyStepOf(definition),
      ...optimal,
    });
    const dataset = datasetOf(definition);
    const after = async (beyond: number) => {
      const { workspace } = await openWorkspace("wasm");
      const bound = new BoundModel(model, {
        ...{ configuration, dataset, workspace, stream: () => defaultRng(1) },
      });
      const state: unknown[] = [];
      for (const step of model.steps) {
        const { program, optimizer } = bound.compileStep(step, adam(), true);
        const { input } = program;
        if (input.mask === undefined) continue;
        // Eight of the batch are there; what they are is the same, and what the others are is not.
        const examples = { x: dataset.train.values, partners: dataset.train.partners };
        for (const [name, values] of Object.entries(examples)) {
          const view = input[name];
          if (view === undefined) continue;
          const there = 8 * view.length / input.mask.length;
          view.fill(beyond).set(values!.subarray(0, there));
        }
        const rows = input.mask.length;
        const classes = (input.labels?.length ?? 0) / rows;
        input.labels?.fill(0);
        for (let row = 0; row < rows && classes > 0; row++) {
          input.labels![classes * row + (row < 8 ? row % classes : beyond)] = 1;
        }
        input.mask.fill(1, 0, 8).fill(0, 8);
        program.scalar.learningRate = 0.1;
        program.scalar.spent = 0.5;
        for (let time = 0; time < 2; time++) program.run(defaultRng(2));
        for (const group of ["parameters", optimizer]) state.push(await workspace.read(group));
      }
      workspace.dispose();
      return state;
    };
    const state = await after(0);
    ok(state.length > 0);
    deepStrictEqual(state, await after(1));
  });
}

Deno.test("a critic step leaves the generator and its moments, a generator step the critic", async () => {
  const { workspace } = await openWorkspace("wasm");
  const bound = new BoundModel(wganGp.model, {
    configuration: wganGp.configuration.parse(smallOf(wganGp)),
    dataset: await fewPoints(),
    workspace,
    stream: () => defaultRng(2),
  });
  const optimizer = adam();
  const [critic, generator] = wganGp.model.steps.map((step) =>
    bound.compileStep(step, optimizer, false)
  );
  const random = defaultRng(3);
  const part = async (network: string, moments: string) => {
    const parameters = Object.entries(await workspace.read("parameters"));
    const own = parameters.filter(([name]) => name.startsWith(`${network}/`));
    ok(own.length > 0);
    return [own, await workspace.read(moments)];
  };
  const parts = {
    critic: () => part("critic", critic.optimizer),
    generator: () => part("generator", generator.optimizer),
    average: () => workspace.read("average"),
  };
  for (
    const [{ program }, changed, kept] of [
      [critic, ["critic"], ["generator", "average"]],
      [generator, ["generator", "average"], ["critic"]],
    ] as const
  ) {
    const before = new Map<string, unknown>();
    for (const name of [...changed, ...kept]) before.set(name, await parts[name]());
    program.input.x?.fill(0.5);
    program.scalar.learningRate = 1e-2;
    program.run(random);
    for (const name of kept) deepStrictEqual(await parts[name](), before.get(name));
    for (const name of changed) notDeepStrictEqual(await parts[name](), before.get(name));
  }
  workspace.dispose();
});

Deno.test("a mean score counts a shorter last batch by its rows", async () => {
  const distance = async (count: number) => {
    const dataset = { ...await fewPoints(), test: { count, values: new Float32Array(2 * count) } };
    const { trainer } = await trainerOf("wgan-gp", dataset, smallOf(wganGp));
    for (let i = 0; i < 5; i++) await trainer.iterate();
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    return metrics["evaluation/distance"];
  };
  // The test points are all alike, so that their number does not matter.
  const [whole, odd] = [await distance(500), await distance(600)];
  ok(Math.abs(whole - odd) < 1e-5, `${whole}, ${odd}`);
});

Deno.test("padding adds nothing to a batch's loss", async () => {
  const loss = async (batchSize: number) => {
    const { trainer } = await trainerOf("vae", fewGlyphs(10, 10), {
      ...{ batchSize, batchesPerIteration: 1, hiddenSizes: [12], latentSize: 3, judge: false },
    });
    const { metrics } = await trainer.iterate();
    trainer.dispose();
    return metrics["losses/kl"];
  };
  const [whole, padded] = [await loss(10), await loss(20)];
  ok(Math.abs(whole / padded - 1) < 1e-4, `${whole}, ${padded}`);
});

Deno.test("a round takes all of its critic steps", async () => {
  const fields = { ...smallOf(wganGp), batchSize: 16, roundsPerIteration: 2, criticSteps: 3 };
  const { trainer } = await trainerOf("wgan-gp", await fewPoints(), fields);
  await trainer.iterate();
  const { examples, gradientSteps } = trainer.progress;
  deepStrictEqual([examples, gradientSteps], [2 * 3 * 16, 2 * (3 + 1)]);
  trainer.dispose();
});

Deno.test("the last gradient steps are as short as the schedule says", async () => {
  const { trainer } = await trainerOf("autoencoder", fewGlyphs(20, 20), {
    ...{ batchSize: 20, batchesPerIteration: 1, hiddenSizes: [12], codeSize: 4 },
    finalLearningRate: 0,
  }, { budget: 800 });
  const kernel = async () => Object.values((await trainer.snapshot()).parameters)[0].values.slice();
  const moved: number[] = [];
  for (let i = 0, before = await kernel(); i < 40; i++) {
    await trainer.iterate();
    const after = await kernel();
    moved.push(Math.max(...after.map((value, j) => Math.abs(value - before[j]))));
    before = after;
  }
  trainer.dispose();
  ok(moved[39] < moved[0] / 20, `${moved[0]}, ${moved[39]}`);
});

Deno.test("a VAE's warm-up and free bits change what is descended, and each is off by default", async () => {
  const parameters = async (fields: object) => {
    const settings = { ...{ batchSize: 20, hiddenSizes: [12], latentSize: 3 }, judge: false };
    const { trainer } = await trainerOf("vae", fewGlyphs(40, 10), { ...settings, ...fields }, {
      budget: 80,
    });
    await trainThrough(trainer);
    const { parameters } = await trainer.snapshot();
    trainer.dispose();
    return parameters;
  };
  const plain = await parameters({});
  deepStrictEqual(await parameters({ warmUp: 0, freeBits: 0, likelihood: "bernoulli" }), plain);
  for (const fields of [{ warmUp: 0.5 }, { freeBits: 1 }, { likelihood: "gaussian" }]) {
    notDeepStrictEqual(await parameters(fields), plain);
  }
});

Deno.test("a moving average whose decay rises: 1/10, 2/11, 3/12, … up to averageDecay", async () => {
  const definition = definitions.find(({ name }) => name === "diffusion")!;
  const settings = { averageDecay: 0.3, averageRampUp: true, batchesPerIteration: 1 };
  const trainer = await smallTrainer(definition, {}, settings);
  const { parameters: initial } = await trainer.snapshot();
  const [name] = Object.keys(initial);
  let expected = [...initial[name].values].map(Number);
  for (const decay of [1 / 10, 2 / 11, 3 / 12, 0.3, 0.3]) {
    await trainer.iterate();
    const { parameters, state } = await trainer.snapshot();
    const { values } = parameters[name];
    expected = expected.map((value, i) => decay * value + (1 - decay) * Number(values[i]));
    const average = state[`average/${name}`].values;
    expected.forEach((value, i) => ok(Math.abs(value - Number(average[i])) < 1e-6, `${decay}`));
  }
  trainer.dispose();
});

Deno.test("a model is chosen by validation examples, not by those that it is measured on", async () => {
  const dataset = halves();
  const dark = { ...dataset.validation, values: dataset.validation.values.map(() => 0) };
  const measured = async (validation: Split) => {
    const fields = { hiddenSizes: [4], codeSize: 2 };
    const { trainer } = await trainerOf("autoencoder", { ...dataset, validation }, fields);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    return ["evaluation", "validation"].map((of) => metrics[`${of}/reconstruction`]);
  };
  const [usual, odd] = [await measured(dataset.validation), await measured(dark)];
  strictEqual(odd[0], usual[0]);
  notStrictEqual(odd[1], usual[1]);
});

Deno.test("a generator is chosen by other samples than it is measured by", async () => {
  // Were they the same, so were the distances to the same examples.
  const points = await fewPoints();
  const { trainer } = await trainerOf(
    "wgan-gp",
    { ...points, validation: points.test },
    smallOf(definitions.find(({ name }) => name === "wgan-gp")!),
  );
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  trainer.dispose();
  const [one, other] = ["evaluation", "validation"].map((of) => metrics[`${of}/energy_distance`]);
  ok(one > 0 && other > 0);
  notStrictEqual(other, one);
});

Deno.test("a moving average's decay rises with every gradient step, however many an iteration takes", async () => {
  const definition = definitions.find(({ name }) => name === "diffusion")!;
  const after = async (batchesPerIteration: number) => {
    const settings = { averageDecay: 0.9, averageRampUp: true, batchesPerIteration };
    const trainer = await smallTrainer(definition, {}, settings);
    while (trainer.progress.gradientSteps < 3) await trainer.iterate();
    const { state } = await trainer.snapshot();
    trainer.dispose();
    return Object.entries(state).filter(([name]) => name.startsWith("average/"));
  };
  const [one, three] = [await after(1), await after(3)];
  ok(one.length > 0);
  deepStrictEqual(three, one);
});
