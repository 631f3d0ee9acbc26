import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { agents } from "../../agents/mod.ts";
import { models } from "../../models/mod.ts";
import { guideOf, guideOfRun, meaningsIn } from "../../web/metric_guide.ts";

Deno.test("a table's row explains each of its names, as plain text", () => {
  const page = [
    "| metric | meaning | healthy | sick |",
    "|---|---|---|---|",
    "| `evaluation/return_mean`, `_std` | of [100](x.md) `greedy` episodes | rises | falls |",
    "| `evaluation/recall`, `coverage`, `losses/kl` | what is met | | |",
    "",
    "| `other` | table |",
  ].join("\n");
  const meaning = { meaning: "of 100 greedy episodes", healthy: "rises", sick: "falls" };
  const met = { meaning: "what is met", healthy: "", sick: "" };
  deepStrictEqual(meaningsIn(page), {
    "evaluation/return_mean": meaning,
    "evaluation/return_std": meaning,
    "evaluation/recall": met,
    "evaluation/coverage": met,
    "losses/kl": met,
  });
});

Deno.test("every agent and every model has a page that explains its series", () => {
  for (const { name } of [...agents, ...models]) {
    ok(Object.keys(guideOf(name)).length > 0, `no page explains the series of ${name}`);
  }
  ok(guideOf("ppo")["losses/entropy"].sick.includes("exploration"));
  deepStrictEqual(guideOf("no such method"), {});
});

Deno.test("a model's series are explained by its first relative's page and by its family's", () => {
  const guide = guideOf("ensemble-autoencoder");
  ok(guide["evaluation/uncertainty"].meaning.startsWith("ensemble: "));
  // Both pages have it: the first relative's counts.
  strictEqual(guide["evaluation/mean_squared_error"].sick, "0.07: the mean image");
  ok("evaluation/top_kl" in guideOf("ladder-vae") && "losses/kl" in guideOf("ladder-vae"));
  ok("evaluation/high_quality" in guideOf("gan"));
  ok("losses/generated_score" in guideOf("wgan-gp-images"));
});

Deno.test("a model's page explains what samples are measured by", () => {
  const guide = guideOfRun("dcgan", ["evaluation/fid_glyphs", "losses/fid_glyphs"]);
  deepStrictEqual(guide["evaluation/diversity"].sick, "samples that are all alike");
  ok(guide["evaluation/fid_glyphs"].meaning.includes("Fréchet distance"));
  ok(!("losses/fid_glyphs" in guide) && !("evaluation/kid_glyphs" in guide));
  // The method's own page counts where both explain a series, and its order.
  const own = guideOf("dcgan");
  deepStrictEqual(Object.keys(guide).slice(0, Object.keys(own).length), Object.keys(own));
  for (const [name, meaning] of Object.entries(own)) deepStrictEqual(guide[name], meaning);
  ok(!("evaluation/coverage" in guideOfRun("ppo")));
});
