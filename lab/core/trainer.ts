/**
 * The trainer contract: what the runner drives, reinforcement learning and generative models
 * alike.
 *
 * @module
 */
import type { Generator } from "./random.ts";
import type { LabEvent, Metrics, Progress } from "./metrics.ts";
import type { Artifact, Samples } from "./picture.ts";
import type { Json, Snapshot } from "./snapshot.ts";

/** The unit in which a trainer's budget is counted; what each is called: see `budget.ts`. */
export type BudgetUnit = "environmentSteps" | "gradientSteps" | "examples";

/** What one iteration or one evaluation reports. */
export interface Report {
  /** Values by name. */
  readonly metrics: Metrics;
  /** Series that have no value yet. */
  readonly pending?: readonly string[];
  /** What is worth telling beside them. */
  readonly events?: readonly LabEvent[];
  /** Pictures to keep. */
  readonly artifacts?: readonly Artifact[];
}

/** What an agent is given beside the observation that it acts on. */
export interface ActOptions {
  /** Whether it is an episode's first, which a policy with memory has to know; true by default. */
  readonly started?: boolean;
  /** The environment's action mask, for agents that mask; left out: every action is allowed. */
  readonly actionMask?: ArrayLike<number>;
  /** What the action is drawn from the policy with; left out: it is the best one. */
  readonly random?: Generator;
}

/** How a trainer is measured. */
export interface EvaluationContext {
  /** Where all randomness comes from. */
  readonly random: Generator;
  /** Agents: whole episodes; default 100. */
  readonly episodes?: number;
  /** Agents: actions are drawn from the policy, in place of its best ones; default false. */
  readonly stochastic?: boolean;
}

/** What goes into a policy file beside what acting needs. */
export interface PolicyFileOptions {
  /** The critic, where the agent has one: `Policy.value` is then known. Default false. */
  readonly withValue?: boolean;
}

/** Configuration fields of a model by name, as samples are to be drawn with them. */
export type SamplingSettings = Readonly<Record<string, Json>>;

/** Log-likelihoods of examples. */
export interface LogLikelihoods {
  /** log p(x) of each, in nats: of densities where the examples are no bits. */
  readonly each: Float64Array;
  /** Draws for each by which it is estimated, from below; 0: it is exact, but for `solverSteps`. */
  readonly draws: number;
  /** Steps of a solver that it is taken along; absent: none. */
  readonly solverSteps?: number;
  /** Whether it is of black and white pixels, drawn once with the greys as probabilities. */
  readonly binarized?: boolean;
  /**
   * Whether it is no likelihood: greys count as probabilities of bits, whose cross-entropy stands where
   * log p(x) would. It is comparable with that of the same model alone.
   */
  readonly crossEntropy?: boolean;
}

/** A function of rows: `RowStep` of `lab/compute/row_step.ts`, which knows tensors. */
export interface NamedStep {
  /** What it computes: `policy`, `encode`, …. */
  readonly name: string;
  /** What its inputs and outputs mean, by key. */
  readonly about?: Readonly<Record<string, string>>;
}

