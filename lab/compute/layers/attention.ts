/**
 * Attention: what a place of a sequence takes from the places that it sees. Vaswani et al., "Attention
 * Is All You Need" (2017, arXiv 1706.03762), section 3.2; causal, whole or token by token.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { power } from "../../core/elementary.ts";
import type { Generator } from "../../core/random.ts";
import { cosine, sine } from "../../core/sine.ts";
import type { NamedTensors } from "../../core/tensor_data.ts";
import { constant, type Initializer, lecunNormal } from "../initializers.ts";
import { dense } from "../networks.ts";
import type { Tensors } from "../workspace.ts";

/** Added to the scores of places that are not seen, whose weight is then exactly 0. */
const HIDDEN = 1e9;
/** The slowest turn of rotary positions has this wavelength, times 2π. */
const WAVELENGTH = 10_000;

/**
 * softmax(QKᵀ/√d)·V over the places that are seen. Equation 1 of Vaswani et al.
 *
 * @param query [B, heads, T, d]
 * @param key [B, heads, S, d]
 * @param value [B, heads, S, d]
 * @param seen [T, S], 1 where a query's place sees a key's, else 0; one at least in each row.
 * @returns [B, heads, T, d]
 */
export function attention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  seen: tf.Tensor,
): tf.Tensor {
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(query.shape.at(-1)!));
  const masked = tf.add(scores, tf.mul(tf.sub(seen, 1), HIDDEN));
  return tf.matMul(tf.softmax(masked), value);
}

/** [T, T]: each place sees itself and those before it. */
export function causalMask(length: number): tf.Tensor2D {
  const places = Array.from({ length }, (_, i) => i);
  return tf.tensor2d(places.map((i) => places.map((j) => Number(j <= i))));
}

/** Turns of T places: cosines and sines [T, d/2] of the angles by which pairs of features turn. */
export interface Turns {
  readonly cosines: tf.Tensor;
  readonly sines: tf.Tensor;
}

/**
 * Place t turns pair i by t·10000^(−2i/d). Su et al., "RoFormer" (2021, arXiv 2104.09864), section 3.2.2.
 *
 * @param size d, even: features of a head.
 */
export function rotaryTurns(length: number, size: number): Turns {
  const pairs = size / 2;
  const table = (of: (angle: number) => number) =>
    tf.tensor2d(
      Array.from({ length }, (_, t) =>
        Array.from({ length: pairs }, (_, i) => of(t * power(WAVELENGTH, -i / pairs)))),
    );
  return { cosines: table(cosine), sines: table(sine) };
}

/**
 * Rotary positions: features i and i + d/2 turned as a point of the plane, so that the product of a
 * query and a key depends on how far their places are apart. Equation 34 of Su et al., whose pairs lie
 * side by side.
 *
 * @param x [B, heads, T, d]
 */
export function rotated(x: tf.Tensor, { cosines, sines }: Turns): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1);
  return tf.concat([
    tf.sub(tf.mul(first, cosines), tf.mul(second, sines)),
    tf.add(tf.mul(second, cosines), tf.mul(first, sines)),
  ], -1);
}

/** Initial parameters of {@linkcode selfAttention}: `name/inputs` [D, 3D] and `name/outputs` [D, D]. */
export function selfAttentionParameters(
  random: Generator,
  width: number,
  name: string,
  { inputs = lecunNormal, outputs = lecunNormal }: {
    readonly inputs?: Initializer;
    readonly outputs?: Initializer;
  } = {},
): NamedTensors {
  return {
    [`${name}/inputs/kernel`]: inputs(random, [width, 3 * width]),
    [`${name}/inputs/bias`]: constant([3 * width], 0),
    [`${name}/outputs/kernel`]: outputs(random, [width, width]),
    [`${name}/outputs/bias`]: constant([width], 0),
  };
}

/** How {@linkcode selfAttention} looks. */
export interface AttentionOptions {
  /** Divides D. */
  readonly heads: number;
  /** Rotary positions of all T places, D/heads/2 pairs; left out: none. */
  readonly turns?: Turns;
  /** Whether each place sees itself and those before it alone; default true. */
  readonly causal?: boolean;
}

/**
 * Self-attention of several heads, [B, T, D] to [B, T, D]: where it is causal no output depends on a later
 * place. Section 3.2.2 of Vaswani et al.
 *
 * @throws InputError for a `name` without parameters.
 */
export function selfAttention(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { heads, turns, causal = true }: AttentionOptions,
): tf.Tensor {
  const [batch, length, width] = x.shape;
  const [query, key, value] = inHeads(parameters, x, name, heads);
  const turned = (y: tf.Tensor) => turns === undefined ? y : rotated(y, turns);
  const mask = causal ? causalMask(length) : tf.ones([length, length]);
  const seen = attention(turned(query), turned(key), value, mask);
  const joined = tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [batch * length, width]);
  return tf.reshape(dense(parameters, joined, `${name}/outputs`), [batch, length, width]);
}

/** Keys and values of the places so far, [B, heads, T, d] each; those to come may hold anything finite. */
export interface AttentionMemory {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/**
 * The output of {@linkcode selfAttention} for one place, from what is remembered of those before it.
 *
 * @param x [B, D]
 * @param options.place t, a scalar.
 * @returns [B, D], and the memory with this place's key and value.
 * @throws InputError for a `name` without parameters.
 */
export function nextSelfAttention(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  { heads, turns, memory, place }: AttentionOptions & {
    readonly memory: AttentionMemory;
    readonly place: tf.Tensor;
  },
): { readonly outputs: tf.Tensor2D; readonly memory: AttentionMemory } {
  const [batch, width] = x.shape;
  const length = memory.keys.shape[2]!;
  const [query, key, value] = inHeads(parameters, tf.expandDims(x, 1), name, heads);
  const places = tf.range(0, length);
  const here = tf.cast(tf.equal(places, place), "float32");
  const at = (table: tf.Tensor) => tf.matMul(tf.reshape(here, [1, length]), table as tf.Tensor2D);
  const turned = (y: tf.Tensor) =>
    turns === undefined ? y : rotated(y, { cosines: at(turns.cosines), sines: at(turns.sines) });
  const column = tf.reshape(here, [length, 1]);
  const put = (known: tf.Tensor, next: tf.Tensor) =>
    tf.add(tf.mul(known, tf.sub(1, column)), tf.mul(next, column));
  const next = { keys: put(memory.keys, turned(key)), values: put(memory.values, value) };
  const seen = tf.reshape(tf.cast(tf.lessEqual(places, place), "float32"), [1, length]);
  const joined = attention(turned(query), next.keys, next.values, seen);
  const row = tf.reshape(joined, [batch, width]);
  return { outputs: dense(parameters, row, `${name}/outputs`), memory: next };
}

/** Queries, keys and values of x [B, T, D], [B, heads, T, d] each. */
function inHeads(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  heads: number,
): readonly tf.Tensor[] {
  const [batch, length, width] = x.shape;
  const joined = dense(parameters, tf.reshape(x, [batch * length, width]), `${name}/inputs`);
  return tf.split(joined, 3, 1).map((part) =>
    tf.transpose(tf.reshape(part, [batch, length, heads, width / heads]), [0, 2, 1, 3])
  );
}
