import { deepStrictEqual, strictEqual } from "node:assert";
import { evidence } from "../../../evidence/rows.ts";
import { headlines } from "../../../lab/experiment/comparison.ts";
import { directionOf, worstOf } from "../../../lab/experiment/metric_direction.ts";

const each = (...names: string[]) => names.map((name) => `evaluation/${name}`);

Deno.test("what is better of a metric follows from its name, and so does what is worse than all", () => {
  const of = (way: "up" | "down" | null, worst: number, names: string[]) => {
    for (const name of names) {
      deepStrictEqual([directionOf(name), worstOf(name)], [way, worst], name);
    }
  };
  of("up", -Infinity, [
    ...each("return_mean", "accuracy", "modes", "recognised", "precision", "signal_to_noise"),
    ...each("inception_score_glyphs", "class_share_min", "mutual_information_gap", "high_quality"),
    ...["rollout/episode_return_mean", "losses/explained_variance", "losses/elbo"],
    ...["validation/accuracy", "ceiling/recall", "application/auroc"],
  ]);
  of("down", Infinity, [
    ...each("negative_elbo", "negative_bound", "negative_log_likelihood", "bits_per_dimension"),
    ...each("fid_glyphs", "kid_glyphs", "energy_distance", "squared_wasserstein", "nll_oracle"),
    ...each("return_std", "mode_reverse_kl", "mean_squared_error", "over_entropy"),
    ...["losses/reconstruction", "losses/td_error", "losses/negative_elbo", "losses/loss"],
  ]);
  // No way is better: of what two networks say of each other, of what was put in, of times and schedules.
  of(null, NaN, [
    ...["losses/policy", "losses/entropy", "losses/discriminator", "losses/generated_score"],
    ...[
      "losses/discriminator_accuracy",
      "losses/approximate_kl",
      "timing/return",
      "schedule/error",
    ],
    ...each("corrupted_signal_to_noise", "kl", "active_units", "nearest_train", "likelihood_draws"),
    ...["reward", "agent.learningRate", "constructor/gradients"],
  ]);
});

Deno.test("what a row of evidence is scored by is better where the row says so", () => {
  const toFail = ["cartpole-impala-uncorrected", "grid-gan"];
  for (const { experiment, metric, better = "more" } of evidence) {
    if (metric === undefined || better === "near" || toFail.includes(experiment)) continue;
    strictEqual(directionOf(metric), better === "more" ? "up" : "down", `${experiment}: ${metric}`);
  }
});

Deno.test("of what a run may be judged by one way is better, of an actor's and a critic's loss none", () => {
  const none = headlines.filter((name) => directionOf(name) === null);
  deepStrictEqual(none, ["losses/critic", "losses/policy"]);
});
