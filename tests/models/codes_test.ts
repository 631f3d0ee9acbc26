/** Ways through the space of codes, by worked numbers. */
import { deepStrictEqual, ok, throws } from "node:assert";
import { reconstructionErrors } from "../../models/anomalies.ts";
import { classMeans, combined, interpolated, termsIn, traversed } from "../../models/codes.ts";
import { encodeNpy, parseNpy } from "../../lab/core/npy.ts";

Deno.test("one coordinate after the other runs over three deviations, the others stay", () => {
  // First coordinate: mean 2, deviation 1; second: mean 10, deviation 5.
  const codes = Float32Array.of(1, 5, 3, 15, 1, 15, 3, 5);
  const lines = traversed(codes, 4, 1, 4);
  const expected = [-1, 15, 1, 15, 3, 15, 5, 15, 3, -5, 3, 5, 3, 15, 3, 25];
  ok(lines.length === 16);
  lines.forEach((value, i) => ok(Math.abs(value - expected[i]) < 5e-3, `${lines}`));
});

Deno.test("a great circle leads from code to code, and a line where there is none", () => {
  const path = (
    from: number[],
    to: number[],
  ) => [...interpolated(Float32Array.from(from), Float32Array.from(to), 3, "spherical")];
  const half = Math.fround(Math.SQRT1_2);
  path([1, 0], [0, 1]).forEach((value, i) =>
    ok(Math.abs(value - [1, 0, half, half, 0, 1][i]) < 1e-6, `${value} at ${i}`)
  );
  deepStrictEqual(path([0, 0], [0, 0]), [0, 0, 0, 0, 0, 0]);
  deepStrictEqual(path([0, 0], [2, 4]), [0, 0, 1, 2, 2, 4]);
  deepStrictEqual(path([1, 2], [2, 4]), [1, 2, 1.5, 3, 2, 4]);
  deepStrictEqual(path([1, 2], [-1, -2]), [1, 2, 0, 0, -1, -2]);
});

Deno.test("classes' means are added and taken away", () => {
  const means = classMeans(Float32Array.of(1, 2, 3, 4, 10, 20), [0, 0, 2], 3);
  deepStrictEqual([...means], [2, 3, NaN, NaN, 10, 20]);
  const names = ["a", "b", "c"];
  const terms = termsIn(" c - a  + c ", names);
  deepStrictEqual(terms.map(({ label, sign }) => [label, sign]), [[2, 1], [0, -1], [2, 1]]);
  deepStrictEqual([...combined(means, terms, names)], [10, 20, 2, 3, 10, 20, 18, 37]);
  throws(() => combined(means, termsIn("b", names), names), /none of b$/);
  for (const wrong of ["", "a -", "- a", "a b", "a * b", "a-b"]) {
    throws(() => termsIn(wrong, names), { name: "InputError" }, wrong);
  }
  throws(() => termsIn("a -b", names), /must read as "A - B \+ C", with spaces: "a -b"$/);
  // As folders may be called, and labels below 0.
  const spaced = ["rare line", "ball", "-1"];
  deepStrictEqual(
    termsIn("-1 -  rare line + ball - -1", spaced).map(({ label, sign }) => [label, sign]),
    [[2, 1], [0, -1], [1, 1], [2, -1]],
  );
  throws(() => termsIn("rare lines - ball", spaced), /no class "rare lines" .*"rare line"/);
});

Deno.test("an example's error is the mean over its numbers", () => {
  const errors = reconstructionErrors(Float32Array.of(0, 1, 1, 3), Float32Array.of(0, 0, 1, 1), 2);
  deepStrictEqual([...errors], [0.5, 2]);
});

Deno.test("what is written for NumPy is read again, with the header's alignment", () => {
  const values = Float32Array.of(1.5, -0, 3e-40, 4, 5, 6);
  for (const shape of [[6], [2, 3], [1, 2, 3]]) {
    const bytes = encodeNpy(values, shape);
    const read = parseNpy({ bytes, path: "" });
    deepStrictEqual([read.shape, [...read.values]], [shape, [...values]]);
    deepStrictEqual([(bytes.length - 24) % 64, bytes[bytes.length - 25]], [0, 10]);
  }
});
