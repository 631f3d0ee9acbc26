/**
 * What diffusion and flows share, whatever they learn: a network for points and one for images, which may
 * be told the class, and guidance by it.
 *
 * Ho, Salimans, "Classifier-Free Diffusion Guidance" (2022, arXiv 2207.12598): labels are left out now and
 * then while training (algorithm 1), and samples follow equation 6, whose w + 1 is `guidance`. Karras et al.,
 * "Guiding a Diffusion Model with a Bad Version of Itself" (2024, arXiv 2406.02507): a network that has
 * learned less in the place of the one without a class, equation 3. Kynkäänniemi, Aittala, Karras, Laine,
 * Aila, Lehtinen, "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in
 * Diffusion Models" (2024, arXiv 2404.07724): only where noise is neither much nor little. Without labels a
 * class may be a kind (`kinds.ts`).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../lab/core/errors.ts";
import { count, widths } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { judgeFields, kindFields } from "./fields.ts";
import type { Drawn, ExampleShape, NoiseSpecs } from "./model.ts";
import { type TimeNetwork, timeNetwork } from "./time_network.ts";
import { timeUnet } from "./time_unet.ts";

/** Fields of every model whose network is a {@linkcode denoiser}. */
export const denoiserFields = {
  hiddenSizes: widths().min(1).default([128, 128, 128]).meta({
    description: "Widths of the network's hidden layers, for points",
  }),
  filters: widths().min(1).default([16, 48]).meta({
    description: "Filters of each halving of the U-Net, for images",
  }),
  attentionHeads: count(1, 64).optional().meta({
    description: "Heads of self-attention where the U-Net is narrowest; left out: none",
  }),
  wholeUnits: count(1, 4096).optional().meta({
    description:
      "Units of a dense layer over all places where the U-Net is narrowest; left out: none",
  }),
  conditional: z.boolean().default(false).meta({
    description: "Whether the network is told the class, so that samples of one can be asked for",
  }),
  ...kindFields,
  labelDropout: z.number().min(0).max(1).default(0.1).meta({
    description:
      "Share of the examples whose class or kind is left out while training; guidance needs some",
  }),
  guidance: z.number().min(0).default(1).meta({
    description:
      "How far samples follow their class or kind, or away from a guide: 0 not at all, 1 as " +
      "learned, more beyond it (fewer sorts, truer ones)",
  }),
  leastGuidedNoise: z.number().min(0).optional().meta({
    description:
      "Noise, as a multiple of the example's part, below which a step is not guided; left " +
      "out: none is too little",
  }),
  mostGuidedNoise: z.number().positive().optional().meta({
    description:
      "The same above which a step is not guided, as far-off noise is guided to few sorts; " +
      "left out: none is too much",
  }),
  ...judgeFields,
};

type Fields = z.output<z.ZodObject<typeof denoiserFields>>;

/** Those that samples may be drawn with other values of. */
export const guidanceSettings = ["guidance", "leastGuidedNoise", "mostGuidedNoise"] as const;

/** Whether the network is told a class or a kind. */
const isTold = ({ conditional, kinds }: Pick<Fields, "conditional" | "kinds">): boolean =>
  conditional || kinds !== undefined;

/** What guidance must fulfil in a configuration: a check of its schema. */
export function guidanceFits(
  { guidance, guideShare, leastGuidedNoise, mostGuidedNoise, ...told }: Fields & {
    readonly guideShare?: number;
  },
  { addIssue }: Pick<z.RefinementCtx, "addIssue">,
): void {
  if (guidance !== 1 && !isTold(told) && guideShare === undefined) {
    const message =
      "guidance other than 1 needs a model that was trained with conditional=true, with " +
      "kinds, or with a guideShare where it has one";
    addIssue({ code: "custom", path: ["guidance"], message });
  }
  if ((leastGuidedNoise ?? 0) > (mostGuidedNoise ?? Infinity)) {
    const message = "leastGuidedNoise must be at most mostGuidedNoise";
    addIssue({ code: "custom", path: ["leastGuidedNoise"], message });
  }
}

/**
 * The network for examples of this shape: a dense one for points, a U-Net for images.
 *
 * @param outputs Numbers that it gives for each of an example's: [B, D] to [B, outputs·D].
 * @throws InputError where it is to be told classes and there are none, or kinds beside them, or images
 *   cannot be halved.
 */
