/**
 * Einstein sums of one or two tensors as sums, transposes and one matrix product.
 *
 * @module
 */
import { elements, type View } from "../ir.ts";
import { einsumOf } from "../shapes.ts";
import type { Adder, Expansion } from "./expansion.ts";

/** A view whose axes have labels. */
interface Labelled {
  readonly view: View;
  readonly labels: readonly string[];
}

/** Without the labels that nobody else has. */
function summed({ view, labels }: Labelled, kept: ReadonlySet<string>, add: Adder): Labelled {
  const axes = labels.flatMap((label, i) => kept.has(label) ? [] : [i]);
  if (axes.length === 0) return { view, labels };
  const shape = view.shape.filter((_, i) => !axes.includes(i));
  return {
    view: add.typed("Sum", [view], shape, add.valueOf(view).dtype, { axes }),
    labels: labels.filter((label) => kept.has(label)),
  };
}

/** With its axes in another order. */
function ordered({ view, labels }: Labelled, order: readonly string[], add: Adder): View {
  const perm = order.map((label) => labels.indexOf(label));
  if (perm.every((axis, i) => axis === i)) return view;
  const shape = perm.map((axis) => view.shape[axis]);
  return add.typed("Transpose", [view], shape, add.valueOf(view).dtype, { perm });
}

/** Shared labels are batched if the result has them, else summed over. */
export const einsum: Expansion = ({ inputs, attributes }, add) => {
  const { operands, result, sizes } = einsumOf(attributes.equation as string, inputs);
  const given = inputs.map((view, i) => ({ view, labels: operands[i] }));
  if (given.length === 1) {
    return ordered(summed(given[0], new Set(result), add), result, add);
  }
  const [a, b] = given.map((each, i) =>
    summed(each, new Set([...result, ...operands[1 - i]]), add)
  );
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => result.includes(label));
  const inner = shared.filter((label) => !result.includes(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const size = (labels: readonly string[]) => elements(labels.map((label) => sizes.get(label)!));
  const matrix = (each: Labelled, labels: readonly string[], shape: readonly number[]) => ({
    value: ordered(each, [...batch, ...labels], add).value,
    shape,
  });
  const [m, k, n] = [size(rows), size(inner), size(columns)];
  const product = add.typed(
    "BatchMatMul",
    [
      matrix(a, [...rows, ...inner], [size(batch), m, k]),
      matrix(b, [...inner, ...columns], [size(batch), k, n]),
    ],
    [size(batch), m, n],
    "float32",
    { transposeA: false, transposeB: false },
  );
  const labels = [...batch, ...rows, ...columns];
  const view = { value: product.value, shape: labels.map((label) => sizes.get(label)!) };
  return ordered({ view, labels }, result, add);
};
