/**
 * The frame of a pass that walks a graph once: each operation is kept, replaced by others, or
 * found to equal a view that is already there.
 *
 * @module
 */
import { type Graph, GraphBuilder, type Operation, type View } from "../ir.ts";

/** What becomes of an operation: the view that stands for its output from here on. */
type Rewrite = (operation: Operation, builder: GraphBuilder) => View;

/** Appends the operation as it is. */
export function keep(operation: Operation, builder: GraphBuilder): View {
  builder.operations.push(operation);
  return operation.output;
}

/** The graph with every operation rewritten, in order; uses follow the replaced values. */
export function rewrite(graph: Graph, rule: Rewrite): Graph {
  const builder = new GraphBuilder(graph.values);
  const standsFor = new Map<number, number>();
  const follow = (view: View): View => {
    const value = standsFor.get(view.value);
    return value === undefined ? view : { value, shape: view.shape };
  };
  for (const operation of graph.operations) {
    const result = rule({ ...operation, inputs: operation.inputs.map(follow) }, builder);
    if (result.value !== operation.output.value) {
      standsFor.set(operation.output.value, result.value);
    }
  }
  return {
    values: builder.values,
    operations: builder.operations,
    outputs: graph.outputs.map(({ name, view }) => ({ name, view: follow(view) })),
    updates: graph.updates.map(({ state, view }) => ({ state, view: follow(view) })),
  };
}
