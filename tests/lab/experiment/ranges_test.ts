/**
 * What the numbers of every agent, model, data set and world may be. A range is by what a number means,
 * whoever has it: a deviation or a step size is never 0, a share lies between 0 and 1.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type * as z from "zod";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { registries } from "../../../registries.ts";

/** Ranges with their fields; `NAME.FIELD` where one has another range than its namesakes. */
const fieldsByRange: Readonly<Record<string, string>> = {
  "0.000001 … 1000000": "deviation leastNoise mostNoise noiseShift",
  "0 … 0.5": "augmentation flips",
  "0 … 1": `
    anomalies discriminatorShare epsilon explorationFinal explorationInitial fickleProbability
    frozenProbability gaeLambda gamma importanceExponent labelDropout lambda learningRateFinal
    likelihoodShare monte-carlo.learningRate pretraining priorityExponent rainyProbability
    renewed rewardRate shapingDiscount slip stochasticity successRate vtraceLambda warmUp`,
  "0 … 2": "variation",
  "0.01 … 100": "gpt.temperature seqgan.temperature",
  "> 0, < 0.5": "text.test text.validation",
  "> 0, < 1": `
    activity arrays.test betaEnd betaStart featureShare firstRound image-pairs.test
    images.test level lower`,
  "> 0, < 2": "score-matching.stepSize",
  "> 0, ≤ 1": `
    double-q-learning.learningRate dyna-q.learningRate expected-sarsa.learningRate
    explorationFraction growing guideShare n-step-sarsa.learningRate q-lambda.learningRate
    q-learning.learningRate sarsa-lambda.learningRate sarsa.learningRate targetRate`,
  "> 0": `
    adamEpsilon adversarialRate bound clip clipC clipRange clipRho discriminatorRate
    initialDeviation learningRate leastPriority maximumGradientNorm mostGuidedNoise
    noiseDeviation noiseInterval optimizerEpsilon priorDeviation
    rewardDeviation spectralNorm stepSize tolerance`,
  "1 … 1000": "curvature",
  "any": `
    g goalReward goalRewards goalVelocity initialLogStd initialValue means noiseMean pitReward
    stepCost targetEntropy`,
  "whole 0 … 1000000": "labelledBatch planningUpdates quantiles",
  "whole 0 … 1000000000": "episodeLimit learningStarts noiseEvery",
  "whole 0 … 16": "boltzmann-machine.hiddenUnits",
  "whole 0 … 4294967295": "seed",
  "whole 0 … 64": "blocks",
  "whole 0 … 9": "leftOut",
  "whole 1 … 100": "gibbsSteps",
  "whole 1 … 1000": `
    ContextualBandit-v0.arms contexts continuous couplingSteps depth dimensions draws every
    langevinSteps solverSteps trainingSteps updates`,
  "whole 1 … 10000": "MemoryCorridor-v0.length arms delay history n-step-sarsa.rewardSteps",
  "whole 1 … 100000": "sampleSteps",
  "whole 1 … 1000000": `
    batchSize batchesPerIteration chunkSize criticSteps discriminatorSteps epochs
    evaluationDraws finalDraws frames.test frames.train frames.validation
    gradientStepsPerTrain hopfield.sampleSteps labelled likelihoodImages policyDelay
    rewardSteps rolloutLength roundsPerIteration sequenceLength`,
  "whole 1 … 1000000000":
    "bufferSize buffered levelSteps levels samplerSteps targetUpdateEvery trainEvery",
  "whole 1 … 1024": "features stride",
  "whole 1 … 1048576": "firstLevels lastLevels",
  "whole 1 … 16": "frames scales",
  "whole 1 … 20": "windowRadius",
  "whole 1 … 24": "gpt.layers",
  "whole 1 … 256": "hiddenSize",
  "whole 1 … 3": "patch",
  "whole 1 … 4096": "wholeUnits",
  "whole 1 … 6": "colors",
  "whole 1 … 64": "attentionHeads ensemble heads layers noiseRatio rollOuts shift",
  "whole 1 … 65536": `
    actors channels codeSize embeddingSize environments hiddenUnits latentSize recurrentSize
    seqgan.features topSize width workers`,
  "whole 10 … 1000000": "test train validation",
  "whole 2 … 100": "mapSize members",
  "whole 2 … 1000": "actions categories symbols",
  "whole 2 … 10000": "patterns",
  "whole 2 … 1000000": `
    acgan.batchSize cgan.batchSize dcgan.batchSize flow-matching.batchSize gan.batchSize
    infogan.batchSize lsgan.batchSize minibatchSize progressive-gan.batchSize r3gan.batchSize
    seqgan.batchSize sn-gan.batchSize wgan-gp-images.batchSize wgan-gp.batchSize
    wgan.batchSize`,
  "whole 2 … 1000000000": "score-matching.levels",
  "whole 2 … 1024": "gpt.width",
  "whole 2 … 12": "bits",
  "whole 2 … 256": "kinds oracle.length tokens",
  "whole 2 … 4096": "units",
  "whole 2 … 500": "bins",
  "whole 2 … 65536": "codes priorComponents",
  "whole 2 … 8": "bars-and-stripes.side",
  "whole 20 … 1000000":
    "sentences.test sentences.train sentences.validation sine.test sine.train sine.validation",
  "whole 4 … 1024": "length",
  "whole 4 … 256": "side toSide",
  "whole 8 … 1000000": `
    checkerboard.test checkerboard.train checkerboard.validation circles.test circles.train
    circles.validation grid-25.test grid-25.train grid-25.validation pinwheel.test
    pinwheel.train pinwheel.validation ring-8.test ring-8.train ring-8.validation
    swiss-roll.test swiss-roll.train swiss-roll.validation two-moons.test two-moons.train
    two-moons.validation`,
  "whole 8 … 256": "frames.side size",
  "whole each -100 … 100": "wind",
  "whole each 1 … 65536":
    "discriminatorSizes filters hiddenSizes layerSizes machines stageFilters topHiddenSizes",
  "whole ≥ 0": "armSeed mapSeed",
  "whole ≥ 1": "timeLimit",
  "≥ 0, < 0.5": "smoothing",
  "≥ 0, < 1": "averageDecay beta1 decay pixelShare rmspropDecay",
  "≥ 0": `
    adversarial alpha beta beta-tcvae.gamma categoryWeight classWeight commitment confidence
    continuousWeight cycle distance drift entropyCoefficient factor-vae.gamma featureMatching
    finalLearningRate flow-matching.deviation freeBits guidance identity instanceNoise
    klCoefficient leastGuidedNoise noise noiseScale noiseStd noiseTheta penalty restartBelow targetDivergence
    targetKl targetNoiseClip targetNoiseStd temperature torqueNoiseMax valueCoefficient weight`,
  "≥ 0.1, < 1": "crop",
};

