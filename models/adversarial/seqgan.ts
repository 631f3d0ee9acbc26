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
import { stopGradient } from "../../lab/compute/gradients.ts";
import { reinforceLoss } from "../../lab/compute/policy_gradient.ts";
import { memorySize } from "../../lab/compute/recurrent.ts";
import { constant, cosine } from "../../lab/compute/schedules.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { tokenLstm } from "../autoregressive/token_lstm.ts";
import { samplerFields, tokenSampler } from "../autoregressive/token_sampler.ts";
import { sequenceNats, tokenLikelihood, tokenLogProbabilities } from "../autoregressive/tokens.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { byLikelihood, knownLikelihood } from "../likelihood.ts";
import type { ExampleShape } from "../model.ts";
import { oracleMeasures } from "../metrics/oracle.ts";
import { adversarialLosses, scoreTerms } from "./losses.ts";
import { actionValues, draws, played } from "./roll_outs.ts";
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
  ...samplerFields,
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

// What is learned.

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
    loss: ({ generator }, { x }) => tokenLikelihood(generator().logits(x), x),
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
  ...tokenSampler<ReturnType<typeof networkOf>, Configuration>(
    ({ generator }) => generator(),
    ({ size }, { recurrentSize }) => ({
      length: size,
      memory: memorySize("lstm", recurrentSize),
    }),
  ),
  metrics: oracleMeasures,
});
