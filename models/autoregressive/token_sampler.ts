/**
 * How a model of tokens draws: one after the other, from what is there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Drawn, ExampleShape, Of, Sampler } from "../model.ts";
import type { Applied, Networks } from "../networks.ts";
import { drawnToken, type NextToken } from "./tokens.ts";

/** The fields of {@linkcode tokenSampler}. */
export const samplerFields = {
  temperature: z.number().min(0.01).max(100).default(1).meta({
    description:
      "Samples are drawn from logits divided by it: below 1 the likelier ones more often",
  }),
};

/**
 * The members of a model that draws token by token.
 *
 * @param writerOf What gives the next token; without `examplesOf` tokens are examples.
 * @param sizesOf Its T and M.
 */
export function tokenSampler<N extends Networks, C extends { readonly temperature: number }>(
  writerOf: (networks: Applied<N>) => NextToken & { examplesOf?(tokens: tf.Tensor): tf.Tensor },
  sizesOf: (shape: ExampleShape, configuration: C) => Pick<NextToken, "length" | "memory">,
) {
  const sample: Of<N, Drawn, C, tf.Tensor> = (networks, { rows, prompt }) => {
    const { length, memory } = writerOf(networks);
    return freeTokens(rows, length, memory, prompt);
  };
  const sampler: Sampler<N, C> = {
    steps: (shape, configuration) => sizesOf(shape, configuration).length,
    at: (place) => ({ place }),
    size: (shape, configuration) => {
      const { length, memory } = sizesOf(shape, configuration);
      return length + memory;
    },
    noise: () => ({ u: ["uniform", [1]] }),
    step: (networks, { x, at, noise: { u } }, { temperature }) =>
      withNextToken(writerOf(networks), x, at.place, u, temperature),
    finish: (networks, { x }) => {
      const writer = writerOf(networks);
      const tokens = tf.slice(x, [0, 0], [x.shape[0], writer.length]);
      return writer.examplesOf?.(tokens) ?? tokens;
    },
  };
  return { prompted: true, sample, sampler, samplingFields: ["temperature"] as const };
}

/**
 * The first x of the sampler: tokens [B, T] and an empty memory [B, M] behind them.
 *
 * @param prompt Tokens that are given, −1 in places that are free, [B, T]; left out: all are free.
 */
function freeTokens(
  rows: number,
  length: number,
  memory: number,
  prompt: tf.Tensor = tf.fill([rows, length], -1),
): tf.Tensor {
  return tf.concat([prompt, tf.zeros([rows, memory])], 1);
}

/**
 * The next x of the sampler, tokens [B, T] and the memory behind them: at place t the token that is
 * given there, else one drawn.
 *
 * @param place t, a scalar.
 * @param u u ~ U[0, 1), [B, 1]
 */
function withNextToken(
  { length, tokens: start, next: nextOf }: NextToken,
  x: tf.Tensor,
  place: tf.Tensor,
  u: tf.Tensor,
  temperature: number,
): tf.Tensor {
  const batch = x.shape[0]!;
  const tokens = tf.slice(x, [0, 0], [batch, length]);
  const memory = tf.slice(x, [0, length], [batch, -1]);
  const at = (place: tf.Tensor) => tf.cast(tf.equal(tf.range(0, length), place), "float32");
  const here = at(place);
  const tokenAt = (where: tf.Tensor) => tf.sum(tf.mul(tokens, where), 1);
  // Before the first place nothing is, so that the sum over places is 0 there.
  const isFirst = tf.cast(tf.equal(place, 0), "float32");
  const before = tf.add(tokenAt(at(tf.sub(place, 1))), tf.mul(isFirst, start));
  const next = nextOf(before, memory, place);
  const given = tokenAt(here);
  const drawn = drawnToken(tf.div(next.logits, temperature), u);
  const token = tf.expandDims(tf.where(tf.greaterEqual(given, 0), given, drawn), 1);
  const kept = tf.mul(tokens, tf.sub(1, here));
  return tf.concat([tf.add(kept, tf.mul(token, here)), next.memory], 1);
}
