/**
 * Dead code: what neither an output nor an update needs is not computed.
 *
 * @module
 */
import type { Graph } from "../ir.ts";

/** The graph with only the operations that its results depend on. */
export function dropDead(graph: Graph): Graph {
  const live = new Set(
    [...graph.outputs, ...graph.updates].map(({ view }) => view.value),
  );
  const operations = graph.operations.toReversed().filter((operation) => {
    if (!live.has(operation.output.value)) return false;
    for (const input of operation.inputs) live.add(input.value);
    return true;
  });
  return { ...graph, operations: operations.toReversed() };
}