const ranges = new Map(
  Object.entries(fieldsByRange).flatMap(([range, fields]) =>
    fields.trim().split(/\s+/).map((field) => [field, range] as const)
  ),
);

const schemas: (readonly [name: string, schema: z.ZodType])[] = [
  ...registries.environments.flatMap(({ id, configuration }) =>
    configuration === undefined ? [] : [[id, configuration] as const]
  ),
];
for (const registry of ["agents", "models", "datasets"] as const) {
  for (const entry of registries[registry]) {
    schemas.push([entry.name, (await entry.load()).configuration]);
  }
}

const rangeOf = ({ type, range = "any" }: { type: string; range?: string }) =>
  `${type.startsWith("integer") ? "whole " : ""}${range}`;

Deno.test("every number has the range that its name has elsewhere, or one that is written here", () => {
  const met = new Set<string>();
  for (const [name, schema] of schemas) {
    for (const field of fieldsOf(schema, "").filter(({ type }) => /number|integer/.test(type))) {
      const own = `${name}.${field.path}`;
      const key = ranges.has(own) ? own : field.path;
      met.add(key);
      strictEqual(rangeOf(field), ranges.get(key), `${own} has another range than stands above`);
    }
  }
  deepStrictEqual([...ranges.keys()].filter((key) => !met.has(key)), [], "nobody has");
});

Deno.test("what is resolved is accepted again: every default is a value that may be given", () => {
  for (const [name, schema] of schemas) {
    const { success, data } = schema.safeParse({});
    // What is read from files has no default for them.
    if (!success) continue;
    const again = schema.safeParse(data);
    ok(again.success, `${name}: ${again.error?.message}`);
    deepStrictEqual(again.data, data, name);
  }
});
