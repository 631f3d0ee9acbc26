/**
 * The game of a generator and a discriminator (Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1)
 * with everything that may be set about it: the loss, how often and how fast each learns, what makes
 * the discriminator's task harder. A model says its networks and its defaults.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { adam, type Optimizer } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Applied } from "../networks.ts";
import type { Batch, Drawn, ExampleShape, Model, NoiseSpecs } from "../model.ts";
import { keptOf, type Sequential } from "../sequential.ts";
import { augmentation } from "./augmentation.ts";
import { checkSmoothing, type GameConfiguration } from "./fields.ts";
import { type AdversarialLoss, adversarialLosses, scoreTerms } from "./losses.ts";
import { featureDistance, withInstanceNoise } from "./regularizers.ts";

/** The two that play. */
export interface Players {
  readonly generator: Sequential;
  readonly discriminator: Sequential;
}

/** The networks of a game: those that play, and what is done to all that the discriminator sees. */
type GameNetworks = Record<keyof Players, Sequential> & {
  readonly augment: ReturnType<typeof augmentation>;
};

/** Everything of a model but its name, what it takes, and its fields. */
export type Game<C extends GameConfiguration> = Omit<
  Model<C, GameNetworks>,
  "name" | "summary" | "takes" | "configuration"
>;

/** What a game may have beside its networks. */
export interface Rules<C> {
  /** Who is told the class, by one-hot labels at the end of its rows; left out: nobody. Both are told of
   * the kinds that examples are sorted into. */
  readonly told?: "both" | "generator";
  /** What enters the generator, without labels, and the noise that it is made of; left out: normal
   * noise of `latentSize`. */
  readonly latent?: {
    noise(configuration: C): NoiseSpecs;
    of(noise: Tensors, configuration: C): tf.Tensor;
  };
  /**
   * Where the discriminator's outputs are more than a score, which is the first of them: terms that
   * both add to their losses, by name.
   *
   * @param outputs [B, 1 + …]
   */
  auxiliary?(
    outputs: tf.Tensor,
    of: "real" | "generated",
    batch: Batch,
    configuration: C,
  ): Readonly<Record<string, tf.Tensor>>;
  /** Left out: Adam with β₁ of the configuration. */
  optimizer?(configuration: C): Optimizer;
  /** What becomes of the discriminator's parameters after each of its steps. */
  constrain?(parameters: Tensors, configuration: C): Tensors;
  /** Beside the noise of every game, that of `penalties`. */
  readonly penaltyNoise?: NoiseSpecs;
  /**
   * What is added to the discriminator's loss, by name: weights are in it already.
   *
   * @param discriminate D, of rows of examples.
   */
  penalties?(
    discriminate: (x: tf.Tensor) => tf.Tensor,
    real: tf.Tensor,
    generated: tf.Tensor,
    batch: Batch,
    configuration: C,
  ): Readonly<Record<string, tf.Tensor>>;
}

