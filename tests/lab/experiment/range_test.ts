import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { defineExperiment, type ExperimentDefinition } from "../../../lab/experiment/definition.ts";
import { type RangeOptions, rangeTest } from "../../../lab/experiment/range.ts";
import { train } from "../../../lab/experiment/train.ts";
import { registries } from "../../../registries.ts";

const identity: ExperimentDefinition = defineExperiment({
  name: "identity-ppo",
  budget: 40_000,
  environment: { id: "Identity-v0" },
  agent: {
    name: "ppo",
    ...{ environments: 4, rolloutLength: 16, minibatchSize: 32, epochs: 2, hiddenSizes: [8] },
  },
});

const test = (options: RangeOptions = {}, definition: ExperimentDefinition = identity) =>
  rangeTest(definition, { iterations: 40, episodes: 5, ...options, registries });

Deno.test("the rate rises by a constant ratio, from the lowest to the highest", async () => {
  const seen: number[] = [];
  const { points, metric, goal } = await test({
    ...{ from: 1e-4, to: 10, iterations: 11 },
    onPoint: (rate, _, points) => {
      seen.push(rate);
      strictEqual(points, 11);
    },
  });
  deepStrictEqual(seen.map((rate) => Number(rate.toPrecision(6))), [
    ...[1e-4, 10 ** -3.5, 1e-3, 10 ** -2.5, 1e-2, 10 ** -1.5, 0.1, 10 ** -0.5, 1, 10 ** 0.5, 10]
      .map((rate) => Number(rate.toPrecision(6))),
  ]);
  deepStrictEqual(points.map(({ learningRate }) => learningRate), seen);
  deepStrictEqual([metric, goal], ["evaluation/return_mean", "maximize"]);
});

Deno.test("a smoothed value is the mean over the rates from half to twice its own", async () => {
  const { points } = await test({ from: 1e-3, to: 1e-3 * 1.5 ** 11, iterations: 12 });
  points.forEach(({ smoothed }, i) => {
    const near = points.slice(Math.max(0, i - 1), i + 2).map(({ value }) => value);
    ok(Math.abs(smoothed - near.reduce((a, b) => a + b) / near.length) < 1e-12, `${i}`);
  });
});

Deno.test("the rate is the program's: one that is too small learns nothing, one in the middle does", async () => {
  const { points, best, suggestion } = await test({ from: 1e-6, to: 100 });
  ok(best.smoothed > points[0].smoothed + 0.3, `${points[0].smoothed} to ${best.smoothed}`);
  ok(best.learningRate > 1e-4 && best.learningRate < 10, `${best.learningRate}`);
  strictEqual(suggestion, best.learningRate / 10);
});

Deno.test("a range test gives the same numbers again, and other ones with another seed", async () => {
  const [one, again, other] = [await test(), await test(), await test({ seed: 2 })];
  deepStrictEqual(one, again);
  ok(one.points.some(({ value }, i) => value !== other.points[i].value));
  // What is learned has the seed, too, not only what is measured.
  const loss = { iterations: 10, metric: "losses/policy" };
  const losses = await Promise.all([1, 2].map((seed) => test({ ...loss, seed })));
  ok(losses[0].points.every(({ value }, i) => value !== losses[1].points[i].value));
});

Deno.test("a range test leaves no trace in a run that follows", async () => {
  const options = { registries, budget: 1000 };
  const before = await train(identity, options);
  await test({ iterations: 10 });
  const after = await train(identity, options);
  strictEqual(before.digest, after.digest);
  before.dispose();
  after.dispose();
});

Deno.test("rates are as many as the budget holds iterations, and no fewer than ten", async () => {
  const cost = 4 * 16;
  const fewer = await test({ budget: 12 * cost });
  strictEqual(fewer.points.length, 12);
  strictEqual(fewer.points.at(-1)!.learningRate.toPrecision(9), "1.00000000");
  await rejects(test({ budget: 9 * cost }), {
    name: "InputError",
    message: /budget must hold 10 iterations that learn: 9/,
  });
});

Deno.test("wrong ranges and series are refused in one line", async () => {
  const refused = (options: RangeOptions, message: RegExp) =>
    rejects(test(options), { name: "InputError", message });
  await refused({ from: 1 }, /0 < from < to must hold: 1 to 1/);
  await refused({ from: 0 }, /0 < from < to/);
  await refused({ iterations: 9 }, /iterations must be a whole number ≥ 10: 9/);
  await refused({ metric: "losses/polcy", iterations: 10 }, /did you mean "losses\/policy"/);
  await refused(
    { metric: "evaluation/length_mean" },
    /^Cannot judge the range by evaluation\/length_mean as it must be said .*: max:evaluation\/length_mean or /,
  );
});

Deno.test("a trainer that takes no gradient steps is refused by name", async () => {
  const table = defineExperiment({
    name: "table",
    budget: 500,
    environment: { id: "CliffWalking-v1" },
    agent: { name: "q-learning" },
  });
  await rejects(test({}, table), {
    name: "InputError",
    message: /rate of "table" as its trainer must take gradient steps/,
  });
});

Deno.test("a test ends where a loss is not finite, and says at which rate", async () => {
  const { points, brokeAt, best } = await test({ from: 1e-3, to: 1e38, metric: "losses/value" });
  ok(brokeAt !== undefined && brokeAt > 1, `${brokeAt}`);
  ok(points.length < 40 && Number.isFinite(best.smoothed), `${points.length}`);
  strictEqual(points.at(-1)!.learningRate, brokeAt);
});

Deno.test("an agent's return is none at the rate at which a loss was not finite, nor best there", async () => {
  for (const metric of [undefined, "max:evaluation/length_mean"]) {
    const { points, brokeAt, best, suggestion } = await test({ from: 1e-3, to: 1e38, metric });
    deepStrictEqual(points.at(-1), { learningRate: brokeAt, value: NaN, smoothed: NaN });
    ok(best !== points.at(-1) && Number.isFinite(best.smoothed), `${best.smoothed}`);
    strictEqual(suggestion, best === points[0] ? undefined : best.learningRate / 10);
  }
});

Deno.test("a variance that there is none of ends no test", async () => {
  const { points, brokeAt } = await test({ iterations: 10, to: 1e-2 }, {
    ...identity,
    name: "value-probe-reinforce", // every return is 1
    environment: { id: "ValueProbe-v0" },
    agent: { name: "reinforce", environments: 4, hiddenSizes: [8] },
  });
  deepStrictEqual([points.length, brokeAt], [10, undefined]);
});

Deno.test("a model's rate is judged by its loss", async () => {
  const glyphs: ExperimentDefinition = defineExperiment({
    name: "glyphs-autoencoder",
    budget: 100_000,
    dataset: { name: "glyphs" },
    model: { name: "autoencoder", hiddenSizes: [16], batchSize: 16 },
  });
  const { points, metric, goal, field } = await test({ iterations: 10, to: 1e-2 }, glyphs);
  deepStrictEqual([points.length, goal, field], [10, "minimize", "model.learningRate"]);
  match(metric, /^losses\//);
  ok(points[9].value < points[0].value, `${points[0].value} to ${points[9].value}`);
});
