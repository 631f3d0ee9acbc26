/**
 * A training step as it is measured: bound to any workspace, fed with the same numbers, counted in
 * the matrix products that it cannot do without.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import { streamOf } from "../../lab/core/random.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import type { Bars, PeerScript } from "../peers/peer.ts";
import type { Stock } from "../workspaces.ts";

/** What stands beside a step. */
interface StockReference {
  readonly stock: Stock;
  /** How many times faster the lab's own has to be, where that is asked for. */
  readonly reach?: number;
}

/** A training step. */
export interface BenchStep {
  /** As the peers' script names it. */
  readonly name: string;
  /** What it trains, with its sizes. */
  readonly title: string;
  readonly stocks: readonly StockReference[];
  /** How many times faster than PyTorch it has to be. */
  readonly peerBars?: Bars;
  /** Scripts that have the step beside PyTorch's. */
  readonly peers?: readonly PeerScript[];
  /** How many times faster than one thread two have to be, where that is asked for. */
  readonly threadReach?: number;
  /** Its matrix products, where a share of their rate is asked for. */
  readonly products?: readonly Product[];
  /** Defines the state and returns one update, inputs written anew as a trainer does. */
  bind(workspace: Workspace): () => void;
}

/** c = a·b with either side transposed in memory: "TN" is aᵀ·b. */
export interface Product {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly layout: "NN" | "NT" | "TN";
}

/** Floating-point operations of products. */
export function operationsOf(products: readonly Product[]): number {
  return products.reduce((sum, { rows, inner, columns }) => sum + 2 * rows * inner * columns, 0);
}

/**
 * The products of one gradient step of a dense network: forward, gradient of each kernel, gradient
 * of each layer's input but the first's.
 */
export function denseProducts(batch: number, sizes: readonly number[]): Product[] {
  return sizes.slice(1).flatMap((columns, layer): Product[] => {
    const inner = sizes[layer];
    const forward: Product = { rows: batch, inner, columns, layout: "NN" };
    const kernel: Product = { rows: inner, inner: batch, columns, layout: "TN" };
    const input: Product = { rows: batch, inner: columns, columns: inner, layout: "NT" };
    return layer === 0 ? [forward, kernel] : [forward, kernel, input];
  });
}

/** Numbers for a step's inputs, the same for every backend. */
export function numbersOf(name: string): Generator {
  return streamOf(1, `bench/${name}`);
}

/** N(0, 1) numbers. */
export function normals(random: Generator, length: number): Float32Array {
  const values = new Float32Array(length);
  random.fillStandardNormal(values);
  return values;
}

/** Numbers in [0, 1). */
export function uniforms(random: Generator, length: number): Float32Array {
  const values = new Float32Array(length);
  random.fillUniform(values);
  return values;
}

/** Whole numbers 0 … count − 1. */
export function choices(random: Generator, length: number, count: number): Int32Array {
  return Int32Array.from({ length }, () => random.integers(count));
}

type Column = Float32Array | Int32Array;

/** Runs a program with these inputs, which are written before every run. */
export function fed(
  program: { readonly input: object; run(random?: Generator): void },
  columns: Readonly<Record<string, Column>>,
  random?: Generator,
): () => void {
  const views = program.input as Readonly<Record<string, Column>>;
  const pairs = Object.entries(columns).map(([name, values]) => [views[name], values] as const);
  return () => {
    for (const [view, values] of pairs) view.set(values);
    program.run(random);
  };
}
