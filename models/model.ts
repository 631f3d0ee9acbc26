/**
 * The contract of models: what one is called, what it takes, its networks, its gradient steps, and
 * what it can be asked for. Everything else (minibatches, optimizers, moving averages, evaluation,
 * samples, sheets of pictures, the judge, checkpoints) follows from that.
 *
 * Examples are rows: `x` is [B, D], where D is the product of the data set's shape (H·W·C of an
 * image). Functions get the networks as functions, a context of tensors, and the configuration. They
 * are pure TensorFlow.js with static shapes, and are compiled.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type * as z from "zod";
import type { Dataset, DataTakes } from "../lab/core/dataset.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { SamplingSettings, Trainer } from "../lab/core/trainer.ts";
import type { Optimizer } from "../lab/compute/optimizers.ts";
import type { Schedule } from "../lab/compute/schedules.ts";
import type { Distribution, Tensors } from "../lab/compute/workspace.ts";
import type { SharedFields } from "./fields.ts";
import type { Applied, Networks } from "./networks.ts";

/** One example, for networks to be sized by. */
export interface ExampleShape {
  /** [H, W, C] of an image, [D] of a point, [T] of a text. */
  readonly shape: readonly number[];
  /** D: the product of `shape`. */
  readonly size: number;
  /** Whether all values are 0 or 1. */
  readonly binary: boolean;
  /** Kinds where the examples are sorted into some; else classes where the data set has labels, else 0. */
  readonly classes: number;
  /** Characters of text, a token each, else 0. */
  readonly tokens: number;
  /** Length of what each example is paired with, else 0. */
  readonly partnerSize: number;
  /** Of what each example is paired with, as `shape`; absent where it is with nothing. */
  readonly partnerShape?: readonly number[];
}

/**
 * Noise by name: its distribution and its shape. The shape is that of one example, so that [B, …] is
 * drawn; with `"batch"` it is drawn once for all of them.
 */
export type NoiseSpecs = Readonly<
  Record<string, readonly [distribution: Distribution, shape: readonly number[], per?: "batch"]>
>;

/** What a draw of examples depends on. */
export interface Drawn {
  /** Of one example. */
  readonly shape: ExampleShape;
  /** B. */
  readonly rows: number;
  /** By the names of the noise that is declared for it, [B, …] each. */
  readonly noise: Tensors;
  /**
   * [B, classes], one-hot, of a class or kind; zero in rows without one.
   *
   * @throws InputError (on reading) where the model declares no labels or the data have none.
   */
  readonly labels: tf.Tensor2D;
  /** Of `sample`, where the model is `prompted` and draws text: tokens that it is to begin with, [B, T],
   * −1 in places that are free. */
  readonly prompt?: tf.Tensor2D;
  /** The model's state beside its networks, by the names that `keeps` gives it. */
  readonly kept: Tensors;
}

/** Examples of a data set, and noise. */
export interface Batch extends Drawn {
  /** [B, D]. */
  readonly x: tf.Tensor2D;
  /** [B], 1 where an example is there, 0 in an epoch's last places: for statistics of the batch. */
  readonly mask: tf.Tensor1D;
  /** Of a step: the share of the budget that is spent, 0 … 1, for weights that change with it. */
  readonly spent: tf.Scalar;
  /** N: training examples in all. */
  readonly examples: number;
  /**
   * What each example is paired with, [B, P].
   *
   * @throws InputError (on reading) where the model declares no partners.
   */
  readonly partners: tf.Tensor2D;
}

/** Codes to make examples from, [B, Z]. */
export interface Codes extends Drawn {
  /** [B, Z]. */
  readonly codes: tf.Tensor2D;
}

/** A function of networks and tensors. */
export type Of<N extends Networks, Context, C, Result> = (
  networks: Applied<N>,
  context: Context,
  configuration: C,
) => Result;

/**
 * Loss terms by name: [B] for one value an example, which are averaged over the examples that are
 * there, or a scalar for what is no mean over examples (a penalty).
 */
export type Terms = Readonly<Record<string, tf.Tensor>>;

