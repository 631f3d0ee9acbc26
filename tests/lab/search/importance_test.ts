import { deepStrictEqual, ok } from "node:assert";
import { defaultRng, streamOf } from "../../../lab/core/random.ts";
import { importances } from "../../../lab/search/importance.ts";
import { samplers } from "../../../lab/search/samplers.ts";
import type { Point, Space } from "../../../lab/search/space.ts";

const space: Space = [
  { path: "rate", range: { kind: "log", low: 1e-4, high: 1 } },
  { path: "kind", range: { kind: "choice", values: ["a", "b"] } },
  { path: "nothing", range: { kind: "uniform", low: 0, high: 1 } },
  { path: "if b", range: { kind: "uniform", low: 0, high: 1 }, when: { path: "kind", in: ["b"] } },
];

function outcomesOf(loss: (point: Point) => number, trials = 60) {
  return Array.from({ length: trials }, (_, trial) => {
    const point = samplers.random(space, 1)(trial)!;
    return { point, loss: loss(point) };
  });
}

Deno.test("what decides the loss has the share, what does not has none", () => {
  const shares = (loss: (point: Point) => number) =>
    importances(space, outcomesOf(loss), streamOf(1, "forest"));
  const rate = shares(({ rate }) => Math.log10(Number(rate)) ** 2);
  ok(rate.get("rate")! > 0.95, JSON.stringify([...rate]));
  const both = shares(({ rate, kind }) => Math.log10(Number(rate)) + (kind === "a" ? 0 : 3));
  ok(both.get("rate")! > 0.25 && both.get("kind")! > 0.25, JSON.stringify([...both]));
  ok(both.get("nothing")! < 0.05);
  const inner = shares((point) => point.kind === "b" ? Number(point["if b"]) : 2);
  ok(inner.get("if b")! + inner.get("kind")! > 0.9, JSON.stringify([...inner]));
  for (const each of [rate, both, inner]) {
    ok(Math.abs([...each.values()].reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
  }
});

Deno.test("that a condition leaves a field out is the condition's doing alone", () => {
  const shares = (loss: (point: Point) => number) =>
    importances(space, outcomesOf(loss), streamOf(1, "forest"));
  const outer = shares(({ kind }) => kind === "a" ? 0 : 1);
  [...outer.values()].forEach((share, axis) => ok(Math.abs(share - Number(axis === 1)) < 1e-12));
  // Where both sides of the condition are as good on the average the field itself decides.
  const inner = shares((point) => Number(point["if b"] ?? 0.5));
  ok(inner.get("if b")! > 0.8, JSON.stringify([...inner]));
});

Deno.test("what chance adds to every trial is no field's share", () => {
  const random = defaultRng(3);
  const noisy = outcomesOf(
    ({ rate }) => Math.log10(Number(rate)) + random.standardNormal(),
    200,
  );
  const shares = importances(space.slice(0, 3), noisy, streamOf(1, "forest"));
  ok(shares.get("kind")! + shares.get("nothing")! < 0.05, JSON.stringify([...shares]));
});

Deno.test("of fields that decide nothing one seldom has a share, and one that does keeps it", () => {
  const shown = { 10: [0, 0], 40: [0, 0] };
  for (const [trials, counts] of Object.entries(shown)) {
    for (let sweep = 0; sweep < 40; sweep++) {
      const random = defaultRng(sweep);
      const places = Array.from({ length: Number(trials) }, () => ({
        ...{ rate: 10 ** random.uniform(-4, 0), kind: "a", nothing: random.uniform(0, 1) },
      }));
      const noise = places.map(() => random.standardNormal());
      const told = (slope: number) => {
        const outcomes = places.map((point, i) => ({
          point,
          loss: slope * Math.log10(point.rate) + noise[i],
        }));
        const shares = importances(space.slice(0, 3), outcomes, defaultRng(sweep));
        return [...shares.values()].some((share) => share > 0);
      };
      if (told(0)) counts[0]++;
      if (told(3)) counts[1]++;
    }
  }
  for (const [noise, real] of Object.values(shown)) {
    ok(noise <= 6 && real >= 36, `${noise} ${real}`);
  }
});

Deno.test("importances are the same again, broken trials are left out, and nothing says nothing", () => {
  const outcomes = outcomesOf(({ rate }) => Number(rate));
  const broken = outcomes.map((each, i) => i % 7 === 0 ? { ...each, loss: Infinity } : each);
  const again = () => [...importances(space, broken, defaultRng(2))];
  deepStrictEqual(again(), again());
  const sound = outcomes.filter((_, i) => i % 7 !== 0);
  deepStrictEqual(again(), [...importances(space, sound, defaultRng(2))]);
  deepStrictEqual(
    [...importances(space, outcomesOf(() => 1), defaultRng(2)).values()],
    [0, 0, 0, 0],
  );
});

// Of a forest that sums up both sides of every split anew: seed 1, sixty random trials.
Deno.test("the shares are those of a forest that sums up every split anew", () => {
  const outcomes = outcomesOf(({ rate, kind, "if b": inner }) =>
    Math.log10(Number(rate)) + (kind === "a" ? 1 : Number(inner))
  );
  const shares = importances(space, outcomes, streamOf(1, "forest"));
  const worked = [0.9868459960224615, 0.010181655435355331, 0, 0.002972348542183268];
  [...shares.values()].forEach((share, i) => ok(Math.abs(share - worked[i]) < 1e-9, `${share}`));
});
