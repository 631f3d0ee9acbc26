import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  barOf,
  type EvidenceRow,
  judgingSeeds,
  metricOf,
  type Reference,
  referenceOf,
  verdictOf,
} from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { agents } from "../../agents/mod.ts";
import { experiments } from "../../experiments/mod.ts";
import { namedPart } from "../../lab/experiment/own.ts";
import { models } from "../../models/mod.ts";

const row = { seeds: 5 } as EvidenceRow;
const reference: Reference = { value: 500, source: "" };

Deno.test("seeds that judge are none that a preset was tuned on, in the whole registry", async () => {
  const tuned = new Map<string, number>();
  for (const { name, load } of experiments) {
    const { tunedOn } = await load();
    ok(tunedOn !== undefined && tunedOn >= 0 && tunedOn < 100, `${name} says what it was tuned on`);
    tuned.set(name, tunedOn);
  }
  for (const row of evidence) {
    const seeds = judgingSeeds(row);
    ok(Math.min(...seeds) > Math.max(100, tuned.get(row.experiment)!), row.experiment);
    strictEqual(new Set(seeds).size, row.seeds);
  }
});

Deno.test("every row names an experiment, once, and ten seeds, or five where they are slow", () => {
  const names = evidence.map(({ experiment }) => experiment);
  strictEqual(new Set(names).size, names.length);
  const slow =
    /pixels|^pendulum-(sac|td3)$|^mountaincar-dqn-tuned$|^(acrobot|mountaincar)-qrdqn$|^(glyphs|shapes)-/;
  for (const { experiment, seeds } of evidence) {
    ok(experiments.some(({ name }) => name === experiment), experiment);
    const planned = /-(value|policy)-iteration$/.test(experiment)
      ? 1
      : slow.test(experiment)
      ? 5
      : 10;
    strictEqual(seeds, planned, experiment);
  }
});

Deno.test("every model has a row, and every agent but random actions and bandits, which have tables of their own", async () => {
  const load = (name: string) => experiments.find((entry) => entry.name === name)!.load();
  const measured = new Set<unknown>();
  for (const { experiment } of evidence) {
    const definition = await load(experiment);
    measured.add(namedPart("agent" in definition ? definition.agent : definition.model).name);
  }
  for (const { name } of [...models, ...agents]) {
    const hasTable = name === "random" || name.endsWith("-bandit");
    strictEqual(measured.has(name), !hasTable, name);
  }
});

Deno.test("less is better of what is an error, a distance or nats, and more of all else", () => {
  const less = new RegExp(
    "error|distance|wasserstein|nll|negative_|over_entropy|reverse_kl|bits_per|seconds",
  );
  // These show what fails: a GAN that loses modes, returns that are not corrected.
  const failing = ["grid-gan", "cartpole-impala-uncorrected"];
  for (const row of evidence) {
    if (row.better === "near") continue;
    const expected = less.test(metricOf(row)) || failing.includes(row.experiment) ? "less" : "more";
    strictEqual(row.better ?? "more", expected, `${row.experiment}: ${metricOf(row)}`);
  }
});

Deno.test("one rule makes every bar: the reference less its margin or two standard errors", () => {
  deepStrictEqual(barOf({}, reference), { atLeast: 495 });
  deepStrictEqual(barOf({}, { ...reference, standardError: 2 }), { atLeast: 495 });
  deepStrictEqual(barOf({}, { ...reference, standardError: 10 }), { atLeast: 480 });
  deepStrictEqual(barOf({}, { ...reference, margin: 0 }), { atLeast: 500 });
  deepStrictEqual(barOf({}, { value: -100, source: "" }), { atLeast: -101 });
  deepStrictEqual(barOf({ better: "less" }, reference), { atMost: 505 });
  deepStrictEqual(barOf({ better: "near" }, reference), { atLeast: 495, atMost: 505 });
});

Deno.test("a measured reference is the IQM of its seeds with their standard error", () => {
  const { value, standardError } = referenceOf([1, 2, 3, 4, 100], "peer");
  strictEqual(value, 3);
  // NumPy: numpy.std([1, 2, 3, 4, 100], ddof=1) / numpy.sqrt(5)
  ok(Math.abs(standardError! - 19.506409203131156) < 1e-12);
  // A single seed has none: its goal is a hundredth below it.
  deepStrictEqual(referenceOf([200], "peer"), { value: 200, standardError: 0, source: "peer" });
});

Deno.test("a row is reached where its IQM is within the bar; what hangs on it is said", () => {
  const said = (...scores: number[]) => {
    const { reached, narrow, below, reaching } = verdictOf(row, reference, scores);
    return [reached, narrow, below, reaching];
  };
  deepStrictEqual(said(500, 500, 500, 500, 500), [true, false, false, 5]);
  deepStrictEqual(said(505, 500, 498, 497, 100), [true, true, false, 4]);
  deepStrictEqual(said(498, 497, 498, 497, 496), [true, false, true, 5]);
  deepStrictEqual(said(490, 480, 490, 480, 470), [false, false, true, 0]);
  deepStrictEqual(said(500, 500, 500, 500, NaN), [false, false, false, 4]);
  deepStrictEqual(said(500, 500, 500, 500), [false, false, false, 4]); // one is missing
  const less = verdictOf({ ...row, better: "less" }, reference, [506, 507, 508, 507, 506]);
  deepStrictEqual([less.reached, less.below], [false, true]);
  strictEqual(
    verdictOf({ ...row, better: "less" }, reference, [506, 507, 1, 507, 506]).below,
    false,
  );
});
