import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { firstNotJson, isPlain, isRecord, kindOf, show } from "../../../lab/core/plain.ts";

class Point {
  x = 1;
}

Deno.test("a value is shown in one line as it is written in code, at most a hundred characters of it", () => {
  const shown: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [NaN, "NaN"],
    [-0.5, "-0.5"],
    [12n, "12"],
    ["a\nb", '"a\\nb"'],
    [[1, "a", null], '[1,"a",null]'],
    [{ a: 5n, b: [6n] }, '{"a":"5n","b":["6n"]}'],
    [Float32Array.of(1.5, NaN), "Float32Array(1.5,NaN)"],
    [new DataView(new ArrayBuffer(2)), "{}"],
    [Symbol("s"), "Symbol(s)"],
    [{ toJSON: () => undefined }, "[object Object]"],
  ];
  for (const [value, text] of shown) strictEqual(show(value), text);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  strictEqual(show(circle), "[object Object]");
  strictEqual(show([circle]), "[object Array]");
  // With its quotes a text of 98 letters is a hundred long.
  strictEqual(show("x".repeat(98)), `"${"x".repeat(98)}"`);
  strictEqual(show("x".repeat(99)), `"${"x".repeat(99)}…`);
});

Deno.test("what a value is, is said in a word", () => {
  const kinds: [unknown, string][] = [
    ["a", "string"],
    [1, "number"],
    [undefined, "undefined"],
    [() => 1, "function"],
    [null, "null"],
    [[], "Array"],
    [new Float32Array(1), "Float32Array"],
    [Promise.resolve(), "Promise"],
    [new Point(), "Point"],
    [Object.create(null), "object"],
  ];
  for (const [value, kind] of kinds) strictEqual(kindOf(value), kind);
});

Deno.test("a record holds values by key, a plain object is a record of no class", () => {
  const records = [{}, { a: 1 }, Object.create(null), new Point(), new Map()];
  for (const value of records) ok(isRecord(value));
  for (const value of [null, undefined, [], "a", 1, () => 1]) {
    ok(!isRecord(value) && !isPlain(value));
  }
  deepStrictEqual(records.map(isPlain), [true, true, true, false, false]);
});

Deno.test("the first thing that JSON would change is named with its path", () => {
  const sound = { a: [1, "b", null, { c: true }], d: Object.create(null) };
  strictEqual(firstNotJson(sound, "state"), undefined);
  const changed: [unknown, string][] = [
    [NaN, "state is NaN"],
    [{ a: 1, b: [0, Infinity], c: NaN }, "state.b.1 is Infinity"],
    [{ a: undefined }, "state.a is undefined"],
    // deno-lint-ignore no-sparse-arrays
    [{ a: [, 1] }, "state.a.0 is undefined"],
    [[5n], "state.0 is bigint"],
    [{ a: { b: () => 1 } }, "state.a.b is function"],
    [{ at: new Date(0) }, "state.at is a Date"],
    [{ point: new Point() }, "state.point is a Point"],
    [{ row: Float32Array.of(1) }, "state.row is a Float32Array"],
  ];
  for (const [value, found] of changed) strictEqual(firstNotJson(value, "state"), found);
  const endless: { self?: unknown } = {};
  endless.self = endless;
  match(firstNotJson(endless, "state")!, /^state\.self\.self.* is nested deeper than 100$/);
});
