/**
 * SeqGAN: a generator of tokens that learns from a discriminator of whole texts. Tokens cannot be
 * differentiated, so that what the discriminator says is a reward, and a token is worth what texts get on
 * average that go on from it.
 *
 * Yu, Zhang, Wang, Yu, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient" (2017, arXiv
 * 1609.05473): action values by roll-outs (equation 4), the discriminator's loss (equation 5), the policy
 * gradient (equations 6 to 8), maximum likelihood before it (algorithm 1).
 *
 * Differs from the paper: the generator rolls out itself, not an older copy of it; rewards are compared
 * with their mean over the batch at each place (Williams 1992, section 4); a discriminator of few filters
 * without highway and dropout; one more token stands before the first.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { Metrics } from "../../lab/core/metrics.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { reinforceLoss } from "../../lab/compute/policy_gradient.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { memorySize } from "../../lab/compute/recurrent.ts";
import { constant, cosine } from "../../lab/compute/schedules.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { tokenLstm, type TokenWriter } from "../autoregressive/token_lstm.ts";
import {
  drawnToken,
  freeTokens,
  sequenceNats,
  tokenLogProbabilities,
  withNextToken,
} from "../autoregressive/tokens.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { byLikelihood, knownLikelihood, ownLikelihood } from "../likelihood.ts";
import { distinctTrigrams } from "../metrics/text.ts";
import type { ExampleShape, Look } from "../model.ts";
import { adversarialLosses, scoreTerms } from "./losses.ts";
import { textCritic } from "./text_critic.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...judgeFields,
  batchSize: count(2).default(64).meta({
    description: "Texts a gradient step, and as many generated ones",
    unit: "texts",
  }),
  learningRate: z.number().positive().default(1e-2).meta({
    description: "Adam's step size of maximum likelihood at the start",
  }),
  embeddingSize: count(1, WIDEST).default(32).meta({ description: "Features of a token" }),
  recurrentSize: count(1, WIDEST).default(32).meta({
    description: "Units of the generator's LSTM",
  }),
  features: count(1, WIDEST).default(32).meta({
    description: "Filters of each of the discriminator's windows",
  }),
  rollOuts: count(1, 64).default(8).meta({
    description: "N, texts that go on from each token to say what it is worth",
  }),
  likelihoodShare: z.number().min(0).max(1).default(0.5).meta({
    description:
      "Share of the budget in which the generator learns by maximum likelihood; 1 is all",
  }),
  discriminatorShare: z.number().min(0).max(1).default(0.1).meta({
    description: "Share of the budget after that in which the discriminator learns alone",
  }),
  discriminatorSteps: count(1).default(5).meta({
    description: "Discriminator steps for one of the generator",
    unit: "gradient steps",
  }),
  adversarialRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size of the generator after maximum likelihood",
  }),
  discriminatorRate: z.number().positive().default(1).meta({
    description: "The discriminator's step size in those of the generator then",
  }),
  temperature: z.number().min(0.01).max(100).default(1).meta({
    description:
      "Samples are drawn from logits divided by it: below 1 the likelier ones more often",
  }),
}).refine(
  ({ likelihoodShare, discriminatorShare }) =>
    likelihoodShare === 1 || likelihoodShare + discriminatorShare < 1,
  {
    path: ["discriminatorShare"],
    message: "discriminatorShare and likelihoodShare must add up to less than 1, so that the " +
      "generator is rewarded at all (or likelihoodShare be 1)",
  },
);

type Configuration = z.output<typeof configuration>;

// What a token is worth.

/** Numbers that are drawn for each text of {@linkcode played}: one for each token of each. */
function draws(length: number, rollOuts: number): number {
  return length + rollOuts * length * (length - 1) / 2;
}

/**
 * Texts of the generator, and `rollOuts` more that go on from each of their tokens but the last.
 *
 * @param u U[0, 1), [B, T + N·T(T − 1)/2]
 * @returns Tokens [(1 + N(T − 1))·B, T]: the texts, then for each place those that go on from it.
 */
