/**
 * What a configuration takes of memory at least, from its sizes alone, so that an absurd one is refused
 * before anything is allocated.
 *
 * @module
 */
import type { Json } from "../core/snapshot.ts";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const GIB = 2 ** 30;
/** Copies of each weight: itself, its gradient and two moments of Adam's. */
const COPIES = 4;
/** Tensors of a compiled step lie in one WebAssembly memory. */
const MOST_IN_STEP = 4 * GIB;
/** Columns that no machine of a lab's has room for. */
const MOST_IN_COLUMNS = 32 * GIB;

/** A field that makes a run too large. */
export interface Excess {
  /** The field's name in its part. */
  readonly field: string;
  /** `its networks take 53.6 GB of memory at least: 4.0 GB is the most`. */
  readonly reason: string;
}

/**
 * The first field of an agent's or a model's configuration that takes more memory than there can be;
 * undefined where none does. Fields are known by the names that agents and models share.
 *
 * @param inputSize Length of an observation or an example, as far as it is known.
 * @param outputSize Numbers of an action, as far as they are known.
 */
export function excessIn(
  configuration: { readonly [field: string]: Json },
  inputSize: number,
  outputSize = 0,
): Excess | undefined {
  const { hiddenSizes, width, layers, recurrentSize, storeBytes } = configuration;
  const size = (field: string) => Number(configuration[field] ?? 0);
  const widths = Array.isArray(hiddenSizes)
    ? hiddenSizes.map(Number)
    : Array.from({ length: Number(layers ?? 0) }, () => Number(width ?? 0));
  const sizes = [inputSize, ...widths, ...hiddenSizes === undefined ? [] : [outputSize]];
  const weights = sizes.slice(1).reduce((sum, each, i) => sum + sizes[i] * each, 0);
  const widest = Math.max(...sizes);
  const kept = (storeBytes === true ? 1 : FLOAT) * 2 * inputSize;
  const recurrent = Number(recurrentSize ?? 0);
  const parts: readonly (readonly [field: string, what: string, bytes: number, most: number])[] = [
    [
      hiddenSizes === undefined ? "width" : "hiddenSizes",
      "its networks take",
      COPIES * FLOAT * weights,
      MOST_IN_STEP,
    ],
    [
      "recurrentSize",
      "its recurrent layer takes",
      COPIES * FLOAT * 3 * recurrent * (recurrent + inputSize),
      MOST_IN_STEP,
    ],
    ["batchSize", "a gradient step takes", FLOAT * widest * size("batchSize"), MOST_IN_STEP],
    [
      "minibatchSize",
      "a gradient step takes",
      FLOAT * widest * size("minibatchSize"),
      MOST_IN_STEP,
    ],
    [
      "rolloutLength",
      "its rollouts take",
      FLOAT * inputSize * size("environments") * size("rolloutLength"),
      MOST_IN_COLUMNS,
    ],
    ["bufferSize", "its replay buffer takes", kept * size("bufferSize"), MOST_IN_COLUMNS],
  ];
  const excess = parts.find(([, , bytes, most]) => bytes > most);
  if (excess === undefined) return undefined;
  const [field, what, bytes, most] = excess;
  const gb = (amount: number) => `${(amount / GIB).toFixed(1)} GB`;
  return { field, reason: `${what} ${gb(bytes)} of memory at least: ${gb(most)} is the most` };
}
