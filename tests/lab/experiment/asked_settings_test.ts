/** Fields that a stored model may draw its samples by, as no weight hangs on them, and those of an agent's world. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { streamOf } from "../../../lab/core/random.ts";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { modelFileOf, openTrainer, settingsOf } from "../../../lab/experiment/inspect.ts";
import { launch, type RunRequest } from "../../../lab/experiment/launch.ts";
import { askedAs, type SettingTexts } from "../../../lab/experiment/asked_settings.ts";
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

Deno.test("a stored policy is played in a world with other fields", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [run] = await launch([{
    ...{ reference: "gridworld-dqn", seed: 1, budget: 2048, backend: "wasm-strict" },
  }], { store, registries, workers: 1 });
  /** Where the first way of the first state leads, and what a hundred episodes give. */
  const playedIn = async (settings: SettingTexts) => {
    const opened = await openTrainer(run, { store, registries, settings });
    const world = opened.makeEnvironment!();
    const ways = world.transitions!()[0][0].length;
    const { metrics } = await opened.trainer.evaluate({ random: streamOf(1, "evaluation") });
    opened.dispose();
    return { ways, limit: world.timeLimit, metrics };
  };
  const usual = await playedIn([]);
  const slippery = await playedIn([["environment.slip", "0.5"]]);
  deepStrictEqual([usual.ways, slippery.ways, slippery.limit], [1, 3, usual.limit]);
  notDeepStrictEqual(slippery.metrics, usual.metrics);
  const shorter = await playedIn([["timeLimit", "7"], ["environment.slip", "default"]]);
  deepStrictEqual([shorter.ways, shorter.limit], [1, 7]);
  deepStrictEqual(shorter.metrics["evaluation/length_mean"], 7);
  const refused = (settings: SettingTexts, message: string) =>
    rejects(openTrainer(run, { store, registries, settings }), { name: "InputError", message });
  await refused(
    [["environment.slipp", "0.5"]],
    'Cannot play gridworld-dqn as there is no field of its world "slipp" (did you mean "slip"?): ' +
      "there are 18",
  );
  await refused(
    [["environment.mapName", "four-rooms"]],
    `Cannot open run ${run.id} with environment.mapName=four-rooms as what it learned must fit: ` +
      'Cannot load "parameters/q/0/kernel" as it must be float32 [169,64]: float32 [64,64]',
  );
  await rejects(
    askedAs(
      {
        ...{ experiment: "mine", module: "", seed: "1", backend: "auto" },
        configuration: { environment: { id: "Own-v0", own: true }, agent: { name: "dqn" } },
      },
      registries,
      [["environment.slip", "1"]],
    ),
    {
      name: "InputError",
      message:
        "Cannot play mine in another world as Own-v0 is code of its file, which takes no settings",
    },
  );
});