export function played(
  { tokens, length, memory, next }: TokenWriter,
  u: tf.Tensor,
  rollOuts: number,
): tf.Tensor {
  const batch = u.shape[0]!;
  let drawn: tf.Tensor = tf.fill([batch], tokens);
  let remembered: tf.Tensor = tf.zeros([batch, memory]);
  let written: tf.Tensor | undefined;
  for (let t = 0; t < length; t++) {
    const { logits, memory } = next(drawn, remembered, tf.scalar(t));
    const own = tf.slice(u, [0, draws(t, rollOuts)], [batch, 1 + rollOuts * t]);
    drawn = drawnToken(logits, tf.reshape(tf.transpose(own), [-1, 1]));
    const last = tf.expandDims(drawn, 1);
    written = written === undefined ? last : tf.concat([written, last], 1);
    remembered = memory;
    if (rollOuts === 0 || t === length - 1) continue;
    const branched = (x: tf.Tensor) => {
      const texts = tf.slice(x, 0, batch);
      return tf.concat([x, ...Array.from({ length: rollOuts }, () => texts)], 0);
    };
    [drawn, remembered, written] = [drawn, remembered, written].map(branched);
  }
  return written!;
}

/**
 * Q of each token, [B, T]: the mean reward of the texts that go on from it, and of the last one the
 * reward of the text. Equation 4.
 *
 * @param rewards Of all texts of {@linkcode played}.
 * @param batch B
 */
export function actionValues(rewards: tf.Tensor, batch: number, rollOuts: number): tf.Tensor2D {
  const texts = tf.slice(rewards, 0, batch);
  const others = tf.reshape(tf.slice(rewards, batch), [-1, rollOuts, batch]);
  return tf.transpose(tf.concat([tf.mean(others, 1), tf.expandDims(texts, 0)], 0)) as tf.Tensor2D;
}

/**
 * The policy gradient's loss: −(1/BT) Σ (Q − b) ln G(y_t | y_1 … y_{t−1}), with b the mean of Q over the
 * batch at each place. Equations 6 to 8.
 *
 * @param logProbabilities ln G of each token, [B, T]
 * @param values Q, [B, T]
 */
export function policyLoss(logProbabilities: tf.Tensor, values: tf.Tensor): tf.Scalar {
  const advantages = tf.sub(values, tf.mean(values, 0, true));
  return reinforceLoss(logProbabilities, tf.div(advantages, values.size));
}

/**
 * NLL-oracle and NLL-test in nats a token (section 4.1 of the paper): what the oracle says of samples, and
 * what the model says of the test split; and how many different runs of tokens samples have. Of as many
 * samples as there are test texts.
 */
async function textMeasures({ dataset, draw, measured }: Look): Promise<Metrics> {
  const { logDensity, shape: [length], test } = dataset;
  const { values } = await draw!(test.count, {});
  const own = ownLikelihood(dataset)["ceiling/negative_log_likelihood"];
  return {
    "evaluation/nll_test": measured["evaluation/negative_log_likelihood"] / length,
    "evaluation/distinct_trigrams": distinctTrigrams(values, length),
    "ceiling/distinct_trigrams": distinctTrigrams(test.values, length),
    ...logDensity && {
      "evaluation/nll_oracle": -mean(logDensity(values)) / length,
      "ceiling/nll_oracle": own / length,
    },
  };
}

// The model.

function networkOf(
  { shape: [length], tokens }: Pick<ExampleShape, "shape" | "tokens">,
  { embeddingSize, recurrentSize, features }: Configuration,
) {
  const text = { tokens, length, embeddingSize };
  return {
    generator: tokenLstm({ ...text, recurrentSize }),
    critic: textCritic({ ...text, features }),
  };
}

