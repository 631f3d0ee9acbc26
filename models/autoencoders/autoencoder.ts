/**
 * Dense autoencoder: an encoder presses an image into a short code, a decoder makes the image from
 * the code again, and what the code cannot hold is lost. It compresses; it is no model of the data
 * to draw new images from.
 *
 * Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks" (Science 313,
 * 2006): the sizes shrink towards the code and grow again, and the loss is the cross-entropy between
 * pixels and their reconstructions (supporting material). With linear layers and squared error it
 * finds the subspace of the principal components (Baldi & Hornik, Neural Networks 2, 1989).
 *
 * Differs from the paper: rectified units and Adam from random weights, in place of logistic units
 * after layer-wise pretraining.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import type { Report } from "../../lab/core/trainer.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { heNormal, lecunNormal } from "../../lab/compute/initializers.ts";
import { activationNames, activations, mlp, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { binaryCrossEntropy, maskedMean, squaredError } from "../common/losses.ts";
import { inOrder, loadRows } from "../common/minibatches.ts";
import {
  exampleFields,
  ExampleTrainer,
  imageSize,
  LOSSES,
  type ModelContext,
} from "../common/model_trainer.ts";
import { addToTotals, initialTotals, takeMeans } from "../common/totals.ts";
import { reconstructionSheet } from "../sheet.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: z.array(z.int().min(1)).default([128, 64]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  codeSize: z.int().min(1).default(32).meta({ description: "Length of the code" }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers and of the code",
  }),
  loss: z.enum(["bce", "mse"]).default("bce").meta({
    description: "bce: cross-entropy of sigmoid outputs; mse: squared error of linear outputs",
  }),
});

/** The fields of {@linkcode autoencoder}. */
export type AutoencoderConfiguration = z.output<typeof configuration>;

// Losses: `binaryCrossEntropy` and `squaredError` of common/losses.ts, summed over pixels.

// Networks.

type Outputs = { readonly loss: tf.Tensor1D; readonly images: tf.Tensor };

/** The loss of each image, [B], and the reconstructions, [B, D]. */
function reconstruct(
  parameters: Tensors,
  x: tf.Tensor,
  { activation, loss }: AutoencoderConfiguration,
): Outputs {
  const code = activations[activation](mlp(parameters, x, activation, "encoder"));
  const outputs = mlp(parameters, code, activation, "decoder");
  return loss === "bce"
    ? { loss: binaryCrossEntropy(outputs, x), images: tf.sigmoid(outputs) }
    : { loss: squaredError(outputs, x), images: outputs };
}

// Programs.

/** Images a call of the evaluation program. */
const EVALUATION_BATCH = 250;
/** Pairs on the sheet of reconstructions. */
const SHEET_PAIRS = 10;

const EVALUATION_LOSSES = "evaluation_losses";

function compileAutoencoder(
  workspace: Workspace,
  pixels: number,
  configuration: AutoencoderConfiguration,
) {
  const { batchSize } = configuration;
  const optimizer = adam();

  const update = workspace.compile({
    name: "autoencoder update",
    inputs: { x: [[batchSize, pixels], "float32"], mask: [[batchSize], "float32"] },
    scalars: ["learningRate"],
    state: [PARAMETERS, "optimizer", LOSSES],
  }, ({ input, scalar, state }) => {
    const { values, gradients } = valueAndGradients((parameters) => {
      const { loss } = reconstruct(parameters, input.x, configuration);
      return { loss: maskedMean(loss, input.mask) };
    }, state.parameters);
    const next = optimizer.update(
      state.parameters,
      gradients,
      state.optimizer,
      scalar.learningRate,
    );
    const losses = { reconstruction: values.loss };
    return {
      outputs: losses,
      state: {
        parameters: next.parameters,
        optimizer: next.state,
        losses: addToTotals(state.losses, losses, tf.sum(input.mask)),
      },
    };
  });

  const measure = workspace.compile({
    name: "autoencoder evaluation",
    inputs: { x: [[EVALUATION_BATCH, pixels], "float32"], mask: [[EVALUATION_BATCH], "float32"] },
    state: [PARAMETERS, EVALUATION_LOSSES],
  }, ({ input, state }) => {
    const { loss, images } = reconstruct(state.parameters, input.x, configuration);
    const losses = {
      reconstruction: maskedMean(loss, input.mask),
      mean_squared_error: maskedMean(
        tf.div(squaredError(images, input.x), pixels),
        input.mask,
      ),
    };
    const totals = addToTotals(state[EVALUATION_LOSSES], losses, tf.sum(input.mask));
    return { outputs: { images }, state: { [EVALUATION_LOSSES]: totals } };
  });

  return { optimizer, update, measure };
}

