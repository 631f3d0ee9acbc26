/** The densities of points in the plane: against shares of drawn points, cell by cell. */
import { ok, strictEqual } from "node:assert";
import { datasets } from "../../../models/datasets/mod.ts";
import * as plane from "../../../models/datasets/plane.ts";
import { noFiles } from "../laboratory.ts";

const { twoMoons, swissRoll, checkerboard, pinwheel, circles } = plane;

/** Half the side of the square looked at, its cells' side, and points of a cell's integral a side. */
const [REACH, CELL, FINE] = [5, 1, 8];
const DRAWN = 20_000;

for (const definition of [twoMoons, swissRoll, checkerboard, pinwheel, circles]) {
  Deno.test(`${definition.name}: its density is that of its points`, async () => {
    const { train, logDensity } = await definition.create({
      configuration: definition.configuration.parse({ train: DRAWN, validation: 8, test: 8 }),
      readFile: noFiles,
    });
    const side = 2 * REACH / CELL;
    const shares = new Float64Array(side * side);
    for (let i = 0; i < DRAWN; i++) {
      const [column, row] = [0, 1].map((axis) =>
        Math.floor((train.values[2 * i + axis] + REACH) / CELL)
      );
      shares[row * side + column] += 1 / DRAWN;
    }
    const step = CELL / FINE;
    const fine = side * FINE;
    const grid = Float32Array.from({ length: 2 * fine * fine }, (_, k) => {
      const place = k >> 1;
      return -REACH + step * ((k % 2 === 0 ? place % fine : Math.floor(place / fine)) + 0.5);
    });
    const integrals = new Float64Array(side * side);
    let whole = 0;
    logDensity!(grid).forEach((log, place) => {
      const mass = Math.exp(log) * step * step;
      const [column, row] = [place % fine, Math.floor(place / fine)].map((at) =>
        Math.floor(at / FINE)
      );
      integrals[row * side + column] += mass;
      whole += mass;
    });
    ok(Math.abs(whole - 1) < 1e-3, `integrates to ${whole}`);
    integrals.forEach((mass, cell) => {
      const deviation = Math.sqrt((mass + 1e-4) / DRAWN);
      // Of a hundred cells the furthest lies about 3 deviations off.
      ok(
        Math.abs(shares[cell] - mass) < 4.5 * deviation + 2e-3 * mass,
        `${cell}: ${shares[cell]}, ${mass}`,
      );
    });
  });
}

Deno.test("a density of many examples is that of each alone, with its neighbours left out", async () => {
  const known: string[] = [];
  for (const { name, load } of datasets) {
    const { create, configuration } = await load();
    const small = configuration.safeParse({ train: 24, validation: 20, test: 20 });
    // Frames are played in a world, which is not known here.
    if (!small.success || name === "frames") continue;
    const dataset = await create({ configuration: small.data, readFile: noFiles });
    const { logDensity, test: { values, count } } = dataset;
    if (logDensity === undefined) continue;
    known.push(name);
    const size = values.length / count;
    const all = logDensity(values);
    strictEqual(all.length, count, name);
    all.forEach((density, i) => {
      const own = values.slice(i * size, (i + 1) * size);
      strictEqual(density, logDensity(own)[0], `${name} ${i}`);
      // Another last token or coordinate is another example.
      own[size - 1] = dataset.kind === "points" ? 50 : own[size - 1] === 1 ? 2 : 1;
      ok(density !== logDensity(own)[0], `${name} ${i}: its end counts`);
    });
  }
  for (const name of ["ring-8", "grid-25", "sentences", "oracle"]) ok(known.includes(name), name);
});