/** What a step descends, and beside it what it reports and keeps. */
export type Losses =
  & Readonly<Record<string, tf.Tensor | Tensors>>
  & {
    /** [B] or a scalar. */
    readonly loss: tf.Tensor;
    /** The next tensors of the model's state, all of them; every other entry is one of {@linkcode
     * Terms}. */
    readonly kept?: Tensors;
  };

/** Puts each row of a noise to an example of the minibatch. */
export interface Coupling {
  /** The noise's name. */
  readonly noise: string;
  /** Reorders the rows of `noise` [B, …] in place for the examples x [B, D]. */
  arrange(noise: Float32Array, x: Float32Array, dimensions: number): void;
}

/** A gradient step. */
export interface ModelStep<N extends Networks, C> {
  /** Names its program, its optimizer's state, and its loss where it reports no other term. */
  readonly name: string;
  /** Networks that it changes, all others being constants to it; left out: every one. */
  readonly changes?: readonly (keyof N & string)[];
  /** Times a round; default 1. */
  repeat?(configuration: C): number;
  /**
   * `next`: it takes a minibatch each time (default); `same`: that of the step before it; `none`: it
   * sees no examples.
   */
  readonly examples?: "next" | "same" | "none";
  /** The part of the budget, from … to below, in which it is taken; an empty one: it is not even compiled;
   * left out: all of it. */
  during?(configuration: C): readonly [from: number, to: number];
  /** Its noise, in the order in which it is drawn; left out: the model's. */
  noise?(shape: ExampleShape, configuration: C): NoiseSpecs;
  /** How rows of one of its noises are put to the examples of a minibatch; left out: as they fall. */
  couple?(configuration: C): Coupling | undefined;
  /** Its step size by progress; left out: the model's. */
  schedule?(configuration: C): Schedule;
  /** Longer gradients are scaled down to this global norm; left out: they are not. */
  maximumGradientNorm?(configuration: C): number | undefined;
  /** What becomes of the changed networks' parameters, by full name, after each step; left out: they
   * stay as the step leaves them. */
  constrain?(parameters: Tensors, configuration: C): Tensors;
  /** What it descends. */
  readonly loss?: Of<N, Batch, C, Losses>;
  /**
   * In place of `loss`: the direction that it descends, by network and parameter, for learning rules
   * that are the gradient of nothing (contrastive divergence); and the terms to report.
   */
  readonly gradients?: Of<N, Batch, C, {
    readonly gradients: Readonly<Record<string, Tensors>>;
    readonly terms: Terms;
    readonly kept?: Tensors;
  }>;
}

/** Making examples by many small steps from a first draw: diffusion, Langevin, autoregression. */
export interface Sampler<N extends Networks, C> {
  /** T: steps from the first draw to an example. */
  steps(shape: ExampleShape, configuration: C): number;
  /** Numbers of step k of 0 … T − 1, by name. The names are those of step 0. */
  at?(step: number, shape: ExampleShape, configuration: C): Readonly<Record<string, number>>;
  /** Length of x, where it is not that of an example. */
  size?(shape: ExampleShape, configuration: C): number;
  /** Noise of a step; left out: none. */
  noise?(shape: ExampleShape, configuration: C): NoiseSpecs;
  /** The next x, of the shape of the one given; `at` holds the step's numbers. */
  readonly step: Of<N, Drawn & { readonly x: tf.Tensor2D; readonly at: Tensors }, C, tf.Tensor>;
  /**
   * Examples x [B, D] as they are before step k, whose numbers `at` holds: under the noise of `sample`.
   * By it samples begin with a picture, or keep to parts of one; left out: they cannot.
   */
  readonly noised?: Of<N, Drawn & { readonly x: tf.Tensor2D; readonly at: Tensors }, C, tf.Tensor>;
  /** Examples [B, D] from the last x; left out: they are it. */
  readonly finish?: Of<N, Drawn & { readonly x: tf.Tensor2D }, C, tf.Tensor>;
}

/** Where samples go from each place, at moments on their way from noise to examples. */
export interface Field<N extends Networks, C> {
  /** The number of a moment that it is told by: `time`; `sigma`, the deviation of noise. */
  readonly by: string;
  /** Numbers of its moments, in the order in which samples pass them; left out: the sampler's steps. */
  moments?(configuration: C): readonly Readonly<Record<string, number>>[];
  /** [B, D] at each of x [B, D]: where samples go from there, but for noise that is drawn. */
  readonly direction: Of<
    N,
    Drawn & { readonly x: tf.Tensor2D; readonly at: Tensors },
    C,
    tf.Tensor
  >;
}