/** From where on the two play. */
function playFrom({ likelihoodShare, discriminatorShare }: Configuration): number {
  return likelihoodShare === 1 ? Infinity : likelihoodShare + discriminatorShare;
}

const likelihood = knownLikelihood<ReturnType<typeof networkOf>, Configuration>(
  ({ generator }, { x }) => tf.neg(sequenceNats(generator().logits(x), x)),
);
const rules = adversarialLosses["non-saturating"];

/** A generator of texts that is rewarded by a discriminator. */
export const seqgan = defineModel({
  name: "seqgan",
  summary: "Draws texts by an LSTM that a discriminator rewards, after maximum likelihood",
  takes: { examples: ["text"] },
  configuration,
  budget: "gradientSteps",
  bestBy: byLikelihood,
  networks: networkOf,
  steps: [{
    name: "likelihood",
    changes: ["generator"],
    during: ({ likelihoodShare }) => [0, likelihoodShare === 1 ? Infinity : likelihoodShare],
    schedule: ({ learningRate, finalLearningRate, likelihoodShare }) => {
      const wave = cosine(learningRate, finalLearningRate);
      return (progress) => wave(likelihoodShare === 0 ? 0 : progress / likelihoodShare);
    },
    loss: ({ generator }, { x }) => {
      const nats = sequenceNats(generator().logits(x), x);
      return { loss: tf.div(nats, x.shape[1]!), negative_log_likelihood: nats };
    },
  }, {
    name: "generator",
    changes: ["generator"],
    examples: "none",
    during: (configuration) => [playFrom(configuration), Infinity],
    schedule: ({ adversarialRate }) => constant(adversarialRate),
    noise: ({ size }, { rollOuts }) => ({ u: ["uniform", [draws(size, rollOuts)]] }),
    loss: ({ generator, critic }, { rows, noise: { u } }, { rollOuts }) => {
      const writer = generator();
      const texts = stopGradient(played(writer, u, rollOuts));
      const values = actionValues(tf.sigmoid(critic(texts)), rows, rollOuts);
      const own = tf.slice(texts, 0, rows);
      const loss = policyLoss(tokenLogProbabilities(writer.logits(own), own), values);
      return {
        loss,
        generator: loss,
        reward: tf.mean(tf.slice(values, [0, writer.length - 1], [rows, 1])),
      };
    },
  }, {
    name: "discriminator",
    changes: ["critic"],
    repeat: ({ discriminatorSteps }) => discriminatorSteps,
    during: ({ likelihoodShare }) => [likelihoodShare === 1 ? Infinity : likelihoodShare, Infinity],
    schedule: ({ adversarialRate, discriminatorRate }) =>
      constant(adversarialRate * discriminatorRate),
    noise: ({ size }) => ({ u: ["uniform", [size]] }),
    loss: ({ generator, critic }, { x, noise: { u } }) => {
      const scores = critic(tf.concat([x, played(generator(), u, 0)], 0));
      const [real, generated] = tf.split(scores, 2, 0);
      const loss = rules.discriminator(real, generated);
      return { loss, discriminator: loss, ...scoreTerms(rules, real, generated) };
    },
  }],
  ...likelihood,
  prompted: true,
  sample: ({ generator }, { rows, prompt }) => {
    const { length, memory } = generator();
    return freeTokens(rows, length, memory, prompt);
  },
  sampler: {
    steps: ({ size }) => size,
    at: (place) => ({ place }),
    size: ({ size }, { recurrentSize }) => size + memorySize("lstm", recurrentSize),
    noise: () => ({ u: ["uniform", [1]] }),
    step: ({ generator }, { x, at, noise: { u } }, { temperature }) =>
      withNextToken(generator(), x, at.place, u, temperature),
    finish: (_, { x, shape: { size } }) => tf.slice(x, [0, 0], [x.shape[0], size]),
  },
  samplingFields: ["temperature"],
  metrics: textMeasures,
});
