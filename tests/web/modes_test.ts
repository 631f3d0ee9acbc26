/** Modes of points in the plane, which a reader drags. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Dataset } from "../../lab/core/dataset.ts";
import { datasets } from "../../models/datasets/mod.ts";
import { modesOf, moved, movedDataset } from "../../web/modes.ts";

const counts = { train: 400, validation: 50, test: 600 };

/** A small one of the lab's data sets. */
async function small(name: string): Promise<Dataset> {
  const { configuration, create } = await datasets.find((each) => each.name === name)!.load();
  return await create({
    configuration: configuration.parse(counts),
    readFile: () => Promise.reject(new Error("no files")),
  });
}

Deno.test("a mode is held at one of its own points, in the middle of a Gaussian, and lone ones never", async () => {
  const found: Record<string, number> = {};
  for (const { name, load } of datasets) {
    const { holds, configuration } = await load();
    const isDrawn = configuration.safeParse(counts).success;
    if (holds?.kind !== "points" || !isDrawn) continue;
    const { test, mixture } = await small(name);
    const modes = modesOf(test);
    found[name] = modes.length;
    for (const { label, x, y } of modes) {
      const row = test.values.findIndex((value, i) =>
        i % 2 === 0 && value === x && test.values[i + 1] === y
      ) / 2;
      strictEqual(test.labels![row], label);
      if (mixture === undefined) {
        continue;
      }
      const [a, b] = mixture.centers.subarray(2 * label, 2 * label + 2);
      ok(Math.hypot(x - a, y - b) < 2 * mixture.deviation, `${name}: mode ${label}`);
    }
  }
  deepStrictEqual(found, {
    ...{ "ring-8": 8, "grid-25": 25, "two-moons": 2, "pinwheel": 5, "circles": 2 },
    ...{ "swiss-roll": 0, "checkerboard": 0 },
  });
});

Deno.test("a mode that is moved takes its points of all splits, its centre and its density along", async () => {
  const ring = await small("ring-8");
  const there = movedDataset(ring, { 2: [1.5, -0.25] });
  for (const split of ["train", "validation", "test"] as const) {
    const { values, labels } = there[split];
    values.forEach((value, i) => {
      const by = labels![i >> 1] === 2 ? [1.5, -0.25][i % 2] : 0;
      strictEqual(value, Math.fround(ring[split].values[i] + by));
    });
  }
  const { centers } = there.mixture!;
  deepStrictEqual([...centers.subarray(4, 6)].map((x) => Number(x.toFixed(3))), [1.5, 1.164]);
  deepStrictEqual(centers.subarray(6), ring.mixture!.centers.subarray(6));
  // Moved all alike, points are as likely as they were.
  const all = movedDataset(
    ring,
    Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((k) => [k, [2, 1]])),
  );
  const [before, after] = [ring, all].map(({ logDensity, test }) => logDensity!(test.values));
  before.forEach((value, i) => ok(Math.abs(value - after[i]) < 1e-3, `${value}: ${after[i]}`));
  strictEqual(movedDataset(await small("two-moons"), {}).logDensity, undefined);
});

Deno.test("points without labels stay where they are", () => {
  const values = Float32Array.of(1, 2, 3, 4);
  deepStrictEqual(moved({ values }, { 0: [1, 1] }), values);
  deepStrictEqual(modesOf({ values }), []);
});