// The trainer.

class AutoencoderTrainer extends ExampleTrainer {
  protected readonly parts;
  readonly #context: ModelContext<AutoencoderConfiguration>;
  readonly #pixels: number;
  readonly #programs;

  constructor(context: ModelContext<AutoencoderConfiguration>) {
    super(context);
    const { configuration, dataset, workspace, stream } = context;
    const { hiddenSizes, codeSize } = configuration;
    this.#context = context;
    this.#pixels = imageSize("an autoencoder", dataset);
    this.#programs = compileAutoencoder(workspace, this.#pixels, configuration);
    const widths = { hidden: heNormal, output: lecunNormal };
    const parameters = {
      ...mlpParameters(stream("encoder"), [this.#pixels, ...hiddenSizes, codeSize], {
        ...widths,
        prefix: "encoder",
      }),
      ...mlpParameters(stream("decoder"), [codeSize, ...hiddenSizes.toReversed(), this.#pixels], {
        ...widths,
        prefix: "decoder",
      }),
    };
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", this.#programs.optimizer.initialState(parameters));
    workspace.define(LOSSES, initialTotals(["reconstruction"]));
    workspace.define(EVALUATION_LOSSES, initialTotals(["reconstruction", "mean_squared_error"]));
    this.parts = {
      name: "autoencoder",
      workspace,
      groups: ["optimizer"],
      resumables: { minibatches: this.minibatches },
    };
  }

  protected update(rows: Int32Array, learningRate: number): void {
    const { update } = this.#programs;
    loadRows(this.#context.dataset.train, rows, update.input.x, update.input.mask);
    update.scalar.learningRate = learningRate;
    update.run();
  }

  async evaluate(): Promise<Report> {
    const { dataset, workspace } = this.#context;
    const { measure } = this.#programs;
    let reconstructions: Float32Array | undefined;
    for (const rows of inOrder(dataset.test.count, EVALUATION_BATCH)) {
      loadRows(dataset.test, rows, measure.input.x, measure.input.mask);
      measure.run();
      reconstructions ??= (await measure.read("images")).slice();
    }
    const means = await takeMeans(workspace, EVALUATION_LOSSES);
    const shown = Math.min(dataset.test.count, SHEET_PAIRS) * this.#pixels;
    const raster = reconstructionSheet(
      dataset.test.values.subarray(0, shown),
      reconstructions!.subarray(0, shown),
      dataset.shape as [number, number, number],
    );
    return {
      metrics: Object.fromEntries(
        Object.entries(means).map(([name, mean]) => [`evaluation/${name}`, mean]),
      ),
      artifacts: [{ name: "reconstructions", raster }],
    };
  }
}

/** The autoencoder as an entry of the registry. */
export const autoencoder: ModelDefinition<AutoencoderConfiguration> = {
  name: "autoencoder",
  summary: "Dense autoencoder: images through a narrow code and back",
  budgetUnit: "examples",
  bestBy: { metric: "evaluation/reconstruction", goal: "minimize" },
  configuration,
  create: (context) => Promise.resolve(new AutoencoderTrainer(context)),
};