/** Trains one agent or model on one world or data set, with one seed. */
export interface Trainer {
  /** Where training stands. */
  readonly progress: Readonly<Progress>;
  /** How far training goes. */
  readonly budget: { readonly unit: BudgetUnit; readonly total: number };
  /** Why the same seed does not give the same bits again; absent where it does. */
  readonly irreproducible?: string;
  /**
   * Looks at itself before training begins, where a user defined it.
   *
   * @throws InputError where a part of it is missing or gives what it must not.
   */
  requireWhole?(): void;
  /**
   * One rollout and its updates, or one part of an epoch. Raises `progress.iterations`, and what the
   * budget counts: not in every iteration, but within a hundred. Its metrics are none of
   * `evaluation/`, `validation/` and `score/`, which evaluations alone write.
   */
  iterate(): Promise<Report>;
  /**
   * Measures without touching training.
   *
   * @throws InputError where actions are to be drawn from a policy that has no probabilities.
   */
  evaluate(context: EvaluationContext): Promise<Report>;
  /** Everything that resume needs; all but what is `lent` is copied. */
  snapshot(): Promise<Snapshot>;
  /**
   * Goes on from a snapshot of the same configuration, to the same bits.
   *
   * @throws InputError where it is another trainer's, or names or shapes of tensors differ.
   */
  restore(snapshot: Snapshot): Promise<void>;
  /**
   * Takes over what another run had measured beside its weights: moments of observations and rewards.
   *
   * @throws InputError where that run measured what this one does not, or the other way round.
   */
  inherit?(snapshot: Snapshot): void;
  /**
   * Agents: the greedy action for one observation of the environment; a random one of an agent that
   * has no greedy policy.
   *
   * @throws InputError where the observation does not lie in the observation space, or the mask does
   * not fit the actions.
   */
  act?(observation: unknown, options?: ActOptions): Promise<unknown>;
  /**
   * Agents: the greedy policy as the bytes of a file that `loadPolicy` opens. `about` is free text
   * by key, kept with it.
   */
  exportPolicy?(
    about?: Readonly<Record<string, string>>,
    options?: PolicyFileOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Models that can be drawn from: `count` samples, where the model has labels of the class `label`, or of
   * one for each; left out, of all classes in turn; `settings` are other values of configuration fields that no
   * weight hangs on, as a sampler's steps; all begin with `prompt`, where it is a model of text.
   *
   * @throws InputError for a label, a setting or a prompt that the model does not have.
   */
  sample?(context: {
    random: Generator;
    count: number;
    label?: number | ArrayLike<number>;
    settings?: SamplingSettings;
    prompt?: string;
  }): Promise<Samples>;
  /**
   * Models whose samples can begin with an example: examples `values` [count, D] drawn anew from what is
   * left of them under noise. `strength` in (0, 1] is the share of the sampler's steps that are taken
   * (default 1: nothing is left); where `kept` [count, D] is 1 numbers stay as they are, where it is 0
   * they are drawn to fit.
   *
   * @throws InputError for a strength, a label or a setting that cannot be.
   */
  edit?(context: {
    random: Generator;
    values: Float32Array;
    kept?: Float32Array;
    strength?: number;
    label?: number;
    settings?: SamplingSettings;
  }): Promise<Samples>;
  /** Models with codes: [count, Z] of examples [count, D], with labels [count] where it has them. */
  encode?(values: Float32Array, labels?: ArrayLike<number>): Promise<Float32Array>;
  /** Models with codes: examples [count, D] of codes [count, Z]. */
  decode?(codes: Float32Array, count: number, labels?: ArrayLike<number>): Promise<Float32Array>;
  /**
   * Models whose code holds all of an example: what comes back of one differs from it by rounding and by
   * a solver's error alone, whatever the model has learned. Absent: it does not.
   */
  readonly invertible?: boolean;
  /** Models of pairs: the partners [count, P] that they make of examples [count, D]. */
  translate?(values: Float32Array, labels?: ArrayLike<number>): Promise<Float32Array>;
  /** Models that classify: probabilities [count, classes] of examples [count, D]. */
  classify?(values: Float32Array): Promise<Float32Array>;
  /** Models that score: one number for each of the examples [count, D]. */
  score?(values: Float32Array, labels?: ArrayLike<number>): Promise<Float32Array>;
  /**
   * Models with a likelihood: log p(x) of examples [count, D], where it is not known estimated with
   * so many draws for each; 0: as many as the model usually takes.
   */
  logLikelihood?(
    values: Float32Array,
    options: {
      readonly draws: number;
      readonly random: Generator;
      readonly labels?: ArrayLike<number>;
    },
  ): Promise<LogLikelihoods>;
  /**
   * Models: the weights and all that it can be asked for as the bytes of a file that `loadModel`
   * opens. `about` is free text by key, kept with it.
   *
   * @throws InputError for a function that cannot be compiled.
   */
  exportModel?(about?: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * What its networks compute row by row (`policy`; `encode`, `decode`, …), to be written in a
   * format of others. Samples that are drawn in steps are none of them.
   */
  rowSteps?(): Promise<readonly NamedStep[]>;
  /** Frees what the trainer holds. */
  dispose(): void;
}
