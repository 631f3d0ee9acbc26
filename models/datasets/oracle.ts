/**
 * `oracle`: texts of an LSTM with random weights, whose probability is known for every text, so that what
 * a model draws can be judged by it.
 *
 * Yu, Zhang, Wang, Yu, "SeqGAN" (2017, arXiv 1609.05473), section 4.1: all weights from N(0, 1), a first
 * token before the text.
 *
 * @module
 */
import * as z from "zod";
import { exp, log, tanh } from "../../lab/core/elementary.ts";
import type { Split } from "../../lab/core/dataset.ts";
import type { Generator } from "../../lab/core/random.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

const configuration = z.strictObject({
  ...splitFields("texts", { least: 10, train: 10_000, validation: 1000, test: 2000 }),
  tokens: z.int().min(2).max(256).default(100).meta({ description: "V, letters of its alphabet" }),
  length: z.int().min(2).max(256).default(20).meta({
    description: "T, letters of an example",
    unit: "letters",
  }),
  hiddenSize: z.int().min(1).max(256).default(32).meta({
    description: "Units of the LSTM, and features of a letter",
  }),
});

/** Letters that stand for tokens: A to Z, a to z, then those with marks. */
function alphabet(count: number): string[] {
  const plain = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
  return Array.from(
    { length: count },
    (_, i) => plain[i] ?? String.fromCodePoint(0x100 + i - plain.length),
  );
}

const sigmoid = (x: number) => 1 / (1 + exp(-x));

/** y += x·matrix, the matrix [x.length, y.length]. */
function addProduct(y: Float64Array, x: Float64Array, matrix: Float64Array): void {
  for (let row = 0, at = 0; row < x.length; row++) {
    const factor = x[row];
    for (let column = 0; column < y.length; column++, at++) y[column] += factor * matrix[at];
  }
}

/** An LSTM with weights from N(0, 1). Gates in the order i, f, g, o. */
export class Oracle {
  /** [V + 1, 4H], what enters the gates of each token, biases in it; the last row is the first token's. */
  readonly #entering: Float64Array;
  /** [H, 4H] */
  readonly #recurrent: Float64Array;
  /** [H, V], and their biases [V]. */
  readonly #outputs: Float64Array;
  readonly #biases: Float64Array;

  /**
   * @param tokens V
   * @param size H, also the length of embeddings.
   */
  constructor(random: Generator, readonly tokens: number, readonly size: number) {
    const drawn = (count: number) =>
      Float64Array.from({ length: count }, () => random.standardNormal());
    const embeddings = drawn((tokens + 1) * size);
    const [kernel, biases] = [drawn(4 * size * size), drawn(4 * size)];
    this.#entering = new Float64Array((tokens + 1) * 4 * size);
    for (let token = 0; token <= tokens; token++) {
      const row = this.#entering.subarray(token * 4 * size, (token + 1) * 4 * size);
      row.set(biases);
      addProduct(row, embeddings.subarray(token * size, (token + 1) * size), kernel);
    }
    this.#recurrent = drawn(4 * size * size);
    this.#outputs = drawn(size * tokens);
    this.#biases = drawn(tokens);
  }

  /** Writes a text: `choose` is told weights [V] of the next token, and their sum, and says which it is. */
  #write(length: number, choose: (t: number, weights: Float64Array, sum: number) => number): void {
    const { size, tokens } = this;
    const [hidden, cell] = [new Float64Array(size), new Float64Array(size)];
    const gates = new Float64Array(4 * size);
    const weights = new Float64Array(tokens);
    let token = tokens;
    for (let t = 0; t < length; t++) {
      gates.set(this.#entering.subarray(token * 4 * size, (token + 1) * 4 * size));
      addProduct(gates, hidden, this.#recurrent);
      for (let i = 0; i < size; i++) {
        const [keep, show] = [gates[size + i], gates[3 * size + i]];
        cell[i] = sigmoid(keep) * cell[i] + sigmoid(gates[i]) * tanh(gates[2 * size + i]);
        hidden[i] = sigmoid(show) * tanh(cell[i]);
      }
      weights.set(this.#biases);
      addProduct(weights, hidden, this.#outputs);
      const most = weights.reduce((most, logit) => logit > most ? logit : most);
      let sum = 0;
      for (let i = 0; i < tokens; i++) sum += weights[i] = exp(weights[i] - most);
      token = choose(t, weights, sum);
    }
  }

  /** `count` texts of `length` tokens. */
  draw(count: number, length: number, random: Generator): Split {
    const values = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      this.#write(length, (t, weights, sum) => {
        let left = random.random() * sum;
        let token = 0;
        while (token < this.tokens - 1 && (left -= weights[token]) >= 0) token++;
        return values[i * length + t] = token;
      });
    }
    return { count, values };
  }

  /** ln p of texts [count, T] in nats, [count]. */
  logDensity(values: Float32Array, length: number): Float64Array {
    return Float64Array.from({ length: values.length / length }, (_, i) => {
      let nats = 0;
      this.#write(length, (t, weights, sum) => {
        const token = values[i * length + t];
        nats += log(weights[token] / sum);
        return token;
      });
      return nats;
    });
  }
}

/** Texts of an LSTM with random weights. */
export const oracle = defineDataset({
  name: "oracle",
  summary: "Texts of an LSTM with random weights, which judges what a model draws",
  holds: { kind: "text" },
  configuration,
  create: ({ configuration, stream }) => {
    const { tokens, length, hiddenSize } = configuration;
    const oracle = new Oracle(stream("oracle"), tokens, hiddenSize);
    return {
      kind: "text",
      shape: [length],
      vocabulary: alphabet(tokens),
      logDensity: (values) => oracle.logDensity(values, length),
      ...drawSplits(configuration, stream, (count, random) => oracle.draw(count, length, random)),
    };
  },
});
