/**
 * What every model's trainer keeps: same seed same bits, resuming is never having stopped,
 * evaluation leaves no trace, memory stays flat, budgets are exact. Held for the registry and for
 * trial members of kinds to come.
 *
 * @module
 */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { datasetOf, smallTrainer, trainThrough } from "./laboratory.ts";

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

/** Iterations before and after a save: each side goes into an epoch's midst. */
const half = 3;

/**
 * Declares the tests that hold a model to it.
 *
 * @param backends Where it is saved and loaded: what a trainer keeps does not depend on it.
 * @param eager Where tensors are counted: one that makes some for each operation, if the model can.
 */
export function holdToContract(
  definition: ModelDefinition,
  { backends = ["wasm"], eager = "tfjs-wasm" }: {
    readonly backends?: readonly BackendChoice[];
    readonly eager?: BackendChoice;
  } = {},
): void {
  const { name, budgetUnit } = definition;
  const make = (options = {}) => smallTrainer(definition, options);

  for (const backend of backends) {
    Deno.test(`${name} on ${backend}: ${2 * half} iterations are ${half}, a save, a load and ${half}`, async () => {
      const whole = await make({ backend });
      await iterate(whole, 2 * half);
      const first = await make({ backend });
      await iterate(first, half);
      const saved = throughFiles(await first.snapshot());
      first.dispose();
      const second = await make({ seed: 2, backend });
      await second.restore(saved);
      await iterate(second, half);
      deepStrictEqual(await second.snapshot(), await whole.snapshot());
      if (backend === "wasm") {
        const evaluate = async (trainer: Trainer) =>
          (await trainer.evaluate({ random: defaultRng(5) })).metrics;
        deepStrictEqual(await evaluate(second), await evaluate(whole));
      }
      for (const trainer of [whole, second]) trainer.dispose();
    });
  }

  Deno.test(`${name}: evaluating and asking leave training as it is`, async () => {
    const quiet = await make();
    const watched = await make();
    await iterate(quiet, 2);
    for (let i = 0; i < 2; i++) {
      await watched.evaluate({ random: defaultRng(i) });
      await watched.sample?.({ random: defaultRng(i), count: 3 });
      await watched.iterate();
    }
    deepStrictEqual(await watched.snapshot(), await quiet.snapshot());
    for (const trainer of [quiet, watched]) trainer.dispose();
  });

  Deno.test(`${name}: another seed gives other parameters, and a snapshot keeps its values`, async () => {
    const one = await make({ seed: 1 });
    const two = await make({ seed: 2 });
    const snapshot = await one.snapshot();
    const copy = structuredClone(snapshot);
    await iterate(one, 2);
    await iterate(two, 2);
    deepStrictEqual(snapshot, copy);
    notDeepStrictEqual((await one.snapshot()).parameters, (await two.snapshot()).parameters);
    for (const trainer of [one, two]) trainer.dispose();
  });

  Deno.test(`${name}: the budget is exact, and spent it ends training`, async () => {
    const budget = budgetUnit === "examples" ? 233 : 5;
    const trainer = await make({ budget });
    await trainThrough(trainer);
    strictEqual(trainer.progress[budgetUnit], budget);
    await rejects(trainer.iterate(), { name: "InputError", message: /budget of .* is spent/ });
    trainer.dispose();
  });

  Deno.test(`${name}: named losses, finite measures, pictures of what it has, samples as asked for`, async () => {
    const trainer = await make({ budget: budgetUnit === "examples" ? 200 : 10 });
    const { metrics } = await trainer.iterate();
    await trainThrough(trainer);
    const losses = Object.keys(metrics).filter((metric) => metric.startsWith("losses/"));
    ok(losses.length > 0);
    for (const loss of losses) ok(Number.isFinite(metrics[loss]), `${loss}: ${metrics[loss]}`);
    const { metrics: evaluated, artifacts = [] } = await trainer.evaluate({
      random: defaultRng(1),
    });
    for (const [metric, value] of Object.entries(evaluated)) {
      ok(Number.isFinite(value), `${metric}: ${value}`);
    }
    const { bestBy } = definition;
    ok(bestBy === undefined || bestBy.metric in evaluated, `no ${bestBy?.metric}`);
    // What chooses a checkpoint has not seen the test split.
    ok(bestBy?.metric.startsWith("validation/") ?? true, String(bestBy?.metric));
    const { kind, shape } = datasetOf(definition);
    const isPlane = kind === "points" && shape[0] === 2;
    deepStrictEqual(artifacts.map(({ name }) => name), [
      ...trainer.sample === undefined ? [] : ["samples"],
      ...trainer.translate === undefined ? [] : ["translations"],
      ...kind === "images" && trainer.encode && trainer.decode ? ["reconstructions"] : [],
      ...trainer.encode === undefined ? [] : ["codes"],
      ...isPlane && (trainer.sample ?? trainer.score) ? ["plane"] : [],
    ]);
    if (trainer.sample !== undefined) {
      const few = await trainer.sample({ random: defaultRng(1), count: 7 });
      const more = await trainer.sample({ random: defaultRng(1), count: 601 });
      deepStrictEqual([few.count, more.count], [7, 601]);
      const size = few.values.length / 7;
      strictEqual(more.values.length, 601 * size);
      deepStrictEqual(few.values, more.values.subarray(0, 7 * size));
    }
    trainer.dispose();
  });

  Deno.test(`${name}: tensors do not pile up`, async () => {
    const trainer = await make({ backend: eager, budget: 100_000 });
    const round = async (iterations: number) => {
      await iterate(trainer, iterations);
      await trainer.evaluate({ random: defaultRng(1) });
      await trainer.snapshot();
    };
    await round(1);
    const before = tf.memory().numTensors;
    // More than an epoch.
    await round(3);
    strictEqual(tf.memory().numTensors, before);
    trainer.dispose();
  });
}
