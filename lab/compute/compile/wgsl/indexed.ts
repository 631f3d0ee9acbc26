/**
 * Gathers, scatters and running sums as tasks: a lane for each result, or for each run.
 *
 * @module
 */
import type { Indexed, Scan } from "../items.ts";
import { bitsOf, load, typeOf } from "./expressions.ts";
import { opaque } from "./functions.ts";
import { coordinates, each, index, type Lowering, spanOf, type Task } from "./tasks.ts";

/**
 * Rows by index, or sums of rows by index: each result looks for the rows that are added to it, in
 * their order, so that no two lanes write to one place.
 */
export function indexedTask(item: Indexed, lowering: Lowering): Task {
  const { kind, inputs, output, batch, outer, rows, count, inner, parts } = item;
  const { dtype, size } = lowering.values[output];
  const [source, indices] = inputs.map((input) => lowering.address(input) / 4);
  const gathers = kind === "gather";
  const axes: [string, number][] = [
    ["b", batch],
    ["o", outer],
    gathers ? ["j", count] : ["wanted", rows],
    ["e", inner],
  ];
  const part = ({ length, stride }: { length: number; stride: number }, p: number) => {
    const at = index(indices + p, [`(b * ${count}u + j)`, parts.length]);
    return `let at${p} = m[${at}];
      valid = valid && at${p} < ${length}u;
      row += at${p} * ${stride}u;`;
  };
  // A negative index is a large number.
  const find = `var row = 0u;
      var valid = true;
      ${parts.map(part).join("\n      ")}`;
  const outerRow = `(b * ${outer}u + o)`;
  const from = gathers
    ? index(source, [outerRow, rows * inner], ["row", inner], ["e", 1])
    : index(source, [outerRow, count * inner], ["j", inner], ["e", 1]);
  const to = index(lowering.address(output) / 4, ["i", 1]);
  const outside = dtype === "float32" ? bitsOf(dtype, opaque(NaN)) : "0u";
  const body = gathers
    ? `${find}
      var bits = ${outside};
      if (valid) { bits = m[${from}]; }
      m[${to}] = bits;`
    : `var sum = ${typeOf[dtype]}(0);
      for (var j = 0u; j < ${count}u; j++) {
      ${find}
      if (valid && row == wanted) { sum += ${load(dtype, from)}; }
      }
      m[${to}] = ${bitsOf(dtype, "sum")};`;
  return each(
    size,
    `${coordinates("i", axes)}\n      ${body}`,
    inputs.map((input) => spanOf(input, lowering)),
    [spanOf(output, lowering)],
  );
}

/** Running sums or products, a lane for each run. */
export function scanTask(item: Scan, lowering: Lowering): Task {
  const { inputs: [input], output, combine, outer, length, inner, exclusive, reverse } = item;
  const { dtype } = lowering.values[output];
  const place = reverse ? `(${length - 1}u - j)` : "j";
  const at = (value: number) =>
    index(lowering.address(value) / 4, ["o", length * inner], [place, inner], ["e", 1]);
  const store = `m[${at(output)}] = ${bitsOf(dtype, "run")};`;
  const next = `run = run ${combine === "Sum" ? "+" : "*"} ${load(dtype, at(input))};`;
  const body = `${coordinates("i", [["o", outer], ["e", inner]])}
      var run = ${typeOf[dtype]}(${combine === "Sum" ? 0 : 1});
      for (var j = 0u; j < ${length}u; j++) { ${exclusive ? store + next : next + store} }`;
  return each(outer * inner, body, [spanOf(input, lowering)], [spanOf(output, lowering)]);
}
