import { deepStrictEqual, strictEqual } from "node:assert";
import { arranged, chartsOf } from "../../web/charts.ts";

const ppo = [
  "evaluation/return_mean",
  "evaluation/length_mean",
  "evaluation/return_iqm",
  "evaluation/return_std",
  "rollout/episode_return_mean",
  "losses/entropy",
  "losses/policy",
  "losses/value",
  "timing/iteration_seconds",
];

Deno.test("mean, deviation and IQM are one chart; real examples stand beside the evaluation", () => {
  deepStrictEqual(chartsOf(["ceiling/recall", "evaluation/recall", "ceiling/alone"]), [
    { name: "evaluation/recall", beside: [{ name: "ceiling/recall", label: "real examples" }] },
    { name: "ceiling/alone", beside: [] },
  ]);
  const [returns, length] = chartsOf(ppo);
  deepStrictEqual(returns, {
    name: "evaluation/return_mean",
    deviation: "evaluation/return_std",
    beside: [{ name: "evaluation/return_iqm", label: "IQM" }],
  });
  deepStrictEqual(length, { name: "evaluation/length_mean", beside: [] });
});

Deno.test("every series stands in one chart", () => {
  const names = [...ppo, "validation/accuracy", "evaluation/accuracy", "odd", "loose_std"];
  const drawn = chartsOf(names).flatMap(({ name, deviation, beside }) => [
    name,
    ...(deviation === undefined ? [] : [deviation]),
    ...beside.map((each) => each.name),
  ]);
  deepStrictEqual(drawn.toSorted(), names.toSorted());
});

Deno.test("the judged figure stands in front, beside it what training returns, then the telling losses", () => {
  const { hero, small, sections } = arranged(ppo, ["losses/value", "losses/policy"]);
  strictEqual(hero!.name, "evaluation/return_mean");
  deepStrictEqual(hero!.beside.map(({ label }) => label), ["IQM", "training"]);
  deepStrictEqual(small.map(({ name }) => name), [
    "losses/value",
    "losses/policy",
    "losses/entropy",
  ]);
  deepStrictEqual(sections.map(({ name }) => name), ["evaluation", "timing"]);
  strictEqual(arranged([], []).hero, undefined);
});
