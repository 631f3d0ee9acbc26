/**
 * Dead code: what neither an output nor an update needs is not computed, and state that stays as it
 * is needs no update.
 *
 * @module
 */
import type { Graph } from "../ir.ts";

/** The graph with only the operations that its results depend on. */
export function dropDead(graph: Graph): Graph {
  const updates = graph.updates.filter(({ state, view }) => state !== view.value);
  const live = new Set([...graph.outputs, ...updates].map(({ view }) => view.value));
  const operations = graph.operations.toReversed().filter((operation) => {
    if (!live.has(operation.output.value)) return false;
    for (const input of operation.inputs) live.add(input.value);
    return true;
  });
  return { ...graph, updates, operations: operations.toReversed() };
}
