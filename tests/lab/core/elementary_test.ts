/**
 * Elementary functions against correctly rounded values (recipe: tests/golden/numpy/elementary.py),
 * and that nothing which feeds a result asks the engine for them.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as elementary from "../../../lab/core/elementary.ts";
import golden from "../../golden/numpy/elementary.json" with { type: "json" };

const { "made by": _, ...functions } = golden;

for (const [name, rows] of Object.entries(functions)) {
  Deno.test(`${name} lies within a unit in the last place`, () => {
    const f = elementary[name as keyof typeof functions] as (...given: number[]) => number;
    for (const row of rows) {
      const [expected, given] = [row.at(-1)!, row.slice(0, -1)];
      const unit = Math.max(Math.abs(expected) * 2 ** -52, 5e-324);
      ok(Math.abs(f(...given) - expected) <= unit, `${name}(${given}) = ${f(...given)}`);
    }
  });
}

Deno.test("elementary functions at the edges of the numbers", () => {
  const { exp, log, expm1, power, angleOf } = elementary;
  const edges = [Infinity, -Infinity, NaN, 0, 1e4, -1e4];
  deepStrictEqual(edges.map(exp), [Infinity, 0, NaN, 1, Infinity, 0]);
  deepStrictEqual(edges.map(expm1), [Infinity, -1, NaN, 0, Infinity, -1]);
  deepStrictEqual([...edges.slice(0, 4), 1, -1].map(log), [Infinity, NaN, NaN, -Infinity, 0, NaN]);
  deepStrictEqual([power(0, 2), power(0, -2), power(0, 0), power(-1, 2)], [0, Infinity, 1, NaN]);
  deepStrictEqual([power(2, 1e4), power(2, -1e4), power(1, NaN)], [Infinity, 0, 1]);
  deepStrictEqual([angleOf(0, 0), angleOf(0, -1), angleOf(-1, -0)], [0, -Math.PI / 2, Math.PI]);
});

Deno.test("eˣ − 1 is rounded well where 1 is less than a unit in its last place", () => {
  // Python 3.11: float(Decimal(x).exp() - 1) at 60 digits.
  const known = [
    [37.09375, 1.2870959925200902e16],
    [37.125, 1.3279528051011174e16],
    [37.2, 1.4313792817412866e16],
    [38.15625, 3.72433574371586e16],
    [38.59375, 5.768364042153212e16],
  ];
  for (const [x, expected] of known) strictEqual(elementary.expm1(x), expected, `${x}`);
});

Deno.test("the hyperbolic tangent lies within two units in the last place", () => {
  // mpmath.tanh at 30 digits.
  const known = [
    [1e-9, 1e-9 - 1e-27 / 3],
    [0.1, 0.0996679946249558226],
    [0.5, 0.462117157260009758],
    [1, 0.761594155955764888],
    [3, 0.995054753686730451],
    [19, 0.999999999999999937],
  ];
  for (const [x, expected] of known) {
    for (const sign of [1, -1]) {
      ok(Math.abs(elementary.tanh(sign * x) - sign * expected) <= expected * 2 ** -51, `${x}`);
    }
  }
  deepStrictEqual([Infinity, -Infinity, 0, NaN].map(elementary.tanh), [1, -1, 0, NaN]);
});

Deno.test("powers of two are exact, and the next one is found", () => {
  for (let k = -1074; k < 1024; k++) strictEqual(elementary.power(2, k), 2 ** k);
  deepStrictEqual(
    [0, 1, 2, 3, 4, 5, 1023, 1024, 1025, 2 ** 31].map(elementary.powerOfTwoFrom),
    [1, 1, 2, 4, 4, 8, 1024, 1024, 2048, 2 ** 31],
  );
});

/** Functions that engines round each in its way, and powers but those of 2. */
const engines =
  /\bMath\.(?:a?(?:sin|cos|tan)h?|atan2|exp|expm1|log|log1p|log2|log10|pow|cbrt|hypot)\b|(?<!\b2) \*\* /;

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) yield* sources(url);
    else if (url.pathname.endsWith(".ts")) yield url;
  }
}

for (const folder of ["lab", "envs", "agents", "models", "experiments"]) {
  Deno.test(`no result of ${folder} depends on the engine's elementary functions`, async () => {
    const found: string[] = [];
    for await (const url of sources(new URL(`../../../${folder}/`, import.meta.url))) {
      const code = (await Deno.readTextFile(url)).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
      const line = code.split("\n").find((each) => engines.test(each));
      if (line !== undefined) found.push(`${url.pathname}: ${line.trim()}`);
    }
    deepStrictEqual(found, []);
  });
}
