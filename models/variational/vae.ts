/**
 * Variational autoencoder: an encoder turns an image into a Gaussian over a latent vector, a decoder
 * turns latent vectors into images, and both are trained on a lower bound of log p(x), so that
 * decoding draws from the prior makes new images.
 *
 * Kingma & Welling, "Auto-Encoding Variational Bayes" (2013, arXiv 1312.6114): the bound of
 * equations 3 and 10, the reparameterised draw of equation 4, the KL of appendix B. β weighs the KL
 * as in Higgins et al., "β-VAE" (2017), equation 4. With more than one component the prior is a
 * learned mixture of Gaussians, as in the comparison of Tomczak & Welling, "VAE with a VampPrior"
 * (2018, arXiv 1705.07120), section 3, whose equation 6 is the KL by one draw.
 *
 * Differs from the paper: rectified units, Adam and two hidden layers; grey pixels are taken as
 * Bernoulli means, so that the bound is a loss, not a likelihood to compare with published ones.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Samples } from "../../lab/core/picture.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { outputOverRows } from "../../lab/compute/batches.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { constant, heNormal, lecunNormal, normal } from "../../lab/compute/initializers.ts";
import { mlp, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { isLabelled, type Judge, trainJudge } from "../classifiers/classifier.ts";
import { binaryCrossEntropy, maskedMean } from "../common/losses.ts";
import { inOrder, loadRows } from "../common/minibatches.ts";
import {
  exampleFields,
  ExampleTrainer,
  imageSize,
  LOSSES,
  type ModelContext,
} from "../common/model_trainer.ts";
import { addToTotals, initialTotals, takeMeans } from "../common/totals.ts";
import { recognition } from "../metrics/recognition.ts";
import { imageSheet, reconstructionSheet } from "../sheet.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: z.array(z.int().min(1)).min(1).default([256, 256]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  latentSize: z.int().min(1).default(8).meta({ description: "Length Z of the latent vector" }),
  beta: z.number().min(0).default(1).meta({
    description: "β, the weight of the KL; 1 is the bound itself (Higgins et al. 2017)",
  }),
  judge: z.boolean().default(true).meta({
    description: "Train a classifier once, where the data have classes, to recognise samples",
  }),
});

/** The fields of {@linkcode vae}. */
export type VaeConfiguration = z.output<typeof configuration>;

const mixtureConfiguration = configuration.extend({
  priorComponents: z.int().min(2).default(200).meta({
    description: "Gaussians in the mixture that is the prior",
  }),
});

/** The fields of {@linkcode vaeMixture}. */
export type VaeMixtureConfiguration = z.output<typeof mixtureConfiguration>;

/** Of either. */
type Configuration = VaeConfiguration & Partial<VaeMixtureConfiguration>;

// Losses.

/**
 * z = μ + exp(½ log σ²) ⊙ ε: a draw of q(z|x) through which gradients pass. Equation 4 with the
 * Gaussian of section 2.4.
 *
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @param noise ε ~ N(0, I), [B, Z]
 */
export function reparameterize(
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  noise: tf.Tensor,
): tf.Tensor2D {
  return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
}

/**
 * KL(N(μ, σ²) ‖ N(0, I)) = −½ Σ_j (1 + log σ_j² − μ_j² − σ_j²). Appendix B.
 *
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @returns [B], nats, ≥ 0.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * gaussianKl(tf.tensor([[0.5, -0.1]]), tf.tensor([[0.2, 0.2]])).print(); // [0.1514028]
 * ```
 */
export function gaussianKl(mean: tf.Tensor, logVariance: tf.Tensor): tf.Tensor1D {
  const terms = tf.sub(
    tf.add(tf.square(mean), tf.exp(logVariance)),
    tf.add(logVariance, 1),
  );
  return tf.mul(tf.sum(terms, 1), 0.5);
}

/**
 * log q(z|x) − log p(z) at one draw z, with p a mixture of Gaussians of equal weight: an unbiased
 * estimate of the KL. Equation 6 of Tomczak & Welling with the mixture of their section 3.
 *
 * With one component of mean 0 and variance 1 its expectation is {@linkcode gaussianKl}.
 *
 * @param latent z = {@linkcode reparameterize}(…, noise), [B, Z]
 * @param logVariance log σ² of q, [B, Z]
 * @param noise ε, [B, Z]
 * @param priorMean [K, Z]
 * @param priorLogVariance [K, Z]
 * @returns [B], nats; single draws may be negative.
 */
