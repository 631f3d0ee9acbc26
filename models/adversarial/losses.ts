/**
 * What generators and discriminators minimise. Scores are a discriminator's outputs before any
 * sigmoid: logits that an example is real, or a critic's value. All are means over the batch.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Two losses that play against each other. */
export interface AdversarialLoss {
  /**
   * What the discriminator minimises.
   *
   * @param real D(x), [B] or [B, 1]
   * @param generated D(G(z)), [B] or [B, 1]
   * @param target What it is to say of real examples where there is such a number: 1, or less for
   *   one-sided label smoothing (Salimans et al. 2016, arXiv 1606.03498, section 3.4).
   */
  discriminator(real: tf.Tensor, generated: tf.Tensor, target?: number): tf.Scalar;
  /**
   * What the generator minimises.
   *
   * @param real D(x), where the loss is `relativistic`.
   */
  generator(generated: tf.Tensor, real?: tf.Tensor): tf.Scalar;
  /** Whether scores count only beside each other, so that the generator's loss has real ones too. */
  readonly relativistic?: boolean;
  /** Whether `discriminator` has a target to smooth. */
  readonly smooths: boolean;
  /** The score above which an example is called real; left out: a score says nothing by itself. */
  readonly boundary?: number;
  /** What is shown of scores: probabilities where they are logits; left out: they are shown. */
  shown?(scores: tf.Tensor): tf.Tensor;
}

/**
 * What to report of scores beside the losses: their means, and the share that the discriminator calls
 * rightly, of real and generated examples together.
 *
 * @param real [B, …]
 * @param generated [B, …]
 */
export function scoreTerms(
  { boundary, shown = (scores) => scores }: AdversarialLoss,
  real: tf.Tensor,
  generated: tf.Tensor,
): Record<string, tf.Tensor> {
  const terms = { real_score: tf.mean(shown(real)), generated_score: tf.mean(shown(generated)) };
  if (boundary === undefined) return terms;
  const above = (scores: tf.Tensor) => tf.mean(tf.step(tf.sub(scores, boundary)));
  const right = tf.mul(tf.add(above(real), tf.sub(1, above(generated))), 0.5);
  return { ...terms, discriminator_accuracy: right };
}

/** −E[t log σ(l) + (1 − t) log(1 − σ(l))] = E[softplus(l) − t·l]. */
function crossEntropy(logits: tf.Tensor, target: number): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, target)));
}

/** ½ E (D − target)². */
function halfSquare(scores: tf.Tensor, target: number): tf.Scalar {
  return tf.mul(tf.mean(tf.square(tf.sub(scores, target))), 0.5);
}

/** −E log D(x) − E log(1 − D(G(z))): Goodfellow et al. (2014), equation 1. */
function discriminatorLoss(real: tf.Tensor, generated: tf.Tensor, target = 1): tf.Scalar {
  return tf.add(crossEntropy(real, target), crossEntropy(generated, 0));
}

/**
 * E f(x̃) − E f(x): what the critic minimises, and −1 times the distance that it estimates. Equation
 * 2 of Arjovsky et al. (2017).
 *
 * @param real f(x), [B] or [B, 1]
 * @param generated f(x̃), [B] or [B, 1]
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * criticLoss(tf.tensor([1.2, 0.8]), tf.tensor([-0.3, 0.1])).print(); // −1.1
 * ```
 */
export function criticLoss(real: tf.Tensor, generated: tf.Tensor): tf.Scalar {
  return tf.sub(tf.mean(generated), tf.mean(real));
}

/** −E f(x̃): what the generator minimises. Arjovsky et al. (2017), algorithm 1. */
export function generatorLoss(generated: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(generated));
}

const ofLogits = { smooths: true, boundary: 0, shown: tf.sigmoid };

/**
 * Losses by name.
 *
 * - `minimax`: E log(1 − D(G(z))) for the generator, the value of the game itself. Goodfellow et al.
 *   (2014, arXiv 1406.2661), equation 1.
 * - `non-saturating`: −E log D(G(z)), whose gradient does not vanish while D is right (section 3).
 * - `least-squares`: ½E(D(x) − 1)² + ½E D(G(z))², and ½E(D(G(z)) − 1)². Mao et al. (2017, arXiv
 *   1611.04076), equation 9.
 * - `hinge`: E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))), and −E D(G(z)). Miyato et al. (2018, arXiv
 *   1802.05957), equations 16 and 17.
 * - `wasserstein`: {@linkcode criticLoss} and {@linkcode generatorLoss}.
 * - `relativistic`: −E log σ(D(x) − D(G(z))) of a real and a generated example at a time, and the same
 *   with the two exchanged. Jolicoeur-Martineau (2018, arXiv 1807.00734), section 4.1.
 */
const losses = {
  minimax: {
    discriminator: discriminatorLoss,
    generator: (generated) => tf.neg(crossEntropy(generated, 0)),
    ...ofLogits,
  },
  "non-saturating": {
    discriminator: discriminatorLoss,
    generator: (generated) => crossEntropy(generated, 1),
    ...ofLogits,
  },
  "least-squares": {
    discriminator: (real, generated, target = 1) =>
      tf.add(halfSquare(real, target), halfSquare(generated, 0)),
    generator: (generated) => halfSquare(generated, 1),
    ...{ smooths: true, boundary: 0.5 },
  },
  hinge: {
    discriminator: (real, generated) =>
      tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, generated)))),
    generator: generatorLoss,
    ...{ smooths: false, boundary: 0 },
  },
  wasserstein: { discriminator: criticLoss, generator: generatorLoss, smooths: false },
  relativistic: {
    discriminator: (real, generated) => crossEntropy(tf.sub(real, generated), 1),
    generator: (generated, real) => crossEntropy(tf.sub(generated, real!), 1),
    ...{ smooths: false, relativistic: true },
  },
} as const satisfies Record<string, AdversarialLoss>;

/** A name in {@linkcode adversarialLosses}. */
export type AdversarialLossName = keyof typeof losses;

/** What {@linkcode AdversarialLossName} names. */
export const adversarialLosses: Readonly<Record<AdversarialLossName, AdversarialLoss>> = losses;

/** The names in {@linkcode adversarialLosses}, for configurations. */
export const adversarialLossNames = Object.keys(adversarialLosses) as [
  AdversarialLossName,
  ...AdversarialLossName[],
];
