/**
 * GPT: a transformer that gives the probability of each token from those before it. Tokens are the
 * characters of a text, or squares of pixels of black and white images.
 *
 * Radford et al., "Improving Language Understanding by Generative Pre-Training" (2018), equations 1
 * and 2, and "Language Models are Unsupervised Multitask Learners" (2019), section 2.3; over pixels
 * Chen et al., "Generative Pretraining from Pixels" (2020), equations 1 and 2.
 *
 * Differs from the papers: characters in place of byte pairs, one more token that stands before the
 * first, rotary positions beside learned ones, no dropout.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { count } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { byLikelihood, knownLikelihood, ownLikelihood } from "../likelihood.ts";
import type { ExampleShape, Look } from "../model.ts";
import type { Network } from "../networks.ts";
import { imagesOfTokens, patchTokens, tokensOfImages } from "./patches.ts";
import { samplerFields, tokenSampler } from "./token_sampler.ts";
import { type NextToken, sequenceNats, tokenLikelihood } from "./tokens.ts";
import {
  logitsOf,
  memorySize,
  nextLogits,
  type Transformer,
  transformerParameters,
} from "./transformer.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...judgeFields,
  batchSize: count(1).default(32).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  learningRate: z.number().positive().default(3e-3).meta({
    description: "Adam's step size at the start",
  }),
  width: count(2, 1024).default(64).meta({ description: "D, features of a token; an even number" }),
  layers: count(1, 24).default(2).meta({ description: "Blocks of attention and perceptron" }),
  heads: count(1, 64).default(4).meta({ description: "Of each attention; width / heads is even" }),
  positions: z.enum(["learned", "rotary"]).default("rotary").meta({
    description: "Where a token stands: a learned row added to it, or queries and keys that turn",
  }),
  patch: count(1, 3).default(2).meta({
    description: "Side of the square of pixels that is a token of an image; divides its side",
    unit: "pixels",
  }),
  maximumGradientNorm: z.number().positive().default(1).meta({
    description: "Longer gradients are scaled down to this norm",
  }),
  ...samplerFields,
});

type Configuration = z.output<typeof configuration>;

/**
 * The transformer over the tokens of such examples.
 *
 * @throws InputError for images that are not square, not grey or not cut evenly, or uneven heads.
 */
export function transformerOf(
  { shape, tokens }: Pick<ExampleShape, "shape" | "tokens">,
  { patch, width, layers, heads, positions }: Configuration,
): Transformer {
  if (width % (2 * heads) !== 0) {
    throw new InputError(
      `Cannot train gpt as model.width must be a multiple of twice model.heads, ${
        2 * heads
      }: ${width}`,
    );
  }
  const network = { width, layers, heads, positions };
  if (tokens > 0) return { tokens, length: shape[0], ...network };
  const [side, across, channels] = shape;
  if (side !== across || channels !== 1 || side % patch !== 0) {
    throw new InputError(
      `Cannot train gpt as images must be square and grey, and model.patch must divide their side, ` +
        `${patch}: [${shape.join(", ")}]`,
    );
  }
  return { tokens: patchTokens({ patch }), length: (side / patch) * (side / patch), ...network };
}

/** A transformer over the tokens of examples, its parameters at hand. */
export interface TokenModel extends NextToken {
  /** Tokens [B, T] of examples. */
  tokensOf(x: tf.Tensor): tf.Tensor;
  /** Examples of tokens [B, T]. */
  examplesOf(tokens: tf.Tensor): tf.Tensor;
  /** See {@linkcode logitsOf}. */
  logits(tokens: tf.Tensor): tf.Tensor;
}

const sizesOf = (transformer: Transformer) => ({
  length: transformer.length,
  memory: memorySize(transformer),
});

/** The transformer over such examples as a network. */
export function tokenNetwork(
  shape: Pick<ExampleShape, "shape" | "tokens">,
  configuration: Configuration,
): Network<[], TokenModel> {
  const transformer = transformerOf(shape, configuration);
  const cut = { side: shape.shape[0], patch: configuration.patch };
  const isText = shape.tokens > 0;
  return {
    initial: (random) => transformerParameters(random, transformer),
    apply: (parameters) => ({
      tokens: transformer.tokens,
      ...sizesOf(transformer),
      tokensOf: (x) => isText ? x : tokensOfImages(x, cut),
      examplesOf: (tokens) => isText ? tokens : imagesOfTokens(tokens, cut),
      logits: (tokens) => logitsOf(parameters, tokens, transformer),
      next: (...given) => nextLogits(parameters, ...given, transformer),
    }),
  };
}

// The likelihood.

/**
 * What the data's own distribution gets on the test split, where it is known, and by how much more the
 * model's nats are, as a share of it.
 */
function besideTheKnown({ dataset, measured }: Look): Metrics {
  const own = ownLikelihood(dataset);
  const least = own["ceiling/negative_log_likelihood"];
  if (least === undefined) return {};
  const nats = measured["evaluation/negative_log_likelihood"];
  return { ...own, "evaluation/over_entropy": nats / least - 1 };
}

// The model.

/** What the model learns. */
type TokenNetworks = { transformer: Network<[], TokenModel> };

const likelihood = knownLikelihood<TokenNetworks, Configuration>(({ transformer }, { x }) => {
  const model = transformer();
  const tokens = model.tokensOf(x);
  return tf.neg(sequenceNats(model.logits(tokens), tokens));
});

/** A transformer over text or black and white images. */
export const gpt = defineModel({
  name: "gpt",
  summary: "Transformer that draws text, or images, token by token",
  takes: { examples: ["text", "images"], values: "binary" },
  configuration,
  budget: "examples",
  bestBy: byLikelihood,
  networks: (shape, configuration) => ({ transformer: tokenNetwork(shape, configuration) }),
  steps: [{
    name: "likelihood",
    maximumGradientNorm: ({ maximumGradientNorm }) => maximumGradientNorm,
    loss: ({ transformer }, { x }) => {
      const model = transformer();
      const tokens = model.tokensOf(x);
      return tokenLikelihood(model.logits(tokens), tokens);
    },
  }],
  ...likelihood,
  ...tokenSampler<TokenNetworks, Configuration>(
    ({ transformer }) => transformer(),
    (shape, configuration) => sizesOf(transformerOf(shape, configuration)),
  ),
  metrics: (look) => Promise.resolve(besideTheKnown(look)),
});
