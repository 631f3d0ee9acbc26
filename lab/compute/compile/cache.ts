/**
 * Programs that this thread has compiled before, found again by what they were made from: another
 * trainer of the same configuration has the same graphs at the same addresses.
 *
 * @module
 */
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
  return JSON.stringify([graph.values, operations, graph.outputs, graph.updates, other], exact);
}

/** What JSON writes alike: arrays' bits, NaN and ±Inf, −0. */
function exact(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name} ${bytes.join()}`;
  }
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return `number ${Object.is(value, -0) ? "-0" : value}`;
}
