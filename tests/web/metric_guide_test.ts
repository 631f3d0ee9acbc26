import { deepStrictEqual, ok } from "node:assert";
import { agents } from "../../agents/mod.ts";
import { models } from "../../models/mod.ts";
import { guideOf, meaningsIn } from "../../web/metric_guide.ts";

Deno.test("a table's row explains each of its names, as plain text", () => {
  const page = [
    "| metric | meaning | healthy | sick |",
    "|---|---|---|---|",
    "| `evaluation/return_mean`, `_std` | of [100](x.md) `greedy` episodes | rises | falls |",
    "",
    "| `other` | table |",
  ].join("\n");
  const meaning = { meaning: "of 100 greedy episodes", healthy: "rises", sick: "falls" };
  deepStrictEqual(meaningsIn(page), {
    "evaluation/return_mean": meaning,
    "evaluation/return_std": meaning,
  });
});

Deno.test("every agent and every model has a page that explains its series", () => {
  for (const { name } of [...agents, ...models]) {
    ok(Object.keys(guideOf(name)).length > 0, `no page explains the series of ${name}`);
  }
  ok(guideOf("ppo")["losses/entropy"].sick.includes("exploration"));
  deepStrictEqual(guideOf("no such method"), {});
});
