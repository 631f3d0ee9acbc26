/** Every agent reports what it has in common with others by the same names. */
import { deepStrictEqual, ok } from "node:assert";
import * as z from "zod";
import { agents } from "../../agents/mod.ts";
import { registries } from "../../registries.ts";
import { train } from "../../lab/experiment/train.ts";

/** In every agent that acts in a world. */
const always = [
  "rollout/episode_return_mean",
  "rollout/episode_length_mean",
  "evaluation/return_mean",
  "evaluation/return_std",
  "evaluation/return_iqm",
  "evaluation/length_mean",
  "timing/environment_steps_per_second",
];

/** In every agent with a field of this name. */
const withField: Record<string, readonly string[]> = {
  learningRateFinal: ["schedule/learning_rate"],
  annealLearningRate: ["schedule/learning_rate"],
  entropyCoefficient: ["losses/policy", "losses/entropy"],
  valueCoefficient: ["losses/value", "losses/explained_variance"],
  clipRange: ["losses/approximate_kl", "losses/clip_fraction"],
  bufferSize: ["losses/td_error", "schedule/learning_rate"],
  explorationFraction: ["schedule/epsilon"],
};

const groups = ["rollout", "evaluation", "losses", "schedule", "timing"];

for (const entry of agents) {
  const { name, takes, configuration } = await entry.load();
  const fields = configuration instanceof z.ZodObject ? Object.keys(configuration.shape) : [];

  Deno.test(`${name} names its metrics as all agents do`, async () => {
    const { metrics, dispose } = await train({
      name: "small",
      environment: takes.observations === undefined
        ? { id: takes.actions.includes("discrete") ? "CartPole-v1" : "Pendulum-v1" }
        : { id: "FrozenLake-v1" },
      agent: {
        name,
        ...fields.includes("learningStarts") ? { learningStarts: 200 } : {},
        ...fields.includes("hiddenSizes") ? { hiddenSizes: [16] } : {},
        ...fields.includes("recurrentSize") ? { recurrentSize: 16, sequenceLength: 8 } : {},
      },
      budget: 1000,
      evaluation: { episodes: 3 },
    }, { registries });
    dispose();
    const wanted = [
      ...takes.transitions ? always.filter((each) => each.startsWith("evaluation/")) : always,
      ...fields.flatMap((field) => withField[field] ?? []),
    ];
    const names = Object.keys(metrics);
    deepStrictEqual(wanted.filter((each) => !names.includes(each)), [], `${names}`);
    for (const each of names) {
      ok(groups.includes(each.split("/")[0]) && /^[a-z]+\/[a-z0-9_]+$/.test(each), each);
    }
  });
}
