/**
 * Autoregressive models of black and white digits, 50,000 of them as in binarised MNIST.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** A model of all those digits, and a short run of it on a fifth of them. */
function onDigits(
  name: string,
  summary: string,
  fields: object,
  [long, quick]: readonly [
    readonly [budget: number, seconds: number],
    readonly [budget: number, seconds: number],
  ],
): ModelExperiment[] {
  const of = (suffix: string, summary: string, train: number, [budget, seconds]: typeof long) =>
    defineExperiment({
      name: `glyphs-${name}${suffix}`,
      summary,
      expectedSeconds: seconds,
      dataset: { name: "glyphs-binarized", train },
      model: { name, batchSize: 100, ...fields },
      budget,
      evaluation: { every: budget / 2 },
      tunedOn: 1,
    });
  return [
    of("", `${summary} on black and white digits`, 50_000, long),
    of("-quick", `A short run of the ${name} on black and white digits`, 10_000, quick),
  ];
}

/** From the simplest to the best likelihood. */
export const autoregressiveExperiments: readonly ModelExperiment[] = [
  ...onDigits("fvsbn", "Logistic regressions of each pixel on those before", {}, [
    [500_000, 60],
    [50_000, 15],
  ]),
  ...onDigits("nade", "Neural autoregressive estimator", { hiddenUnits: 128 }, [
    [500_000, 600],
    [30_000, 60],
  ]),
  ...onDigits("made", "Masked autoencoder", { hiddenSizes: [512] }, [
    [500_000, 100],
    [50_000, 20],
  ]),
  ...onDigits("pixelcnn", "Gated PixelCNN", { batchSize: 50 }, [
    [60_000, 400],
    [10_000, 80],
  ]),
  ...onDigits("conditional-pixelcnn", "Gated PixelCNN that is told the class,", { batchSize: 50 }, [
    [60_000, 400],
    [10_000, 80],
  ]),
];
