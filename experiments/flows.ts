/**
 * Flows and diffusion: noise is carried to data.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** Eight Gaussians on a circle to two half circles, each minibatch coupled by optimal transport. */
const ringToMoons = defineExperiment({
  name: "ring-moons-optimal-transport",
  summary: "Flow matching from eight Gaussians to two half circles, by optimal transport",
  tunedOn: 1,
  expectedSeconds: 40,
  dataset: { name: "two-moons" },
  model: { name: "flow-matching", source: "ring", coupling: "optimal-transport" },
  budget: 1_280_000,
  evaluation: { every: 640_000 },
});

/** What those of drawn digits share: fifty passes, most of them by a small U-Net. */
const digits = {
  tunedOn: 1,
  expectedSeconds: 480,
  dataset: { name: "glyphs" },
  budget: 500_000,
  evaluation: { every: 250_000 },
} as const;
const unet = { batchSize: 32, samplerSteps: 10, averageRampUp: true } as const;
/** Narrower filters, and all places seen at once. */
const whole = { filters: [12, 40], wholeUnits: 512 };
/** Noises under which strokes become one digit or another, none far beyond. */
const strokes = {
  ...{ ...unet, ...whole, name: "edm" },
  ...{ noiseMean: 0.4, noiseDeviation: 1, leastNoise: 0.02, mostNoise: 20 },
} as const;

/** Guidance without labels, by kinds, where noise hides which digit it is and not that it is one. */
const kinds = { kinds: 256, guidance: 3, leastGuidedNoise: 0.7, mostGuidedNoise: 8 };

/** Models of points: what one does, its budget, and how long that takes. */
const models = {
  "flow-matching": ["Flow matching from noise to", 1_500_000, 30],
  diffusion: ["Denoising diffusion of", 1_500_000, 15],
  "spline-flow": ["Flow of rational-quadratic splines:", 1_500_000, 15],
  "continuous-flow": ["Continuous flow (FFJORD):", 300_000, 50],
  nice: ["Flow of additive couplings (NICE):", 1_500_000, 20],
  "real-nvp": ["Flow of affine couplings (RealNVP):", 1_500_000, 10],
  glow: ["Flow of affine couplings between rotations (Glow):", 1_500_000, 25],
  maf: ["Masked autoregressive flow:", 1_500_000, 25],
} as const;

/** Data sets of points by the word that names of experiments begin with; those of a few models. */
const few = ["flow-matching", "diffusion", "spline-flow", "continuous-flow"] as const;
const planes = {
  moons: ["two-moons", "two half circles", Object.keys(models) as (keyof typeof models)[]],
  checkerboard: ["checkerboard", "the dark squares of a board", few],
  pinwheel: ["pinwheel", "five bent arms", few],
  "swiss-roll": ["swiss-roll", "a spiral", few],
} as const;

/** Budgets, and how long they take, where a model needs more than its usual one: edges are learned slowly. */
const own: Readonly<Record<string, readonly [budget: number, expectedSeconds: number]>> = {
  "checkerboard-continuous-flow": [2_400_000, 400],
};

/** A model on points, evaluated three times. */
function onPlane(plane: keyof typeof planes, model: keyof typeof models): ModelExperiment {
  const name = `${plane}-${model}`;
  const [dataset, points] = planes[plane];
  const [what, ...usual] = models[model];
  const [budget, expectedSeconds] = own[name] ?? usual;
  return defineExperiment({
    name,
    summary: `${what} ${points}`,
    tunedOn: 1,
    expectedSeconds,
    dataset: { name: dataset },
    model: { name: model },
    budget,
    evaluation: { every: budget / 3 },
  });
}

/** Flows and diffusion of points, and of drawn digits. */
export const flowExperiments: readonly ModelExperiment[] = [
  ...(Object.keys(planes) as (keyof typeof planes)[])
    .flatMap((plane) => planes[plane][2].map((model) => onPlane(plane, model))),
  defineExperiment({
    name: "moons-score-matching",
    summary: "The score of two half circles under noise, followed by Langevin's steps",
    tunedOn: 1,
    expectedSeconds: 20,
    dataset: { name: "two-moons" },
    model: { name: "score-matching" },
    budget: 1_500_000,
    evaluation: { every: 500_000 },
  }),
  defineExperiment({
    name: "moons-consistency",
    summary: "Two half circles in one step from noise, by consistency training",
    tunedOn: 1,
    expectedSeconds: 45,
    dataset: { name: "two-moons" },
    model: { name: "consistency", leastNoise: 0.02, mostNoise: 10 },
    budget: 1_500_000,
    evaluation: { every: 500_000 },
  }),
  defineExperiment({
    name: "moons-rectified-flow",
    summary: "Two half circles by a flow that is learned again from its own pairs",
    tunedOn: 1,
    expectedSeconds: 80,
    dataset: { name: "two-moons" },
    model: { name: "rectified-flow" },
    budget: 1_500_000,
    evaluation: { every: 750_000 },
  }),
  ringToMoons,
  defineExperiment({
    ...ringToMoons,
    name: "ring-moons-flow-matching",
    summary: "The same with independent pairs",
    expectedSeconds: 15,
    model: { name: "flow-matching", source: "ring" },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-flow-matching",
    summary: "Flow matching from noise to drawn digits, guided by kinds without labels",
    model: {
      ...unet,
      ...whole,
      ...kinds,
      name: "flow-matching",
      solver: "heun",
      noiseShift: 2,
    },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-diffusion",
    summary: "Denoising diffusion of drawn digits, guided by kinds without labels",
    model: { ...unet, ...whole, name: "diffusion", solver: "heun", noiseShift: 2, ...kinds },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-edm",
    summary: "EDM of drawn digits, guided by kinds without labels",
    expectedSeconds: 600,
    model: { ...strokes, samplerSteps: 16, ...kinds, guidance: 2.5 },
  }),
  ...Object.entries({ "real-nvp": "RealNVP", glow: "Glow" }).map(([model, title]) =>
    defineExperiment({
      ...digits,
      name: `glyphs-${model}-quick`,
      summary: `A short run of ${title} at two scales on drawn digits`,
      tunedOn: 3,
      expectedSeconds: 300,
      model: { name: `${model}-images` },
      budget: 100_000,
      evaluation: { every: 50_000 },
    })
  ),
  defineExperiment({
    ...digits,
    name: "glyphs-consistency",
    summary: "Drawn digits in one step from noise, by consistency training",
    tunedOn: 0,
    expectedSeconds: 640,
    model: { name: "consistency", batchSize: 64 },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-guided",
    summary: "EDM of drawn digits that is told the class and guided by it",
    model: { ...strokes, conditional: true, guidance: 1.5 },
  }),
];