export function denoiser(
  { shape, size, classes }: ExampleShape,
  { hiddenSizes, filters, attentionHeads, wholeUnits, ...fields }: Fields,
  outputs = 1,
): TimeNetwork {
  const { conditional, kinds } = fields;
  if (conditional && kinds !== undefined) {
    throw new InputError(
      `Cannot learn classes and kinds at once as model.kinds is for conditional=false: ${kinds}`,
    );
  }
  if (conditional && classes === 0) {
    throw new InputError(
      "Cannot learn classes as model.conditional needs a data set with labels: it has none",
    );
  }
  const told = isTold(fields) ? classes : 0;
  return shape.length === 3
    ? timeUnet(shape, filters, { classes: told, heads: attentionHeads, units: wholeUnits, outputs })
    : timeNetwork(size, hiddenSizes, told, outputs);
}

/** A {@linkcode denoiser} over parameters at hand. */
export type Denoiser = (x: tf.Tensor, time: tf.Tensor, labels?: tf.Tensor2D) => tf.Tensor2D;

/** The noise that leaves labels out. */
export function dropNoise(fields: Fields): NoiseSpecs {
  return isTold(fields) ? { drop: ["uniform", [1]] } : {};
}

/** The labels that a step tells its network: some rows are left out; undefined where it is told none. */
export function toldLabels(
  drawn: Drawn,
  fields: Fields,
): tf.Tensor2D | undefined {
  if (!isTold(fields)) return undefined;
  const kept = tf.cast(tf.greaterEqual(drawn.noise.drop, fields.labelDropout), "float32");
  return tf.mul(drawn.labels, kept);
}

/**
 * The guidance of a step that begins under such noise, as one of the step's numbers; none where all steps are
 * guided alike.
 *
 * @param noise Its deviation, as a multiple of the example's part.
 */
export function guidanceAt(
  noise: number,
  { guidance, leastGuidedNoise, mostGuidedNoise }: Fields,
): Readonly<Record<string, number>> {
  if (guidance === 1 || (leastGuidedNoise ?? mostGuidedNoise) === undefined) return {};
  const isGuided = noise >= (leastGuidedNoise ?? 0) && noise <= (mostGuidedNoise ?? Infinity);
  return { guidance: isGuided ? guidance : 1 };
}

/**
 * The network as samples follow it: free + guidance · (told − free), where the network is told the class
 * and is not; with a guide, a network that has learned less, what that gives stands for free.
 *
 * @param drawn With `at`, numbers of a step: its guidance may be one of them ({@linkcode guidanceAt}).
 */
export function guided(
  network: Denoiser,
  drawn: Drawn & { readonly at?: Tensors },
  fields: Fields,
  guide?: Denoiser,
): (x: tf.Tensor, time: tf.Tensor) => tf.Tensor {
  const { guidance } = fields;
  const told = unguided(network, drawn, fields);
  if (guidance === 1 || !(isTold(fields) || guide)) return told;
  const free = guide === undefined
    ? (x: tf.Tensor, time: tf.Tensor) => network(x, time, tf.zerosLike(drawn.labels))
    : unguided(guide, drawn, fields);
  return (x, time) => {
    const less = free(x, time);
    return tf.add(less, tf.mul(tf.sub(told(x, time), less), drawn.at?.guidance ?? guidance));
  };
}

/** The network as it was learned: told the class or kind where it is told one, followed no further. */
export function unguided(
  network: Denoiser,
  drawn: Drawn,
  fields: Pick<Fields, "conditional" | "kinds">,
): (x: tf.Tensor, time: tf.Tensor) => tf.Tensor {
  return isTold(fields) ? (x, time) => network(x, time, drawn.labels) : network;
}

/** Images, in [0, 1], as numbers in [−1, 1], about which noise is symmetric; points as they are. */
export function signed(x: tf.Tensor, { shape }: ExampleShape): tf.Tensor {
  return shape.length === 3 ? tf.sub(tf.mul(x, 2), 1) : x;
}

/** Back, pixels beyond [0, 1] cut off. */
export function unsigned(x: tf.Tensor, { shape }: ExampleShape): tf.Tensor {
  return shape.length === 3 ? tf.clipByValue(tf.div(tf.add(x, 1), 2), 0, 1) : tf.clone(x);
}

/** An estimate of the example: of images cut off to [−1, 1]; points as they are. */
export function inRange(example: tf.Tensor, { shape }: ExampleShape): tf.Tensor {
  return shape.length === 3 ? tf.clipByValue(example, -1, 1) : example;
}
