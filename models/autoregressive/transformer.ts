/**
 * A decoder-only transformer over tokens: the whole sequence at once to learn from, or token by token
 * from remembered keys and values to sample.
 *
 * Vaswani et al., "Attention Is All You Need" (2017, arXiv 1706.03762); blocks as in Radford et al.,
 * "Language Models are Unsupervised Multitask Learners" (2019): normalised before attention and
 * perceptron, GELU, output kernels of the blocks smaller by √(2 layers).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { type Initializer, lecunNormal, normal } from "../../lab/compute/initializers.ts";
import {
  type AttentionMemory,
  nextSelfAttention,
  rotaryTurns,
  selfAttention,
  selfAttentionParameters,
} from "../../lab/compute/layers/attention.ts";
import { embedding, embeddingParameters, tiedLogits } from "../../lab/compute/layers/embedding.ts";
import {
  layerNormalization,
  normalizationParameters,
} from "../../lab/compute/layers/normalization.ts";
import { mlp, mlpParameters, parameterOf } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";

/** What a transformer is made of. */
export interface Transformer {
  /** V: what a token may be. */
  readonly tokens: number;
  /** T: tokens of a sequence. */
  readonly length: number;
  /** D. */
  readonly width: number;
  readonly layers: number;
  /** Of each layer's attention; divides D. */
  readonly heads: number;
  /** Learned rows added to the embeddings, or queries and keys that turn. */
  readonly positions: "learned" | "rotary";
}

/** The hidden layer of a block's perceptron is so many times as wide as the block. */
const WIDER = 4;
/** Of learned positions and the embedding: that of Radford et al. (2018). */
const DEVIATION = 0.02;

/** Initial parameters. The table's last row stands before the first token. */
export function transformerParameters(
  random: Generator,
  { tokens, length, width, layers, positions }: Transformer,
): NamedTensors {
  const small: Initializer = (random, shape) => normal(random, shape, DEVIATION);
  const outputs: Initializer = (random, shape) =>
    normal(random, shape, 1 / Math.sqrt(shape[0] * 2 * layers));
  const block = (name: string) => ({
    ...normalizationParameters(width, `${name}/norm0`),
    ...selfAttentionParameters(random, width, `${name}/attention`, { outputs }),
    ...normalizationParameters(width, `${name}/norm1`),
    ...mlpParameters(random, [width, WIDER * width, width], {
      ...{ hidden: lecunNormal, output: outputs, prefix: `${name}/perceptron` },
    }),
  });
  return {
    ...embeddingParameters(random, [tokens + 1, width], "embedding", small),
    ...positions === "learned" && { positions: small(random, [length, width]) },
    ...Object.assign({}, ...Array.from({ length: layers }, (_, layer) => block(`${layer}`))),
    ...normalizationParameters(width, "norm"),
  };
}

/** Rotary positions, where they are those. */
function turnsOf({ positions, length, width, heads }: Transformer) {
  return positions === "rotary" ? rotaryTurns(length, width / heads) : undefined;
}

/** A block: what attention finds, then what a perceptron makes of it, each added. x is [N, D]. */
function block(
  parameters: Tensors,
  x: tf.Tensor,
  name: string,
  attend: (normalized: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const seen = tf.add(x, attend(layerNormalization(parameters, x, `${name}/norm0`)));
  const normalized = layerNormalization(parameters, seen, `${name}/norm1`);
  return tf.add(seen, mlp(parameters, normalized, "gelu", `${name}/perceptron`));
}

/** Logits [N, V] of x [N, D], by the embedding's table but for its last row. */
function readOut(parameters: Tensors, x: tf.Tensor, { tokens }: Transformer): tf.Tensor2D {
  const normalized = layerNormalization(parameters, x, "norm");
  const logits = tiedLogits(parameters, normalized, "embedding");
  return tf.slice(logits, [0, 0], [x.shape[0], tokens]);
}

/**
 * Logits of each token from those before it, [B, T, V].
 *
 * @param tokens [B, T], whole numbers below V.
 */
export function logitsOf(
  parameters: Tensors,
  tokens: tf.Tensor,
  transformer: Transformer,
): tf.Tensor {
  const { length, width, layers, heads, positions, tokens: start } = transformer;
  const batch = tokens.shape[0]!;
  const first = tf.fill([batch, 1], start);
  const before = length === 1
    ? first
    : tf.concat([first, tf.slice(tokens, [0, 0], [batch, length - 1])], 1);
  const embedded = embedding(parameters, before, "embedding");
  const placed = positions === "learned"
    ? tf.add(embedded, parameterOf(parameters, "positions"))
    : embedded;
  const turns = turnsOf(transformer);
  let x = tf.reshape(placed, [batch * length, width]);
  for (let layer = 0; layer < layers; layer++) {
    x = block(parameters, x, `${layer}`, (normalized) => {
      const sequence = tf.reshape(normalized, [batch, length, width]);
      const options = { heads, turns };
      const seen = selfAttention(parameters, sequence, `${layer}/attention`, options);
      return tf.reshape(seen, [batch * length, width]);
    });
  }
  return tf.reshape(readOut(parameters, x, transformer), [batch, length, -1]);
}

/** Numbers that are remembered of a sequence: keys and values of every layer and place. */
export function memorySize({ layers, length, width }: Transformer): number {
  return 2 * layers * length * width;
}

/**
 * Logits of one token from the one before it and what is remembered of the others.
 *
 * @param token [B], that before; V where none is.
 * @param memory [B, {@linkcode memorySize}]; at the first place anything finite.
 * @param place t, a scalar.
 * @returns [B, V], and the memory with this place.
 */
export function nextLogits(
  parameters: Tensors,
  token: tf.Tensor,
  memory: tf.Tensor,
  place: tf.Tensor,
  transformer: Transformer,
): { readonly logits: tf.Tensor2D; readonly memory: tf.Tensor } {
  const { length, width, layers, heads, positions } = transformer;
  const batch = token.shape[0]!;
  const size = length * width;
  const turns = turnsOf(transformer);
  const here = tf.cast(tf.equal(tf.range(0, length), place), "float32");
  let x: tf.Tensor = embedding(parameters, token, "embedding");
  if (positions === "learned") {
    const table = parameterOf(parameters, "positions") as tf.Tensor2D;
    x = tf.add(x, tf.matMul(tf.reshape(here, [1, length]), table));
  }
  const known = (i: number) =>
    tf.reshape(tf.slice(memory, [0, i * size], [batch, size]), [
      ...[batch, heads, length, width / heads],
    ]);
  const parts: tf.Tensor[] = [];
  for (let layer = 0; layer < layers; layer++) {
    x = block(parameters, x, `${layer}`, (normalized) => {
      const old: AttentionMemory = { keys: known(2 * layer), values: known(2 * layer + 1) };
      const options = { heads, turns, memory: old, place };
      const next = nextSelfAttention(parameters, normalized, `${layer}/attention`, options);
      parts.push(
        ...[next.memory.keys, next.memory.values].map((y) => tf.reshape(y, [batch, size])),
      );
      return next.outputs;
    });
  }
  return { logits: readOut(parameters, x, transformer), memory: tf.concat(parts, 1) };
}
