/**
 * A long short-term memory over tokens: embedding, LSTM, logits of the next token. The whole sequence at
 * once to learn from, or token by token from its memory to sample.
 *
 * Hochreiter, Schmidhuber (1997) for the layer; as a model of tokens Mikolov et al., "Recurrent Neural
 * Network Based Language Model" (2010).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Initializer, lecunNormal, normal } from "../../lab/compute/initializers.ts";
import { embedding, embeddingParameters } from "../../lab/compute/layers/embedding.ts";
import { dense, mlpParameters } from "../../lab/compute/networks.ts";
import {
  memorySize,
  recurrentCells,
  recurrentParameters,
  unroll,
} from "../../lab/compute/recurrent.ts";
import type { Network } from "../networks.ts";
import type { NextToken } from "./tokens.ts";

/** What the network is made of. */
export interface TokenLstm {
  /** V: what a token may be. */
  readonly tokens: number;
  /** T: tokens of a sequence. */
  readonly length: number;
  /** E: features of a token. */
  readonly embeddingSize: number;
  /** H. */
  readonly recurrentSize: number;
}

/** The network over parameters at hand. */
export interface TokenWriter extends NextToken {
  /** Logits of each token from those before it, [B, T] to [B, T, V]. */
  logits(tokens: tf.Tensor): tf.Tensor;
}

/** The network; the table's last row stands before the first token. */
export function tokenLstm(
  { tokens, length, embeddingSize, recurrentSize }: TokenLstm,
): Network<[], TokenWriter> {
  const memory = memorySize("lstm", recurrentSize);
  const rows: Initializer = (random, shape) => normal(random, shape, 1);
  return {
    initial: (random) => ({
      ...embeddingParameters(random, [tokens + 1, embeddingSize], "embedding", rows),
      ...recurrentParameters(random, "lstm", embeddingSize, recurrentSize, "lstm", lecunNormal),
      ...mlpParameters(random, [recurrentSize, tokens], { hidden: lecunNormal, prefix: "logits" }),
    }),
    apply: (parameters) => ({
      ...{ tokens, length, memory },
      logits: (written) => {
        const batch = written.shape[0]!;
        const before = tf.concat([
          tf.fill([batch, 1], tokens),
          tf.slice(written, [0, 0], [batch, length - 1]),
        ], 1);
        // Time first: [T·B, E].
        const inTime = embedding(parameters, tf.transpose(before), "embedding");
        const { outputs } = unroll(parameters, "lstm", "lstm", {
          x: tf.reshape(inTime, [length * batch, embeddingSize]),
          memory: tf.zeros([batch, memory]),
          steps: length,
        });
        const logits = tf.reshape(dense(parameters, outputs, "logits/0"), [length, batch, tokens]);
        return tf.transpose(logits, [1, 0, 2]);
      },
      next: (token, before) => {
        const x = embedding(parameters, token, "embedding");
        const entering = dense(parameters, x, "lstm");
        const kernel = parameters["lstm/recurrentKernel"];
        const after = recurrentCells.lstm.step(entering, before, kernel);
        const hidden = tf.slice(after, [0, 0], [token.shape[0]!, recurrentSize]);
        return { logits: dense(parameters, hidden, "logits/0"), memory: after };
      },
    }),
  };
}