/** A place of a {@linkcode Flow}, and the numbers by which the field is taken there. */
export type FlowPlace = Readonly<Record<string, number>> & {
  /** τ */
  readonly place: number;
};

/** A flow dx/dτ = v(x, τ) from examples to N(0, s²I), along which log p(x) is known. */
export interface Flow<N extends Networks, C> {
  /** Places, two at least, in the order in which examples pass them. */
  places(configuration: C): readonly FlowPlace[];
  /** v: of x [B, D] and the numbers of a place, [B, D]. */
  readonly field: Of<N, Drawn, C, (x: tf.Tensor, at: Tensors) => tf.Tensor>;
  /** s; left out: 1. */
  deviation?(configuration: C): number;
  /** What an example is multiplied by where it enters the flow; left out: 1. */
  scale?(configuration: C): number;
}

/** What a model's own metrics are made of. */
export interface Look {
  /** The samples that were drawn for the evaluation; absent where the model draws none. */
  readonly samples?: Samples;
  /** What is learned from. */
  readonly dataset: Dataset;
  /** What the evaluation has measured so far, by full name. */
  readonly measured: Metrics;
  /** More samples, drawn with other values of sampling fields; absent where the model draws none. */
  draw?(count: number, settings: SamplingSettings): Promise<Samples>;
  /** The mean of the model's `score` over examples [count, D]; absent where it has none. */
  meanScore?(values: Float32Array): Promise<number>;
  /** Codes [count, Z] of examples [count, D]; absent where the model has none. */
  readonly encode?: Trainer["encode"];
  /** The estimate that the model's `logWeights` allow; absent where it has none. */
  readonly logLikelihood?: LogLikelihood;
  /** Draws for what is estimated. */
  readonly random: Generator;
  /** The share of the budget that is spent, 0 … 1. */
  readonly spent: number;
}

/**
 * The mean of log p(x) over examples [count, D], in nats; where it is not exact, estimated from below
 * by importance sampling with so many draws for each: log of the mean weight. Equation 8 of Burda et al.
 * (2016, arXiv 1509.00519).
 */
export type LogLikelihood = (
  values: Float32Array,
  options: { readonly draws: number; readonly random: Generator; labels?: ArrayLike<number> },
) => Promise<number>;

/** A term that is not reported, as it is of others: whether they say anything. */
export interface Doubt {
  readonly term: string;
  /** The others. */
  readonly about: readonly string[];
  /** Why they say nothing, for people; undefined where they hold. */
  why(value: number): string | undefined;
}

