/**
 * Common subexpressions: the same kernel on the same values is computed once.
 *
 * @module
 */
import { exactJson } from "../exact_json.ts";
import type { Graph, View } from "../ir.ts";
import { keep, rewrite } from "./rewrite.ts";

/** The graph without repeated operations; equal constants become one. */
export function shareCommon(graph: Graph): Graph {
  const constants = new Map<string, number>();
  const canonical = new Map<number, number>();
  for (const value of graph.values) {
    if (value.kind !== "constant" || value.elements!.length > 64) continue;
    // −0 and 0 are different constants.
    const bits = new Int32Array(value.elements!.slice().buffer).join();
    const key = `${value.dtype}:${value.size}:${bits}`;
    canonical.set(value.id, constants.get(key) ?? value.id);
    if (!constants.has(key)) constants.set(key, value.id);
  }
  const known = new Map<string, View>();
  const same = (view: View): View => ({
    value: canonical.get(view.value) ?? view.value,
    shape: view.shape,
  });
  const shared = rewrite(graph, (operation, builder) => {
    const inputs = operation.inputs.map(same);
    const { dtype } = graph.values[operation.output.value];
    const key = exactJson([operation.kernel, inputs, operation.attributes, dtype]);
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, operation.output);
    return keep({ ...operation, inputs }, builder);
  });
  return {
    ...shared,
    outputs: shared.outputs.map(({ name, view }) => ({ name, view: same(view) })),
    updates: shared.updates.map(({ state, view }) => ({ state, view: same(view) })),
  };
}
