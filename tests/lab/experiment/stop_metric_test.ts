/** Stop rules by series that there are, or are not, and what a run is worth that one has ended. */
import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { ModelDefinition } from "../../../lab/compute/definitions.ts";
import { defineCallbacks } from "../../../lab/experiment/callbacks.ts";
import { figureReader, figuresOf } from "../../../lab/experiment/score.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { openSession } from "../../../lab/experiment/session.ts";
import { train } from "../../../lab/experiment/train.ts";
import { registries } from "../../../registries.ts";
import { points } from "./own_parts.ts";
import { temporaryStore } from "./temporary_store.ts";
import { registries as toys, toyExperiment, withStopping } from "./toy_registries.ts";

/** An agent, a table, a planner and a model, trained for a moment. */
const small: Readonly<Record<string, readonly [string, string][]>> = {
  "cartpole-ppo": [["budget", "512"], ["agent.hiddenSizes", "[8]"]],
  "cliffwalking-q-learning": [["budget", "2000"]],
  "cliffwalking-value-iteration": [["budget", "3"]],
  "ring-wgan-gp-quick": [["budget", "2"], ["model.width", "8"], ["dataset.train", "700"]],
};

async function trained(name: string, set: readonly [string, string][]) {
  const definition = await registries.experiments.find((each) => each.name === name)!.load();
  const fewer: [string, string][] = "agent" in definition ? [["evaluation.episodes", "2"]] : [];
  const run = { registries, set: [...small[name], ...fewer, ...set] };
  const { metrics, parameters, status, dispose } = await train(definition, run);
  dispose();
  const numbers = Object.entries(metrics).filter(([series]) => !series.startsWith("timing/"));
  return { status, parameters, numbers };
}

for (const name of Object.keys(small)) {
  Deno.test(`${name}: a stop rule is refused before training where no evaluation has its series`, async () => {
    const by = (metric: string): [string, string][] => [
      ["stop.metric", metric],
      ["stop.atLeast", "1e9"],
    ];
    const usual = name.startsWith("ring") ? "evaluation/modes" : "evaluation/length_mean";
    await rejects(trained(name, by(`${usual}s`)), {
      name: "InputError",
      message: new RegExp(
        `^Cannot stop training as there is no evaluated series "${usual}s" .*"${usual}"`,
      ),
    });
    deepStrictEqual(await trained(name, by(usual)), await trained(name, [["stop", "null"]]));
  });
}

Deno.test("an own model is refused before training where no evaluation has the series of its best", async () => {
  const { model, ...others } = points as Extract<typeof points, { model: unknown }>;
  const own = model as ModelDefinition;
  let iterations = 0;
  const judgedBy = (metric: string) => {
    const create: typeof own.create = async (context) => {
      const trainer = await own.create(context);
      const iterate = trainer.iterate.bind(trainer);
      return Object.assign(trainer, { iterate: () => (iterations++, iterate()) });
    };
    const bestBy = { metric, goal: "minimize" as const };
    return train({ ...others, model: { ...own, create, bestBy } }, { registries });
  };
  await rejects(judgedBy("evaluation/return_maen"), {
    name: "InputError",
    message:
      /^Cannot choose the best checkpoint as there is no evaluated series "evaluation\/return_maen" .*"evaluation\/return_mean"/,
  });
  strictEqual(iterations, 0);
  (await judgedBy("evaluation/return_mean")).dispose();
  ok(iterations > 0);
});

Deno.test("the best checkpoint is the lowest where a rule waits for a metric to fall", async () => {
  const definition = await registries.experiments.find(({ name }) => name === "ring-gan")!.load();
  const stop = async (bound: object) => {
    const { configuration } = await resolve(
      { ...definition, stop: { metric, ...bound } },
      registries,
    );
    const { bestBy, dispose } = await openSession(
      { experiment: "ring-gan", module: "", configuration, seed: "1", backend: "cpu" },
      registries,
    );
    dispose();
    return bestBy;
  };
  const metric = "evaluation/energy_distance";
  deepStrictEqual(await stop({ atMost: 0.01 }), { metric, goal: "minimize" });
});

Deno.test("a training that a rule ended returns what no rule saw", async () => {
  const definition = await withStopping.experiments.at(-1)!.load();
  const { status, metrics, series, dispose } = await train(definition, {
    registries: withStopping,
    seed: 1,
  });
  dispose();
  const name = "return_mean";
  strictEqual(status, "stopped");
  strictEqual(metrics[`evaluation/${name}`], series[`score/${name}`].values.at(-1));
  notStrictEqual(metrics[`evaluation/${name}`], series[`evaluation/${name}`].values.at(-1));
});

Deno.test("a run that went on from where it was stopped is judged by where it ended", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const callbacks = defineCallbacks({
    onEvaluation: ({ progress }) => progress.iterations === 4 ? { stop: "far enough" } : {},
  });
  const definition = { ...toyExperiment, callbacks };
  const options = { registries: toys, store: `${temporary.folder}/runs` };
  const metric = "evaluation/return_mean";
  const judged = () => {
    const [run] = store.runs();
    return [figuresOf(store, run)[metric], figureReader(store, metric)!(run)];
  };
  const stopped = await train(definition, { ...options, seed: 1 });
  stopped.dispose();
  const [score] = stopped.series["score/return_mean"].values;
  deepStrictEqual([stopped.metrics[metric], ...judged()], [score, score, score]);
  const whole = await train(definition, { ...options, resume: stopped.run!, budget: 250 });
  whole.dispose();
  deepStrictEqual([whole.status, whole.series["score/return_mean"].values.length], [
    "completed",
    1,
  ]);
  const last = whole.series[metric].values.at(-1)!;
  deepStrictEqual([whole.metrics[metric], ...judged()], [last, last, last]);
});