/** A model as its file says it. */
export interface Model<C extends SharedFields, N extends Networks> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** A run on any other data set is refused before training. */
  readonly takes: DataTakes;
  /** Strict zod object; every field has `.default` and `.meta({ description, unit? })`. */
  readonly configuration: z.ZodType<C>;
  /** Whether it looks at labels under a configuration; left out: wherever it takes them. */
  looksAtLabels?(configuration: C): boolean;
  /** What a budget counts: examples seen, or gradient steps, each of `steps` one. */
  readonly budget: "examples" | "gradientSteps";
  /** The evaluated series by which a checkpoint is called best; undefined: none is. */
  readonly bestBy?: { readonly metric: string; readonly goal: "maximize" | "minimize" };
  /** The share of the budget before which that series has no value, as what it is measured by is still
   * learned; left out: it always has one. */
  bestFrom?(configuration: C): number;
  /** Each is drawn from the run's stream of its name. */
  networks(shape: ExampleShape, configuration: C): N;
  /** Noise of steps, of `evaluate` and of `sample` that declare none of their own. */
  noise?(shape: ExampleShape, configuration: C): NoiseSpecs;
  /**
   * Tensors that steps read and replace beside the networks: a codebook's counts, a pool, moments;
   * nothing where it keeps none. What is random is drawn from the run's streams.
   */
  keeps?(
    shape: ExampleShape,
    configuration: C,
    stream: (name: string) => Generator,
  ): NamedTensors | undefined;
  /** Left out: Adam (Kingma & Ba 2015, arXiv 1412.6980) with its authors' settings. */
  optimizer?(configuration: C): Optimizer;
  /** The step size by progress; left out: half a cosine wave from `learningRate` down to
   * `finalLearningRate`. */
  schedule?(configuration: C): Schedule;
  /** A round: each step in order. */
  readonly steps: readonly ModelStep<N, C>[];
  /** Networks whose moving average θ̄ ← d·θ̄ + (1 − d)·θ, d the configuration's `averageDecay`, is what
   * everything but the steps sees, where there are such networks under a configuration. */
  readonly average?: readonly (keyof N & string)[];
  /** Terms of each test example, [B], whose means are reported under `evaluation/`; a scalar is of all
   * B rows, those without an example too. */
  readonly evaluate?: Of<N, Batch, C, Terms>;
  /** What one of these terms says against others, which are left out of a report where it does. */
  readonly doubt?: Doubt;
  /** Codes [B, Z] of examples: their means where they are random. */
  readonly encode?: Of<N, Batch, C, tf.Tensor>;
  /** Whether a code holds all of an example, however strange it is; left out: it does not. */
  readonly invertible?: boolean;
  /** Examples [B, D] of codes. */
  readonly decode?: Of<N, Codes, C, tf.Tensor>;
  /** Examples [B, D] drawn from the model; with a `sampler`, the first draw. */
  readonly sample?: Of<N, Drawn, C, tf.Tensor>;
  /** Whether `sample` sees a prompt where it draws text. */
  readonly prompted?: boolean;
  /** Noise of `sample`; left out: the model's. */
  sampleNoise?(shape: ExampleShape, configuration: C): NoiseSpecs;
  /** Steps from the first draw on. */
  readonly sampler?: Sampler<N, C>;
  /** The field that these steps follow. */
  readonly field?: Field<N, C>;
  /** What examples become as their partners, [B, P]. */
  readonly translate?: Of<N, Batch, C, tf.Tensor>;
  /** Class probabilities [B, classes] of examples. */
  readonly classify?: Of<N, Batch, C, tf.Tensor>;
  /** One number an example, [B]: what a critic says of it, its energy, its log-likelihood. */
  readonly score?: Of<N, Batch, C, tf.Tensor>;
  /** Whether an example's score is its own under a configuration; where it hangs on the rest of its batch
   * the model offers none. Left out: it always is. */
  scoresAlone?(configuration: C): boolean;
  /** Fields of the configuration that samples may be drawn with other values of, as no weight hangs on
   * them: a sampler's steps. */
  readonly samplingFields?: readonly (keyof C & string)[];
  /**
   * What log p(x) is known by, the log of the mean weight: log p(x, z) − log q(z|x) of K draws z of q
   * for each example, [B, K], in nats. Without noise it is exact: log p(x) itself, [B, 1].
   */
  readonly logWeights?: Of<N, Batch, C, tf.Tensor>;
  /** Whether they are known of such examples under a configuration: sums over all states of few units are.
   * Left out: they always are. */
  weighs?(shape: ExampleShape, configuration: C): boolean;
  /** In place of `logWeights`: of points exactly, of images by probes, log p(x) is taken along it. */
  readonly flow?: Flow<N, C>;
  /** Steps of a solver that `logWeights` are taken along, which they are exact but for; left out: none. */
  solverSteps?(configuration: C): number;
  /** Draws for each example where no number is asked for; left out: 100. */
  weightDraws?(configuration: C): number;
  /** Whether its likelihood is of black and white pixels: greys are drawn so before `logWeights` sees
   * them, once, by the data set's seed; left out: examples are weighed as they are. */
  binarizes?(configuration: C): boolean;
  /** Whether its likelihood is one of bits, so that of greys which are not drawn black and white it is a
   * cross-entropy and no likelihood; left out: it is one of whatever the model takes. */
  weighsBits?(configuration: C): boolean;
  /** Noise of `logWeights`; left out or empty: none. */
  weightNoise?(shape: ExampleShape, configuration: C): NoiseSpecs;
  /** Metrics of its own, by full name, from the samples of an evaluation. */
  metrics?(look: Look, configuration: C): Promise<Metrics>;
}