/** A game of two networks. */
export function game<C extends GameConfiguration>(
  players: (shape: ExampleShape, configuration: C) => Players,
  { told, latent, auxiliary, optimizer, constrain, penaltyNoise, penalties }: Rules<C> = {},
): Game<C> {
  const labelled = (drawn: Drawn, x: tf.Tensor) => tf.concat([x, drawn.labels], 1);
  const toldUnder = ({ kinds }: C) => kinds === undefined ? told : "both";
  /** What enters the generator. */
  const coded = (drawn: Drawn, codes: tf.Tensor, c: C) =>
    toldUnder(c) === undefined ? codes : labelled(drawn, codes);
  const drawnCodes = (drawn: Drawn, c: C) =>
    coded(drawn, latent?.of(drawn.noise, c) ?? drawn.noise.noise, c);
  const codeNoise = (c: C): NoiseSpecs => latent?.noise(c) ?? { noise: ["normal", [c.latentSize]] };
  /** What enters the discriminator. */
  const shown = (drawn: Drawn, x: tf.Tensor, c: C) =>
    toldUnder(c) === "both" ? labelled(drawn, x) : x;
  /** The same of a step: augmented, under noise, each of its own. */
  const disturbed = (
    { augment }: Pick<Applied<GameNetworks>, "augment">,
    batch: Batch,
    x: tf.Tensor,
    of: "real" | "generated",
    c: C,
  ) => {
    const { noise, spent } = batch;
    const { augmentation, instanceNoise } = c;
    const moved = augmentation === 0 ? x : augment(x, noise[`${of}_places`]);
    const noised = instanceNoise === 0
      ? moved
      : withInstanceNoise(moved, noise[`${of}_noise`], spent, instanceNoise);
    return shown(batch, noised, c);
  };
  const stepNoise = ({ size }: ExampleShape, c: C): NoiseSpecs => ({
    ...codeNoise(c),
    ...c.instanceNoise > 0 && {
      ...{ real_noise: ["normal", [size]], generated_noise: ["normal", [size]] },
    },
    ...c.augmentation > 0 && {
      ...{ real_places: ["uniform", [4]], generated_places: ["uniform", [4]] },
    },
  });
  const scoreOf = (outputs: tf.Tensor) =>
    auxiliary === undefined ? outputs : tf.slice(outputs, [0, 0], [-1, 1]);
  const rulesOf = ({ loss }: C): AdversarialLoss => adversarialLosses[loss];
  return {
    budget: "gradientSteps",
    bestBy: { metric: "validation/energy_distance", goal: "minimize" },
    networks: (shape, c) => {
      checkSmoothing(c);
      const augment = augmentation(shape.shape, c.augmentation);
      return { ...players(shape, c), augment };
    },
    keeps: (shape, c, stream) => keptOf({ ...players(shape, c) }, stream),
    noise: (_, c) => codeNoise(c),
    optimizer: optimizer ?? (({ beta1 }) => adam({ beta1 })),
    schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
    steps: [
      {
        name: "discriminator",
        changes: ["discriminator"],
        repeat: ({ discriminatorSteps }) => discriminatorSteps,
        noise: (shape, c) => ({ ...stepNoise(shape, c), ...penaltyNoise }),
        constrain,
        schedule: ({ learningRate, finalLearningRate, discriminatorRate }) =>
          linear(learningRate * discriminatorRate, finalLearningRate * discriminatorRate),
        loss: (nets, batch, c) => {
          const { generator, discriminator } = nets;
          const made = generator(drawnCodes(batch, c), batch.kept, true);
          const real = discriminator(disturbed(nets, batch, batch.x, "real", c), made.kept, true);
          const fake = disturbed(nets, batch, made.outputs, "generated", c);
          const generated = discriminator(fake, real.kept, true);
          const rules = rulesOf(c);
          const scores = [scoreOf(real.outputs), scoreOf(generated.outputs)] as const;
          const value = rules.discriminator(...scores, 1 - c.smoothing);
          const score = (x: tf.Tensor) =>
            scoreOf(discriminator(shown(batch, x, c), made.kept).outputs);
          const added = {
            ...auxiliary?.(real.outputs, "real", batch, c),
            ...auxiliary?.(generated.outputs, "generated", batch, c),
            ...penalties?.(score, batch.x, made.outputs, batch, c),
          };
          return {
            loss: tf.addN([value, ...Object.values(added)]),
            discriminator: value,
            ...scoreTerms(rules, ...scores),
            ...added,
            ...keptIn(generated.kept),
          };
        },
      },
      {
        name: "generator",
        changes: ["generator"],
        examples: "same",
        noise: stepNoise,
        loss: (nets, batch, c) => {
          const { generator, discriminator } = nets;
          const made = generator(drawnCodes(batch, c), batch.kept, true);
          const fake = disturbed(nets, batch, made.outputs, "generated", c);
          const generated = discriminator(fake, made.kept, true);
          const rules = rulesOf(c);
          const real = rules.relativistic || c.featureMatching > 0
            ? discriminator(disturbed(nets, batch, batch.x, "real", c), made.kept, true)
            : undefined;
          const value = rules.generator(scoreOf(generated.outputs), real && scoreOf(real.outputs));
          const helped = Object.values(auxiliary?.(generated.outputs, "generated", batch, c) ?? {});
          if (c.featureMatching === 0) {
            return { loss: tf.addN([value, ...helped]), generator: value, ...keptIn(made.kept) };
          }
          const feature_distance = featureDistance(real!.features, generated.features);
          return {
            loss: tf.addN([value, ...helped, tf.mul(feature_distance, c.featureMatching)]),
            ...{ generator: value, feature_distance },
            ...keptIn(made.kept),
          };
        },
      },
    ],
    average: ["generator"],
    sample: ({ generator }, drawn, c) => generator(drawnCodes(drawn, c), drawn.kept).outputs,
    decode: ({ generator }, drawn, c) =>
      generator(coded(drawn, drawn.codes, c), drawn.kept).outputs,
    score: ({ discriminator }, batch, c) =>
      tf.squeeze(scoreOf(discriminator(shown(batch, batch.x, c), batch.kept).outputs), [1]),
    scoresAlone: ({ minibatchDeviation }) => !minibatchDeviation,
  };
}

/** The next state of a step, where there is any. */
function keptIn(kept: Tensors): { readonly kept?: Tensors } {
  return Object.keys(kept).length === 0 ? {} : { kept };
}
