/**
 * Semi-supervised variational autoencoder, M2: the class is a latent variable that some examples show. A
 * classifier infers it where it is not shown, and images without labels teach the classifier what the
 * classes have in common.
 *
 * Kingma, Rezende, Mohamed, Welling, "Semi-Supervised Learning with Deep Generative Models" (2014, arXiv
 * 1406.5298): the bounds of equations 6 (with a label) and 7 (without), the classifier's term of
 * equation 9.
 *
 * Differs from the paper: rectified units; each minibatch holds `labelledBatch` examples with a label,
 * which come more often than the others, and `alpha` weighs their cross-entropy.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import { log } from "../../lab/core/elementary.ts";
import { crossEntropy } from "../classifiers/classifier.ts";
import { defineModel } from "../define_model.ts";
import type { Batch } from "../model.ts";
import { type Applied, dense, type Network } from "../networks.ts";
import {
  type Coder,
  drawn,
  gaussianKl,
  latentFields,
  latentNoise,
  likelihoodFields,
  likelihoods,
  ofImages,
  posterior,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { hiddenFields, vaeNetworks } from "./vae.ts";

// Configuration.

const configuration = z.strictObject({
  ...latentFields,
  ...hiddenFields,
  ...likelihoodFields,
  hiddenSizes: hiddenFields.hiddenSizes.default([256]),
  latentSize: latentFields.latentSize.default(4),
  labelled: count(1).default(100).meta({
    description: "Training examples, the first ones, whose labels are shown",
    unit: "examples",
  }),
  labelledBatch: count(0).default(25).meta({
    description: "Examples of each batch that are drawn among those with a label",
    unit: "examples",
  }),
  alpha: z.number().min(0).default(500).meta({
    description: "α, the weight of the classifier's cross-entropy of an example with a label",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
});

type Fields = z.output<typeof configuration>;

/** A VAE's networks, and the classifier to logits of q(y|x). */
type Semi = Coder & { readonly classifier: Network<[x: tf.Tensor], tf.Tensor2D> };

// Losses.

/**
 * −bound of each example: −log p(x, y) of equation 6 where the label is shown, else their mean under
 * q(y|x) less its entropy, equation 7.
 *
 * @param negative −bound with each class, [B, classes]
 * @param logits Of q(y|x), [B, classes]
 * @param labels One-hot, zero in rows without a label, [B, classes]
 * @returns [B], nats.
 */
export function semiSupervisedLoss(
  negative: tf.Tensor,
  logits: tf.Tensor,
  labels: tf.Tensor,
): tf.Tensor1D {
  const logProbabilities = tf.sub(logits, tf.logSumExp(logits, 1, true));
  const unlabelled = tf.sum(
    tf.mul(tf.exp(logProbabilities), tf.add(negative, logProbabilities)),
    1,
  );
  const shown = tf.sum(labels, 1);
  const labelled = tf.sum(tf.mul(labels, negative), 1);
  return tf.add(labelled, tf.mul(tf.sub(1, shown), unlabelled));
}

/** −bound of equation 6 with each class in turn, from one draw of noise an example: [B, classes]. */
function withEachClass(
  { encoder, decoder }: Applied<Semi>,
  { x, noise }: Pick<Batch, "x" | "noise">,
  classes: number,
  fields: Fields,
): tf.Tensor {
  const batch = x.shape[0];
  // Class after class: rows y·B … y·B + B − 1 have class y.
  const every = (rows: tf.Tensor) => tf.tile(rows, [classes, 1]) as tf.Tensor2D;
  const y = tf.reshape(
    tf.tile(tf.expandDims(tf.eye(classes), 1), [1, batch, 1]),
    [classes * batch, classes],
  );
  const told = {
    encoder: (x: tf.Tensor) => encoder(tf.concat([x, y], 1)),
    decoder: (latent: tf.Tensor) => decoder(tf.concat([latent, y], 1)),
  };
  const all = { x: every(x), noise: { noise: every(noise.noise) } };
  const { mean, logVariance, reconstruction } = drawn(told, all, fields);
  // log p(y) of classes of equal share.
  const negative = tf.add(tf.add(reconstruction, gaussianKl(mean, logVariance)), log(classes));
  return tf.transpose(tf.reshape(negative, [classes, batch]));
}

// The model.

/** The semi-supervised variational autoencoder. */
export const semiSupervisedVae = defineModel({
  ...ofImages,
  name: "semi-supervised-vae",
  summary: "Variational autoencoder and classifier that learn from few labels together (M2)",
  takes: { examples: ["images"], labels: "required" },
  bestBy: { metric: "validation/accuracy", goal: "maximize" },
  configuration,
  networks: (shape, fields) => ({
    ...vaeNetworks(shape, fields, shape.classes),
    classifier: dense([shape.size, ...fields.hiddenSizes, shape.classes]),
  }),
  noise: latentNoise,
  steps: [{
    name: "bound",
    loss: (networks, batch, fields) => {
      const { x, labels } = batch;
      const logits = networks.classifier(x);
      const negative = withEachClass(networks, batch, labels.shape[1], fields);
      const negative_bound = semiSupervisedLoss(negative, logits, labels);
      const shown = tf.sum(labels, 1);
      const cross_entropy = tf.mul(crossEntropy(logits, labels), shown);
      const loss = tf.add(negative_bound, tf.mul(cross_entropy, fields.alpha));
      return { loss, negative_bound, cross_entropy };
    },
  }],
  evaluate: (networks, batch, fields) => {
    const negative = withEachClass(networks, batch, batch.labels.shape[1], fields);
    const unknown = tf.zerosLike(batch.labels);
    const logits = networks.classifier(batch.x);
    return { negative_bound: semiSupervisedLoss(negative, logits, unknown) };
  },
  classify: ({ classifier }, { x }) => tf.softmax(classifier(x)),
  encode: ({ encoder }, { x, labels }) => posterior(encoder(tf.concat([x, labels], 1)))[0],
  decode: ({ decoder }, { codes, labels }, { likelihood }) =>
    likelihoods[likelihood].images(decoder(tf.concat([codes, labels], 1))),
  sample: ({ decoder }, { noise: { noise }, labels }, { likelihood }) =>
    likelihoods[likelihood].images(decoder(tf.concat([noise, labels], 1))),
  metrics: latentMetrics,
});
