/**
 * Sums of many products of one form as one product: Σ_t A_tᵀ B_t is AᵀB of what lies one below the
 * other, and Σ_t of the sums of rows of B_t is that of B. A kernel that is used at every step of time
 * has gradients of this form; one long product is faster than many short ones and their sums.
 *
 * @module
 */
import { elements, type Graph, type GraphBuilder, type Operation, type View } from "../ir.ts";
import { axesOf } from "../shapes.ts";
import { keep, rewrite } from "./rewrite.ts";

/** Terms of a sum from which on they are gathered: fewer are a network that is applied again, as a critic. */
const MANY = 8;

/** The graph with sums of at least {@linkcode MANY} such terms as one term. */
export function gatherProducts(graph: Graph): Graph {
  const uses = usesOf(graph);
  const inner = innerSums(graph, uses);
  const makers = new Map<number, Operation>();
  return rewrite(graph, (operation, builder) => {
    makers.set(operation.output.value, operation);
    const { output } = operation;
    if (!isSum(operation, graph) || inner.has(output.value)) return keep(operation, builder);
    const terms = termsOf(operation, inner, makers);
    const forms = Map.groupBy(terms, (term) => formOf(term, uses, makers));
    const gathered = [...forms].flatMap(([form, same]) =>
      form === "" || same.length < MANY
        ? same
        : [together(same.toReversed().map(({ value }) => makers.get(value)!), builder)]
    );
    if (gathered.length === terms.length) return keep(operation, builder);
    return gathered.reduce((sum, term) =>
      builder.apply("Add", [sum, term], output.shape, "float32", {}, operation.origin)
    );
  });
}

/** How often each value is read, or asked for. */
function usesOf({ operations, outputs, updates }: Graph): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const use = ({ value }: View) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of operations) inputs.forEach(use);
  for (const { view } of [...outputs, ...updates]) use(view);
  return uses;
}

/** Whether it adds two values of its own size, element by element. */
function isSum({ kernel, inputs, output }: Operation, { values }: Graph): boolean {
  return kernel === "Add" && values[output.value].dtype === "float32" &&
    inputs.every(({ shape }) => elements(shape) === elements(output.shape));
}

/** Sums that only another sum reads. */
function innerSums(graph: Graph, uses: ReadonlyMap<number, number>): ReadonlySet<number> {
  const sums = graph.operations.filter((operation) => isSum(operation, graph));
  const made = new Set(sums.map(({ output }) => output.value));
  const read = sums.flatMap(({ inputs }) => inputs.map(({ value }) => value));
  return new Set(read.filter((value) => made.has(value) && uses.get(value) === 1));
}

/** What a sum adds up in the end, from left to right. */
function termsOf(
  { inputs, output }: Operation,
  inner: ReadonlySet<number>,
  makers: ReadonlyMap<number, Operation>,
): View[] {
  return inputs.flatMap(({ value }) =>
    inner.has(value)
      ? termsOf({ ...makers.get(value)!, output }, inner, makers)
      : [{ value, shape: output.shape }]
  );
}

/** Equal for terms that can be gathered; empty for one that cannot. */
function formOf(
  { value }: View,
  uses: ReadonlyMap<number, number>,
  makers: ReadonlyMap<number, Operation>,
): string {
  const maker = makers.get(value);
  if (maker === undefined || uses.get(value) !== 1) return "";
  const { kernel, inputs, attributes } = maker;
  const widths = inputs.map(({ shape }) => shape.slice(1));
  const flat = inputs.every(({ shape }) => shape.length === 2);
  if (kernel === "BatchMatMul") {
    const { transposeA, transposeB } = attributes;
    return flat && transposeA && !transposeB ? `${kernel} ${widths.join()}` : "";
  }
  const isOfRows = kernel === "Sum" && flat && axesOf(attributes, 2).join() === "0";
  return isOfRows ? `${kernel} ${widths.join()}` : "";
}

/**
 * The term that several of one form add up to.
 *
 * @param terms In the order of time, which gradients come in backwards: what is gathered so for another
 *   reason is the same.
 */
function together(terms: readonly Operation[], builder: GraphBuilder): View {
  const [{ kernel, attributes, output, origin, inputs }] = terms;
  const all = inputs.map((_, i) => {
    const parts = terms.map((term) => term.inputs[i]);
    const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
    return builder.apply(
      "Concat",
      parts,
      [rows, parts[0].shape[1]],
      "float32",
      { axis: 0 },
      origin,
    );
  });
  return builder.apply(kernel, all, output.shape, "float32", attributes, origin);
}