export function mixtureKl(
  latent: tf.Tensor,
  logVariance: tf.Tensor,
  noise: tf.Tensor,
  priorMean: tf.Tensor,
  priorLogVariance: tf.Tensor,
): tf.Tensor1D {
  // Both densities without −½ Z log 2π, which cancels.
  const posterior = tf.mul(tf.sum(tf.add(logVariance, tf.square(noise)), 1), -0.5);
  const precision = tf.exp(tf.neg(priorLogVariance));
  const scaled = tf.mul(priorMean, precision);
  const products = (a: tf.Tensor, b: tf.Tensor) =>
    tf.matMul(a as tf.Tensor2D, tf.transpose(b) as tf.Tensor2D);
  // (z − m)²/s² summed over Z, as z²·s⁻² − 2z·m s⁻² + m² s⁻²: products instead of [B, K, Z].
  const distances = tf.add(
    tf.sub(products(tf.square(latent), precision), tf.mul(products(latent, scaled), 2)),
    tf.sum(tf.add(tf.mul(priorMean, scaled), priorLogVariance), 1),
  );
  const prior = tf.sub(tf.logSumExp(tf.mul(distances, -0.5), 1), Math.log(priorMean.shape[0]));
  return tf.sub(posterior, prior);
}

// Networks.

/** Initial encoder, decoder and, for a mixture, prior: each from the stream of its name. */
function initialParameters(
  stream: (name: string) => Generator,
  pixels: number,
  { hiddenSizes, latentSize, priorComponents }: Configuration,
): NamedTensors {
  const widths = { hidden: heNormal, output: lecunNormal };
  const prior: NamedTensors = priorComponents === undefined ? {} : {
    "prior/mean": normal(stream("prior"), [priorComponents, latentSize]),
    "prior/log_variance": constant([priorComponents, latentSize], -1),
  };
  return {
    ...mlpParameters(stream("encoder"), [pixels, ...hiddenSizes, 2 * latentSize], {
      ...widths,
      prefix: "encoder",
    }),
    ...mlpParameters(stream("decoder"), [latentSize, ...hiddenSizes.toReversed(), pixels], {
      ...widths,
      prefix: "decoder",
    }),
    ...prior,
  };
}

/** μ and log σ² of q(z|x), [B, Z] each. */
function encode(parameters: Tensors, x: tf.Tensor): [mean: tf.Tensor2D, logVariance: tf.Tensor2D] {
  const [mean, logVariance] = tf.split(mlp(parameters, x, "relu", "encoder"), 2, 1);
  return [mean as tf.Tensor2D, logVariance as tf.Tensor2D];
}

/**
 * The terms of −ELBO for each image, equation 10 with one draw: reconstruction −log p(x|z) and the
 * KL to the prior, nats, [B] each; and the decoder's logits.
 */
function boundTerms(parameters: Tensors, x: tf.Tensor, noise: tf.Tensor) {
  const [mean, logVariance] = encode(parameters, x);
  const latent = reparameterize(mean, logVariance, noise);
  const logits = mlp(parameters, latent, "relu", "decoder");
  const kl = "prior/mean" in parameters
    ? mixtureKl(
      latent,
      logVariance,
      noise,
      parameters["prior/mean"],
      parameters["prior/log_variance"],
    )
    : gaussianKl(mean, logVariance);
  return { reconstruction: binaryCrossEntropy(logits, x), kl, logits };
}

/** z from the prior, [B, Z]: noise, moved and scaled by the component that `choice` falls on. */
function drawPrior(
  parameters: Tensors,
  choice: tf.Tensor | undefined,
  noise: tf.Tensor,
): tf.Tensor {
  if (choice === undefined) return noise;
  const components = parameters["prior/mean"].shape[0];
  const component = tf.cast(tf.floor(tf.mul(choice, components)), "int32") as tf.Tensor1D;
  const pick = tf.cast(tf.oneHot(component, components), "float32") as tf.Tensor2D;
  const mean = tf.matMul(pick, parameters["prior/mean"] as tf.Tensor2D);
  const logVariance = tf.matMul(pick, parameters["prior/log_variance"] as tf.Tensor2D);
  return reparameterize(mean, logVariance, noise);
}

