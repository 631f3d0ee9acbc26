/** Fields that a stored model may draw its samples by, as no weight hangs on them. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { modelFileOf, openTrainer, settingsOf } from "../../../lab/experiment/inspect.ts";
import { launch, type RunRequest } from "../../../lab/experiment/launch.ts";
import type { SettingTexts } from "../../../lab/experiment/sampling.ts";
import { loadModel } from "../../../models/model_file.ts";
import { samplingStream } from "../../../models/sampling_stream.ts";
import { registries } from "../../../registries.ts";
import { temporaryStore } from "./temporary_store.ts";

Deno.test("every model's sampling fields are fields of its configuration", async () => {
  let count = 0;
  for (const entry of registries.models) {
    const { name, configuration, model } = await entry.load();
    const known = fieldsOf(configuration, "").map(({ path }) => path);
    for (const field of model?.samplingFields ?? []) {
      count++;
      ok(known.includes(field), `${name}: ${field}`);
    }
  }
  ok(count > 10);
});

Deno.test("a stored model's file draws by other values, as its trainer does", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const request = (reference: string): RunRequest => ({
    ...{ reference, seed: 1, budget: 512, backend: "wasm-strict" },
    set: [["dataset.train", "512"]],
  });
  const requests = ["moons-diffusion", "moons-nice"].map(request);
  const [run, flow] = await launch(requests, { store, registries, workers: 1 });

  const fields = await settingsOf(run, registries);
  deepStrictEqual(fields.map(({ path, value }) => [path, value]), [
    ["model.samplerSteps", 50],
    ["model.solver", "ddpm"],
    ["model.stochasticity", 1],
    ["model.guidance", 1],
    ["model.leastGuidedNoise", null],
    ["model.mostGuidedNoise", null],
  ]);
  deepStrictEqual(await settingsOf(flow, registries), []);

  const count = 8;
  const drawnBy = async (settings: SettingTexts) => {
    const model = loadModel(await modelFileOf(run, { store, registries, settings }));
    const { values } = model.sample!({ count, random: samplingStream(1) });
    return { values, told: model.about.settings };
  };
  const usual = await drawnBy([]);
  strictEqual(usual.told, undefined);
  const other = await drawnBy([["model.samplerSteps", "4"], ["stochasticity", "0.5"]]);
  strictEqual(other.told, "model.samplerSteps=4 stochasticity=0.5");
  notDeepStrictEqual(other.values, usual.values);
  const { trainer, dispose } = await openTrainer(run, { store, registries });
  const settings = { samplerSteps: 4, stochasticity: 0.5 };
  const samples = await trainer.sample!({ count, random: samplingStream(1), settings });
  deepStrictEqual(other.values, samples.values);
  dispose();
  // Back to what the field is without a word.
  deepStrictEqual((await drawnBy([["model.guidance", "default"]])).values, usual.values);

  const refused = (of: typeof run, settings: SettingTexts, message: string) =>
    rejects(modelFileOf(of, { store, registries, settings }), { name: "InputError", message });
  await refused(
    run,
    [["model.batchSize", "8"]],
    'Cannot draw samples of moons-diffusion as there is no sampling field "batchSize": known are ' +
      "samplerSteps, solver, stochasticity, guidance, leastGuidedNoise, mostGuidedNoise",
  );
  await refused(
    run,
    [["samplerSteps", "many"]],
    "Cannot set model.samplerSteps as it must be integer, 1 … 1000000000: many",
  );
  await refused(
    run,
    [["samplerSteps", "0"]],
    'Cannot use "moons-diffusion" with the field model.samplerSteps as it must be integer, ' +
      "1 … 1000000000: 0",
  );
  await refused(
    flow,
    [["samplerSteps", "4"]],
    'Cannot draw samples of moons-nice as there is no sampling field "samplerSteps": known are none',
  );
});
