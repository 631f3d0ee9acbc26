/**
 * Programs that this thread has compiled before, found again by what they were made from: another
 * trainer of the same configuration has the same graphs at the same addresses.
 *
 * @module
 */
import { exactJson } from "./exact_json.ts";
import type { Graph } from "./ir.ts";

/** Of the constants that are compared: programs with more are compiled each time. */
const mostElements = 1 << 16;

/**
 * All of a traced graph, to the bit, and what else a program is made from, as one string: shapes,
 * types, kernels, attributes, constants, names. Where the step asked for a kernel is left out.
 *
 * @returns undefined where the constants are too long to compare.
 */
export function signatureOf(graph: Graph, other: unknown): string | undefined {
  const constants = graph.values.reduce((sum, { elements }) => sum + (elements?.length ?? 0), 0);
  if (constants > mostElements) return undefined;
  const operations = graph.operations.map(({ kernel, inputs, attributes, output }) => [
    ...[kernel, inputs, attributes, output],
  ]);
  return exactJson([graph.values, operations, graph.outputs, graph.updates, other]);
}
