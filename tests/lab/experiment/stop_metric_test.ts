/** Stop rules by series that there are, or are not, and what a run is worth that one has ended. */
import { deepStrictEqual, notStrictEqual, rejects, strictEqual } from "node:assert";
import { train } from "../../../lab/experiment/train.ts";
import { registries } from "../../../registries.ts";
import { withStopping } from "./toy_registries.ts";

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
