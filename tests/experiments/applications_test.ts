/** The applications, each on little data for a moment: what they measure is there, and is sound. */
import { deepStrictEqual, match, ok } from "node:assert";
import { applicationExperiments } from "../../experiments/applications.ts";
import { train } from "../../lab/experiment/train.ts";
import { registries } from "../../registries.ts";

/** Measures of each application that is measured by callbacks. */
const expected: Readonly<Record<string, readonly string[]>> = {
  "glyphs-pca": ["error", "error_ratio", "principal_error"],
  "sine-anomalies": [
    "auroc",
    "average_precision",
    "threshold",
    "threshold_precision",
    "threshold_recall",
  ],
  "glyphs-anomalies": [
    "auroc",
    "average_precision",
    "threshold",
    "threshold_precision",
    "threshold_recall",
  ],
  "glyphs-denoising": ["psnr", "psnr_gain", "psnr_noisy", "ssim", "ssim_noisy"],
  "glyphs-few-labels": ["accuracy", "accuracy_gain", "pixels_accuracy"],
  "glyphs-transfer": ["accuracy", "accuracy_gain", "pixels_accuracy"],
  "glyphs-clusters": ["pixels_purity", "pixels_silhouette", "purity", "silhouette"],
};

/** Those that are parts of a whole. */
const isShare = (measure: string) => /(auroc|precision|recall|accuracy|purity)$/.test(measure);

/** What makes each model small. */
const small: Readonly<Record<string, object>> = {
  autoencoder: { codeSize: 3, batchSize: 10 },
  "denoising-autoencoder": { hiddenSizes: [12], codeSize: 4, batchSize: 10 },
  "sequence-autoencoder": { recurrentSize: 4, codeSize: 3, batchSize: 20 },
};

const measured = applicationExperiments
  .filter(({ name, callbacks }) => callbacks !== undefined && name !== "glyphs-early-stopping");

Deno.test("every application that callbacks measure stands here", () => {
  deepStrictEqual(measured.map(({ name }) => name).sort(), Object.keys(expected).sort());
});

for (const definition of measured) {
  const { name, dataset, model } = definition as unknown as Record<string, { name: string }> & {
    name: string;
  };
  Deno.test(`${name} reports what it is measured by`, async () => {
    const { metrics, dispose } = await train({
      ...definition,
      dataset: {
        ...dataset,
        ...{ train: 120, validation: 40, test: 60 },
        ...name.startsWith("glyphs") && { side: 14 },
      },
      model: { ...model, ...small[model.name] },
      budget: 40,
      evaluation: { every: 40 },
    }, { registries });
    dispose();
    const own = Object.entries(metrics).filter(([metric]) => metric.startsWith("application/"));
    deepStrictEqual(own.map(([metric]) => metric.slice(12)).sort(), expected[name]);
    for (const [metric, value] of own) {
      ok(Number.isFinite(value), `${metric}: ${value}`);
      if (isShare(metric)) ok(value >= 0 && value <= 1, `${metric}: ${value}`);
    }
    if (name === "glyphs-pca") ok(metrics["application/error_ratio"] >= 1);
    if (name === "glyphs-denoising") ok(metrics["application/ssim_noisy"] < 1);
  });
}

Deno.test("early stopping ends the run when the validation error rises, and says so", async () => {
  const definition = applicationExperiments.find(({ name }) => name === "glyphs-early-stopping")!;
  const { onEvaluation, state } = definition.callbacks!;
  const kept = state!();
  const seen = async (error: number) => {
    const metrics = { "validation/reconstruction": error };
    // deno-lint-ignore no-explicit-any
    return (await onEvaluation!({ metrics, state: kept } as any) as { stop?: string }).stop;
  };
  for (const error of [5, 4, 4.5, 4.4, 3, 3.5, 3.4, 3.3, 3.2]) {
    deepStrictEqual(await seen(error), undefined);
  }
  match((await seen(3.1))!, /has not fallen in 5 evaluations: 3$/);
});