// Programs.

/** Images a call of the evaluation and sampling programs. */
const EVALUATION_BATCH = 250;
/** Samples that the judge looks at in an evaluation. */
const JUDGED_SAMPLES = 1000;
/** Side of the grid of samples, and pairs on the sheet of reconstructions. */
const SHEET_SIDE = 10;

const EVALUATION_LOSSES = "evaluation_losses";

function compileVae(workspace: Workspace, pixels: number, configuration: Configuration) {
  const { batchSize, latentSize, beta } = configuration;
  const optimizer = adam();

  const update = workspace.compile({
    name: "vae update",
    inputs: { x: [[batchSize, pixels], "float32"], mask: [[batchSize], "float32"] },
    random: { noise: [[batchSize, latentSize], "normal"] },
    scalars: ["learningRate"],
    state: [PARAMETERS, "optimizer", LOSSES],
  }, ({ input, random, scalar, state }) => {
    const { values, gradients } = valueAndGradients((parameters) => {
      const terms = boundTerms(parameters, input.x, random.noise);
      const { reconstruction, kl } = terms;
      const mean = (values: tf.Tensor) => maskedMean(values, input.mask);
      return {
        loss: mean(tf.add(reconstruction, tf.mul(kl, beta))),
        reconstruction: mean(reconstruction),
        kl: mean(kl),
        elbo: mean(tf.neg(tf.add(reconstruction, kl))),
      };
    }, state.parameters);
    const next = optimizer.update(
      state.parameters,
      gradients,
      state.optimizer,
      scalar.learningRate,
    );
    const { loss: _, ...losses } = values;
    return {
      outputs: values,
      state: {
        parameters: next.parameters,
        optimizer: next.state,
        losses: addToTotals(state.losses, losses, tf.sum(input.mask)),
      },
    };
  });

  const measure = workspace.compile({
    name: "vae evaluation",
    inputs: { x: [[EVALUATION_BATCH, pixels], "float32"], mask: [[EVALUATION_BATCH], "float32"] },
    random: { noise: [[EVALUATION_BATCH, latentSize], "normal"] },
    state: [PARAMETERS, EVALUATION_LOSSES],
  }, ({ input, random, state }) => {
    const { reconstruction, kl, logits } = boundTerms(state.parameters, input.x, random.noise);
    const losses = {
      reconstruction: maskedMean(reconstruction, input.mask),
      kl: maskedMean(kl, input.mask),
      negative_elbo: maskedMean(tf.add(reconstruction, kl), input.mask),
    };
    const totals = addToTotals(state[EVALUATION_LOSSES], losses, tf.sum(input.mask));
    return {
      outputs: { images: tf.sigmoid(logits) },
      state: { [EVALUATION_LOSSES]: totals },
    };
  });

  const draw = workspace.compile({
    name: "vae sample",
    random: {
      ...configuration.priorComponents === undefined
        ? {}
        : { choice: [[EVALUATION_BATCH], "uniform"] as const },
      noise: [[EVALUATION_BATCH, latentSize], "normal"],
    },
    state: [PARAMETERS],
  }, ({ random, state }) => {
    const { choice } = random as { choice?: tf.Tensor };
    const latent = drawPrior(state.parameters, choice, random.noise);
    return { outputs: { images: tf.sigmoid(mlp(state.parameters, latent, "relu", "decoder")) } };
  });

  return { optimizer, update, measure, draw };
}

// The trainer.

class VaeTrainer extends ExampleTrainer {
  protected readonly parts;
  readonly #context: ModelContext<Configuration>;
  readonly #pixels: number;
  readonly #noise: Generator;
  readonly #programs;
  #judge: Promise<Judge> | undefined;

