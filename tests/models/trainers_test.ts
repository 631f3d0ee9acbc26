/**
 * What every model's trainer keeps: same seed same bits, resuming is never having stopped,
 * evaluation leaves no trace, memory stays flat, budgets are exact.
 */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { models } from "../../models/mod.ts";
import { fewGlyphs, fewPoints, small, trainerOf, trainThrough } from "./laboratory.ts";

const glyphs = fewGlyphs();
const points = await fewPoints();
const datasetOf = (model: string) => model === "wgan-gp" ? points : glyphs;

async function iterate(trainer: Trainer, times: number) {
  for (let i = 0; i < times; i++) await trainer.iterate();
}

/** What a file keeps of a snapshot. */
function throughFiles({ parameters, state, values }: Snapshot): Snapshot {
  return {
    parameters: decodeSafetensors(encodeSafetensors(parameters)).tensors,
    state: decodeSafetensors(encodeSafetensors(state)).tensors,
    values: JSON.parse(JSON.stringify(values)),
  };
}

for (const { name, load } of models) {
  for (const backend of ["wasm", "cpu", "tfjs-wasm"] as const) {
    Deno.test(`${name} on ${backend}: 20 iterations are 10, a save, a load and 10`, async () => {
      const make = (seed = 1) => trainerOf(name, datasetOf(name), small[name], { seed, backend });
      const { trainer: whole } = await make();
      await iterate(whole, 20);
      const { trainer: first } = await make();
      await iterate(first, 10);
      const saved = throughFiles(await first.snapshot());
      first.dispose();
      const { trainer: second } = await make(2);
      await second.restore(saved);
      await iterate(second, 10);
      deepStrictEqual(await second.snapshot(), await whole.snapshot());
      const random = () => defaultRng(5);
      const measured = (await whole.evaluate({ random: random() })).metrics;
      deepStrictEqual((await second.evaluate({ random: random() })).metrics, measured);
      for (const trainer of [whole, second]) trainer.dispose();
    });
  }

  Deno.test(`${name}: evaluating and sampling leave training as it is`, async () => {
    const { trainer: quiet } = await trainerOf(name, datasetOf(name), small[name]);
    const { trainer: watched } = await trainerOf(name, datasetOf(name), small[name]);
    await iterate(quiet, 4);
    for (let i = 0; i < 4; i++) {
      await watched.evaluate({ random: defaultRng(i) });
      await watched.sample?.({ random: defaultRng(i), count: 3 });
      await watched.iterate();
    }
    deepStrictEqual(await watched.snapshot(), await quiet.snapshot());
    for (const trainer of [quiet, watched]) trainer.dispose();
  });

  Deno.test(`${name}: another seed gives other parameters`, async () => {
    const { trainer: one } = await trainerOf(name, datasetOf(name), small[name], { seed: 1 });
    const { trainer: two } = await trainerOf(name, datasetOf(name), small[name], { seed: 2 });
    notDeepStrictEqual((await one.snapshot()).parameters, (await two.snapshot()).parameters);
    for (const trainer of [one, two]) trainer.dispose();
  });

  Deno.test(`${name}: a snapshot keeps its values while training goes on`, async () => {
    const { trainer } = await trainerOf(name, datasetOf(name), small[name]);
    const snapshot = await trainer.snapshot();
    const copy = structuredClone(snapshot);
    await iterate(trainer, 2);
    deepStrictEqual(snapshot, copy);
    trainer.dispose();
  });

  Deno.test(`${name}: the budget is exact, and spent it ends training`, async () => {
    const unit = (await load()).budgetUnit;
    const budget = unit === "examples" ? 233 : 5;
    const { trainer } = await trainerOf(name, datasetOf(name), small[name], { budget });
    await trainThrough(trainer);
    strictEqual(trainer.progress[unit], budget);
    await rejects(trainer.iterate(), { name: "InputError", message: /budget of .* is spent/ });
    trainer.dispose();
  });

  Deno.test(`${name}: tensors do not pile up`, async () => {
    const { trainer } = await trainerOf(name, datasetOf(name), small[name], {
      backend: "tfjs-wasm",
      budget: 100_000,
    });
    const round = async () => {
      await iterate(trainer, 5);
      await trainer.evaluate({ random: defaultRng(1) });
      await trainer.snapshot();
    };
    await round();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 10; i++) await round();
    strictEqual(tf.memory().numTensors, before);
    trainer.dispose();
  });
}

Deno.test("an epoch's last batch is masked or dropped as told", async () => {
  // 230 examples in batches of 20: eleven whole ones and ten left over.
  const seen = async (lastBatch: string) => {
    const { trainer } = await trainerOf("autoencoder", glyphs, {
      ...small.autoencoder,
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

Deno.test("a critic step leaves the generator and its moments, a generator step the critic", async () => {
  const { trainer, workspace } = await trainerOf("wgan-gp", points, small["wgan-gp"]);
  const { compileWganGp, wganGp } = await import("../../models/adversarial/wgan_gp.ts");
  const { critic, generator } = compileWganGp(
    workspace,
    2,
    wganGp.configuration.parse(small["wgan-gp"]),
  );
  const random = defaultRng(3);
  critic.scalar.learningRate = generator.scalar.learningRate = 1e-2;
  await iterate(trainer, 1);
  const part = async (network: string) => {
    const { parameters, state } = await trainer.snapshot();
    const own = Object.entries(parameters).filter(([name]) => name.startsWith(`${network}/`));
    const moments = Object.entries(state).filter(([name]) =>
      name.startsWith(`${network}_optimizer/`)
    );
    ok(own.length > 0 && moments.length > own.length);
    return [...own, ...moments];
  };
  for (
    const [program, changed, kept] of [
      [critic, "critic", "generator"],
      [generator, "generator", "critic"],
    ] as const
  ) {
    const before = { changed: await part(changed), kept: await part(kept) };
    program.run(random);
    deepStrictEqual(await part(kept), before.kept);
    notDeepStrictEqual(await part(changed), before.changed);
  }
  trainer.dispose();
});

Deno.test("a model says what kind of data it needs", async () => {
  await rejects(trainerOf("vae", points, small.vae), {
    name: "InputError",
    message: /needs images: "ring-8" holds points/,
  });
  await rejects(trainerOf("wgan-gp", glyphs, small["wgan-gp"]), {
    name: "InputError",
    message: /needs points: "glyphs" holds images/,
  });
  await rejects(trainerOf("classifier", { ...glyphs, classes: undefined }, small.classifier), {
    name: "InputError",
    message: /needs classes/,
  });
});

Deno.test("sampling gives as many samples as asked for", async () => {
  for (const name of ["vae", "vae-mixture", "wgan-gp"]) {
    const { trainer } = await trainerOf(name, datasetOf(name), small[name]);
    const few = await trainer.sample!({ random: defaultRng(1), count: 7 });
    const more = await trainer.sample!({ random: defaultRng(1), count: 601 });
    strictEqual(few.count, 7);
    strictEqual(more.values.length, 601 * (name === "wgan-gp" ? 2 : 784));
    deepStrictEqual(few.values, more.values.subarray(0, few.values.length));
    trainer.dispose();
  }
});