  constructor(name: string, context: ModelContext<Configuration>) {
    super(context);
    const { configuration, dataset, workspace, stream } = context;
    this.#context = context;
    this.#pixels = imageSize("a variational autoencoder", dataset);
    this.#noise = stream("noise");
    const parameters = initialParameters(stream, this.#pixels, configuration);
    this.#programs = compileVae(workspace, this.#pixels, configuration);
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", this.#programs.optimizer.initialState(parameters));
    workspace.define(LOSSES, initialTotals(["reconstruction", "kl", "elbo"]));
    workspace.define(EVALUATION_LOSSES, initialTotals(["reconstruction", "kl", "negative_elbo"]));
    this.parts = {
      name,
      workspace,
      groups: ["optimizer"],
      resumables: { minibatches: this.minibatches, noise: this.#noise },
    };
  }

  protected update(rows: Int32Array, learningRate: number): void {
    const { update } = this.#programs;
    loadRows(this.#context.dataset.train, rows, update.input.x, update.input.mask);
    update.scalar.learningRate = learningRate;
    update.run(this.#noise);
  }

  async evaluate({ random }: { random: Generator }): Promise<Report> {
    const { dataset, workspace } = this.#context;
    const { measure } = this.#programs;
    let reconstructions: Float32Array | undefined;
    for (const rows of inOrder(dataset.test.count, EVALUATION_BATCH)) {
      loadRows(dataset.test, rows, measure.input.x, measure.input.mask);
      measure.run(random);
      reconstructions ??= (await measure.read("images")).slice();
    }
    const { reconstruction, kl, negative_elbo } = await takeMeans(workspace, EVALUATION_LOSSES);
    const samples = await this.sample({ random, count: JUDGED_SAMPLES });
    const metrics: Metrics = {
      "evaluation/reconstruction": reconstruction,
      "evaluation/kl": kl,
      "evaluation/negative_elbo": negative_elbo,
      ...await this.#recognise(samples.values),
    };
    const shape = dataset.shape as [number, number, number];
    const shown = samples.values.subarray(0, SHEET_SIDE ** 2 * this.#pixels);
    const pairs = Math.min(dataset.test.count, SHEET_SIDE) * this.#pixels;
    return {
      metrics,
      artifacts: [
        { name: "samples", raster: imageSheet(shown, shape, SHEET_SIDE) },
        {
          name: "reconstructions",
          raster: reconstructionSheet(
            dataset.test.values.subarray(0, pairs),
            reconstructions!.subarray(0, pairs),
            shape,
          ),
        },
      ],
    };
  }

  async sample(
    { random, count }: { random: Generator; count: number },
  ): Promise<Samples & { kind: "images" }> {
    const { draw } = this.#programs;
    const values = await outputOverRows(draw, "images", {
      count,
      batch: EVALUATION_BATCH,
      random,
    });
    const shape = this.#context.dataset.shape as [number, number, number];
    return { kind: "images", count, shape, values };
  }

  /**
   * What the judge says of samples. It is trained at the first evaluation, from a stream of its own:
   * the same in a run that was resumed.
   */
  async #recognise(values: Float32Array): Promise<Metrics> {
    const { configuration, dataset, workspace, stream } = this.#context;
    if (!configuration.judge || !isLabelled(dataset)) return {};
    this.#judge ??= trainJudge(workspace, dataset, stream);
    const { accuracy, probabilities } = await this.#judge;
    const { recognised, classShares } = recognition(await probabilities(values), dataset.classes!);
    return {
      "evaluation/recognised": recognised,
      "evaluation/class_share_min": Math.min(...classShares),
      "evaluation/judge_accuracy": accuracy,
    };
  }
}

/** The variational autoencoder as an entry of the registry. */
export const vae: ModelDefinition<VaeConfiguration> = {
  name: "vae",
  summary: "Variational autoencoder: a decoder that draws images from a prior",
  budgetUnit: "examples",
  bestBy: { metric: "evaluation/negative_elbo", goal: "minimize" },
  configuration,
  create: (context) => Promise.resolve(new VaeTrainer("vae", context)),
};

/** The variational autoencoder with a learned prior as an entry of the registry. */
export const vaeMixture: ModelDefinition<VaeMixtureConfiguration> = {
  ...vae,
  name: "vae-mixture",
  summary: "Variational autoencoder whose prior is a learned mixture of Gaussians",
  configuration: mixtureConfiguration,
  create: (context) => Promise.resolve(new VaeTrainer("vae-mixture", context)),
};
