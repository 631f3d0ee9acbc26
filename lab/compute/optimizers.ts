/**
 * Optimizers as pure tensor updates with declared state. State is named by slot and parameter
 * (`firstMoment/policy/0/kernel`); there is nothing hidden, no position and no clock: a bias
 * correction is itself a scalar of the state.
 *
 * Rules and defaults are those of the papers. g is the gradient, η the learning rate, θ the
 * parameters, all operations elementwise.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { power } from "../core/elementary.ts";
import { checkNames, InputError } from "../core/errors.ts";
import { show } from "../core/plain.ts";
import { type NamedTensors, zeros } from "../core/tensor_data.ts";
import { constant } from "./initializers.ts";
import type { Tensors } from "./workspace.ts";

/** A rule that turns gradients into new parameters. */
export interface Optimizer {
  /** As configurations name it. */
  readonly name: string;
  /** The state before the first update. */
  initialState(parameters: NamedTensors): NamedTensors;
  /**
   * One update. Pure: nothing given changes. Call it inside a step or `tf.tidy`.
   *
   * @throws InputError for a parameter (named) without gradient or state.
   */
  update(
    parameters: Tensors,
    gradients: Tensors,
    state: Tensors,
    learningRate: tf.Scalar,
  ): { parameters: Tensors; state: Tensors };
}

/** A rule for one parameter. */
interface Rule<Slot extends string, Counter extends string, Constant extends string> {
  readonly name: string;
  /** Tensors kept beside each parameter. */
  readonly slots: readonly Slot[];
  /** What fills them at the start; left out: 0. */
  readonly initial?: number;
  /**
   * Scalars of the state, 0 at the start. A number is a decay β: the average of 1 with it,
   * c ← βc + (1 − β), which after update t is 1 − βᵗ, with the same float32 rounding of β as in the
   * average that it corrects. A function gives the next value from the previous one and from those
   * before it in the list as they are next.
   */
  readonly corrections?: {
    readonly [K in Counter]:
      | number
      | ((previous: tf.Tensor, next: { readonly [K in Counter]: tf.Scalar }) => tf.Tensor);
  };
  /** What all parameters share in one update, made once. */
  constants(learningRate: tf.Scalar, corrections: { [K in Counter]: tf.Scalar }): {
    [K in Constant]: tf.Scalar;
  };
  /** The decrease of the parameter, θ ← θ − decrease, and its next slots. */
  step(
    gradient: tf.Tensor,
    slots: { [K in Slot]: tf.Tensor },
    constants: { [K in Constant]: tf.Scalar },
  ): { decrease: tf.Tensor; slots: { [K in Slot]: tf.Tensor } };
}

function optimizer<Slot extends string, Counter extends string, Constant extends string>(
  rule: Rule<Slot, Counter, Constant>,
): Optimizer {
  const counters = Object.entries(rule.corrections ?? {}) as [
    Counter,
    NonNullable<typeof rule.corrections>[Counter],
  ][];
  return {
    name: rule.name,
    initialState(parameters) {
      const state: NamedTensors = {};
      for (const [counter] of counters) state[counter] = zeros([], "float32");
      for (const slot of rule.slots) {
        for (const [name, { shape }] of Object.entries(parameters)) {
          state[`${slot}/${name}`] = constant(shape, rule.initial ?? 0);
        }
      }
      return state;
    },
    update(parameters, gradients, state, learningRate) {
      const nextState: Tensors = {};
      for (const [counter, rule] of counters) {
        const previous = required(state, counter);
        nextState[counter] = typeof rule === "number"
          ? tf.add(tf.mul(previous, rule), 1 - rule)
          : rule(previous, nextState as { [K in Counter]: tf.Scalar });
      }
      const constants = rule.constants(
        learningRate,
        nextState as { [K in Counter]: tf.Scalar },
      );
      const nextParameters: Tensors = {};
      for (const [name, parameter] of Object.entries(parameters)) {
        const slots = {} as { [K in Slot]: tf.Tensor };
        for (const slot of rule.slots) slots[slot] = required(state, `${slot}/${name}`);
        const next = rule.step(required(gradients, name), slots, constants);
        nextParameters[name] = tf.sub(parameter, next.decrease);
        for (const slot of rule.slots) nextState[`${slot}/${name}`] = normal(next.slots[slot]);
      }
      return { parameters: nextParameters, state: nextState };
    },
  };
}

/** The smallest normal number of float32. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * x, and 0 in the place of denormal numbers. A decaying average of a gradient that has become 0
 * would end at one: the nearest number to 0.9 times the least one is that one again. Processors take
 * a hundred times as long for each, and behind ReLUs that have died most moments would be such.
 */
function normal(x: tf.Tensor): tf.Tensor {
  return tf.where(tf.less(tf.abs(x), SMALLEST_NORMAL), tf.zerosLike(x), x);
}

function required(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor !== undefined) return tensor;
  throw new InputError(
    `Cannot update parameters as each needs its gradient and state: no "${name}" among ${
      Object.keys(tensors).join(", ") || "none"
    }`,
  );
}

/** decay·previous + share·x; a running average where share = 1 − decay. */
function average(previous: tf.Tensor, x: tf.Tensor, decay: tf.Scalar, share: tf.Scalar): tf.Tensor {
  return tf.add(tf.mul(previous, decay), tf.mul(x, share));
}

/**
 * Options with the defaults of those left out.
 *
 * @throws InputError for an option that is unknown, ε < 0, or a decay outside [0, 1).
 */
function settingsOf<Settings extends { readonly [option: string]: number }>(
  name: string,
  given: { readonly [Option in keyof Settings]?: number },
  defaults: Settings,
): Settings {
  checkNames(`make the optimizer ${name}`, "option", given, Object.keys(defaults));
  const settings = Object.entries(defaults).map(([option, value]) => {
    const chosen = given[option] ?? value;
    const [end, range] = option === "epsilon" ? [Infinity, "≥ 0"] : [1, "in [0, 1)"];
    if (chosen >= 0 && chosen < end) return [option, chosen];
    throw new InputError(
      `Cannot make the optimizer ${name} as ${option} must be ${range}: ${show(chosen)}`,
    );
  });
  return Object.fromEntries(settings);
}

/** Gradient descent: θ ← θ − ηg. */
export function sgd(): Optimizer {
  return optimizer({
    name: "sgd",
    slots: [],
    constants: (learningRate) => ({ learningRate }),
    step: (gradient, _, { learningRate }) => ({
      decrease: tf.mul(gradient, learningRate),
      slots: {},
    }),
  });
}

/**
 * Heavy ball: v ← γv + ηg, θ ← θ − v. Polyak (1964).
 *
 * @param options.momentum γ in [0, 1), default 0.9.
 */
export function momentum(options: { momentum?: number } = {}): Optimizer {
  const { momentum: gamma } = settingsOf("momentum", options, { momentum: 0.9 });
  return optimizer({
    name: "momentum",
    slots: ["velocity"],
    constants: (learningRate) => ({ learningRate, gamma: tf.scalar(gamma) }),
    step: (gradient, { velocity }, constants) => {
      const next = average(velocity, gradient, constants.gamma, constants.learningRate);
      return { decrease: next, slots: { velocity: next } };
    },
  });
}

/**
 * Nesterov's momentum in the gradient form of PyTorch and TensorFlow: v ← γv + g,
 * θ ← θ − η(g + γv).
 *
 * The look-ahead form, v ← γv + η·g(w − γv), w ← w − v (Nesterov 1983; Sutskever et al. 2013,
 * eq. 3–4), is the same trajectory seen at another point: θ here is its look-ahead point w − γv.
 * {@linkcode nesterovIterates} gives w.
 *
 * @param options.momentum γ in [0, 1), default 0.9.
 */
export function nesterov(options: { momentum?: number } = {}): Optimizer {
  const { momentum: gamma } = settingsOf("nesterov", options, { momentum: 0.9 });
  return optimizer({
    name: "nesterov",
    slots: ["velocity"],
    constants: (learningRate) => ({
      learningRate,
      gamma: tf.scalar(gamma),
      rate: tf.mul(learningRate, gamma) as tf.Scalar,
    }),
    step: (gradient, { velocity }, constants) => {
      const next = tf.add(tf.mul(velocity, constants.gamma), gradient);
      const decrease = average(gradient, next, constants.learningRate, constants.rate);
      return { decrease, slots: { velocity: next } };
    },
  });
}

/**
 * The iterates w = θ + γηv of the look-ahead form of {@linkcode nesterov}, for a constant learning
 * rate η.
 *
 * @param options.momentum γ of the optimizer, default 0.9.
 */
export function nesterovIterates(
  parameters: Tensors,
  state: Tensors,
  learningRate: tf.Scalar,
  options: { momentum?: number } = {},
): Tensors {
  const rate = tf.mul(learningRate, options.momentum ?? 0.9);
  return mapTensors(
    parameters,
    (parameter, name) => tf.add(parameter, tf.mul(required(state, `velocity/${name}`), rate)),
  );
}

/**
 * AdaGrad: a ← a + g² from 0, θ ← θ − ηg / (√a + ε). Duchi, Hazan & Singer (2011).
 *
 * @param options.epsilon ε > 0, default 1e-8.
 */
export function adagrad(options: { epsilon?: number } = {}): Optimizer {
  const { epsilon } = settingsOf("adagrad", options, { epsilon: 1e-8 });
  return optimizer({
    name: "adagrad",
    slots: ["squares"],
    constants: (learningRate) => ({ learningRate, epsilon: tf.scalar(epsilon) }),
    step: (gradient, { squares }, constants) => {
      const next = tf.add(squares, tf.square(gradient));
      const root = tf.add(tf.sqrt(next), constants.epsilon);
      return {
        decrease: tf.mul(tf.div(gradient, root), constants.learningRate),
        slots: { squares: next },
      };
    },
  });
}

/**
 * AdaDelta: s ← ρs + (1 − ρ)g², Δ = √(u + ε) / √(s + ε)·g, u ← ρu + (1 − ρ)Δ², θ ← θ − ηΔ, with
 * η = 1 in the paper. Zeiler (2012), arXiv 1212.5701, algorithm 1.
 *
 * @param options.decay ρ in [0, 1), default 0.95.
 * @param options.epsilon ε > 0, default 1e-6.
 */
export function adadelta(options: { decay?: number; epsilon?: number } = {}): Optimizer {
  const { decay: rho, epsilon } = settingsOf("adadelta", options, { decay: 0.95, epsilon: 1e-6 });
  return optimizer({
    name: "adadelta",
    slots: ["squares", "changes"],
    constants: (learningRate) => ({
      learningRate,
      decay: tf.scalar(rho),
      share: tf.scalar(1 - rho),
      epsilon: tf.scalar(epsilon),
    }),
    step: (gradient, slots, { learningRate, decay, share, epsilon }) => {
      const squares = average(slots.squares, tf.square(gradient), decay, share);
      const ratio = tf.div(tf.add(slots.changes, epsilon), tf.add(squares, epsilon));
      const change = tf.mul(tf.sqrt(ratio), gradient);
      const changes = average(slots.changes, tf.square(change), decay, share);
      return { decrease: tf.mul(change, learningRate), slots: { squares, changes } };
    },
  });
}

/** Options of {@linkcode rmsprop} and {@linkcode tensorflowRmsprop}. */
export interface RmspropOptions {
  /** ρ in [0, 1), default 0.9. */
  readonly decay?: number;
  /** ε > 0, default 1e-8. */
  readonly epsilon?: number;
}

/**
 * RMSProp: s ← ρs + (1 − ρ)g² from 0, θ ← θ − ηg / (√s + ε). Tieleman & Hinton (2012), lecture 6.5,
 * with ε outside the root, as PyTorch's; its usual learning rate is 1e-3.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const root = (squares: tf.Tensor, epsilon: tf.Scalar) => tf.add(tf.sqrt(squares), epsilon);
  return meanSquareRule("rmsprop", 0, root, options);
}

/**
 * RMSProp as TensorFlow's `tf.train.RMSPropOptimizer`: s ← ρs + (1 − ρ)g² from 1,
 * θ ← θ − ηg / √(s + ε). The first steps are shorter than {@linkcode rmsprop}'s, and gradients well
 * below √ε move little. The runs of A3C's and IMPALA's authors stepped so.
 */
export function tensorflowRmsprop(options: RmspropOptions = {}): Optimizer {
  const root = (squares: tf.Tensor, epsilon: tf.Scalar) => tf.sqrt(tf.add(squares, epsilon));
  return meanSquareRule("rmsprop-tensorflow", 1, root, options);
}

/** s ← ρs + (1 − ρ)g² from `initial`, θ ← θ − ηg / root(s, ε). */
function meanSquareRule(
  name: string,
  initial: number,
  root: (squares: tf.Tensor, epsilon: tf.Scalar) => tf.Tensor,
  options: RmspropOptions,
): Optimizer {
  const { decay: rho, epsilon } = settingsOf(name, options, { decay: 0.9, epsilon: 1e-8 });
  return optimizer({
    name,
    slots: ["squares"],
    initial,
    constants: (learningRate) => ({
      learningRate,
      decay: tf.scalar(rho),
      share: tf.scalar(1 - rho),
      epsilon: tf.scalar(epsilon),
    }),
    step: (gradient, slots, { learningRate, decay, share, epsilon }) => {
      const squares = average(slots.squares, tf.square(gradient), decay, share);
      const step = tf.div(gradient, root(squares, epsilon));
      return { decrease: tf.mul(step, learningRate), slots: { squares } };
    },
  });
}

/** Options of {@linkcode adam} and its kin. */
export interface AdamOptions {
  /** Decay of the first moment, in [0, 1), default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment, in [0, 1), default 0.999. */
  readonly beta2?: number;
  /** ε > 0 outside the root, default 1e-8. */
  readonly epsilon?: number;
}

const ADAM_SLOTS = ["firstMoment", "secondMoment"] as const;

/** The scalars of one update of Adam; v̂ = v / c₂, so √v̂ + ε = (√v + ε√c₂) / √c₂. */
function adamConstants(
  { beta1, beta2, epsilon }: Required<AdamOptions>,
  secondCorrection: tf.Scalar,
) {
  const root = tf.sqrt(secondCorrection);
  return {
    beta1: tf.scalar(beta1),
    share1: tf.scalar(1 - beta1),
    beta2: tf.scalar(beta2),
    share2: tf.scalar(1 - beta2),
    root,
    epsilon: tf.mul(root, epsilon) as tf.Scalar,
  };
}

/** The next moments, and √v + ε√c₂. */
function moments(
  gradient: tf.Tensor,
  slots: { firstMoment: tf.Tensor; secondMoment: tf.Tensor },
  constants: ReturnType<typeof adamConstants>,
) {
  const { beta1, share1, beta2, share2, epsilon } = constants;
  const firstMoment = average(slots.firstMoment, gradient, beta1, share1);
  const secondMoment = average(slots.secondMoment, tf.square(gradient), beta2, share2);
  return { firstMoment, secondMoment, root: tf.add(tf.sqrt(secondMoment), epsilon) };
}

function adamDefaults(options: AdamOptions): Required<AdamOptions> {
  return settingsOf("adam", options, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
}

/**
 * Adam: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ),
 * θ ← θ − ηm̂ / (√v̂ + ε). Kingma & Ba (2015), arXiv 1412.6980, algorithm 1, where η = 1e-3.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const settings = adamDefaults(options);
  return optimizer({
    name: "adam",
    slots: ADAM_SLOTS,
    corrections: { firstCorrection: settings.beta1, secondCorrection: settings.beta2 },
    constants: (learningRate, { firstCorrection, secondCorrection }) => {
      const shared = adamConstants(settings, secondCorrection);
      return { ...shared, rate: tf.div(tf.mul(learningRate, shared.root), firstCorrection) };
    },
    step: (gradient, slots, constants) => {
      const { firstMoment, secondMoment, root } = moments(gradient, slots, constants);
      return {
        decrease: tf.mul(tf.div(firstMoment, root), constants.rate),
        slots: { firstMoment, secondMoment },
      };
    },
  });
}

/**
 * Decoupled weight decay before any rule's step: θ ← θ − ηλθ − (the rule's step at the gradient of
 * the loss alone). Loshchilov & Hutter (2019), arXiv 1711.05101, algorithms 1 and 2, with λ scaled by
 * η as in PyTorch. A penalty on the loss (`l2Penalty`) passes through the rule instead: Adam divides
 * most of it away.
 *
 * @param rate λ ≥ 0.
 * @param decays Which parameters; default all, as PyTorch's.
 */
export function weightDecay(
  inner: Optimizer,
  rate: number,
  decays: (name: string) => boolean = () => true,
): Optimizer {
  if (!(rate >= 0)) {
    throw new InputError(`Cannot decay weights as the rate must be ≥ 0: ${show(rate)}`);
  }
  return {
    ...inner,
    update(parameters, gradients, state, learningRate) {
      const share = tf.mul(learningRate, rate);
      // A step does not look at the parameters: they may be decayed first.
      const decayed = mapTensors(
        parameters,
        (x, name) => decays(name) ? tf.sub(x, tf.mul(x, share)) : x,
      );
      return inner.update(decayed, gradients, state, learningRate);
    },
  };
}

/**
 * Adam with decoupled {@linkcode weightDecay}. Loshchilov & Hutter (2019), arXiv 1711.05101,
 * algorithm 2.
 *
 * @param options.weightDecay λ ≥ 0, default 0.01.
 */
export function adamw(options: AdamOptions & { weightDecay?: number } = {}): Optimizer {
  const { weightDecay: rate = 0.01, ...rest } = options;
  return { ...weightDecay(adam(rest), rate), name: "adamw" };
}

/**
 * AdaMax, Adam under the infinity norm: m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g|),
 * θ ← θ − η / (1 − β₁ᵗ)·m / (u + ε). Kingma & Ba (2015), arXiv 1412.6980, algorithm 2, where
 * η = 2e-3 and ε = 0; a gradient that has been 0 so far would make that 0 / 0.
 */
export function adamax(options: AdamOptions = {}): Optimizer {
  const { beta1, beta2, epsilon } = adamDefaults(options);
  return optimizer({
    name: "adamax",
    slots: ["firstMoment", "largest"],
    corrections: { firstCorrection: beta1 },
    constants: (learningRate, { firstCorrection }) => ({
      beta1: tf.scalar(beta1),
      share1: tf.scalar(1 - beta1),
      beta2: tf.scalar(beta2),
      epsilon: tf.scalar(epsilon),
      rate: tf.div(learningRate, firstCorrection) as tf.Scalar,
    }),
    step: (gradient, slots, { beta1, share1, beta2, epsilon, rate }) => {
      const firstMoment = average(slots.firstMoment, gradient, beta1, share1);
      const largest = tf.maximum(tf.mul(slots.largest, beta2), tf.abs(gradient));
      const decrease = tf.mul(tf.div(firstMoment, tf.add(largest, epsilon)), rate);
      return { decrease, slots: { firstMoment, largest } };
    },
  });
}

/** The step of NAdam: a mixture of moment and gradient over √v + ε√c₂. */
function nadamStep(
  gradient: tf.Tensor,
  slots: { firstMoment: tf.Tensor; secondMoment: tf.Tensor },
  constants: ReturnType<typeof adamConstants> & { momentRate: tf.Scalar; gradientRate: tf.Scalar },
) {
  const { firstMoment, secondMoment, root } = moments(gradient, slots, constants);
  const mixed = average(firstMoment, gradient, constants.momentRate, constants.gradientRate);
  return { decrease: tf.div(mixed, root), slots: { firstMoment, secondMoment } };
}

/**
 * Adam with Nesterov's momentum, in the form with constant β₁:
 * θ ← θ − η / (√v̂ + ε)·(β₁m / (1 − β₁ᵗ⁺¹) + (1 − β₁)g / (1 − β₁ᵗ)). Dozat (2016), algorithm 2.
 * PyTorch's NAdam is {@linkcode scheduledNadam}.
 *
 * @param options.form `short` has 1 − β₁ᵗ under m too, as lecture notes write it. Default `dozat`.
 */
export function nadam(
  options: AdamOptions & { readonly form?: "dozat" | "short" } = {},
): Optimizer {
  const { form = "dozat", ...rest } = options;
  const settings = adamDefaults(rest);
  const { beta1 } = settings;
  return optimizer({
    name: "nadam",
    slots: ADAM_SLOTS,
    corrections: { firstCorrection: beta1, secondCorrection: settings.beta2 },
    constants: (learningRate, { firstCorrection, secondCorrection }) => {
      const shared = adamConstants(settings, secondCorrection);
      const rate = tf.mul(learningRate, shared.root);
      const nextCorrection = form === "short"
        ? firstCorrection
        : average(firstCorrection, tf.scalar(1), shared.beta1, shared.share1);
      return {
        ...shared,
        momentRate: tf.div(tf.mul(rate, shared.beta1), nextCorrection) as tf.Scalar,
        gradientRate: tf.div(tf.mul(rate, shared.share1), firstCorrection) as tf.Scalar,
      };
    },
    step: nadamStep,
  });
}

/** 0.96^0.004, by which the schedule of {@linkcode scheduledNadam} nears β₁ at each update. */
const SCHEDULE_DECAY = power(0.96, 0.004);

/**
 * NAdam whose momentum follows a schedule, μ_t = β₁(1 − ½·0.96^(0.004t)):
 * θ ← θ − η / (√v̂ + ε)·(μ_t₊₁m / (1 − Π_{i ≤ t+1} μ_i) + (1 − μ_t)g / (1 − Π_{i ≤ t} μ_i)). Dozat (2016),
 * algorithm 2, with the schedule that PyTorch has.
 */
export function scheduledNadam(options: AdamOptions = {}): Optimizer {
  const settings = adamDefaults(options);
  /** μ, from 1 − 0.96^(0.004t). */
  const momentumAt = (passed: tf.Tensor) => tf.mul(tf.add(passed, 1), settings.beta1 / 2);
  /** 1 − Πμ after one more factor, from that before it. */
  const multiplied = (correction: tf.Tensor, mu: tf.Tensor) =>
    tf.sub(1, tf.mul(tf.sub(1, correction), mu));
  return optimizer({
    name: "scheduled-nadam",
    slots: ADAM_SLOTS,
    corrections: {
      secondCorrection: settings.beta2,
      schedulePassed: SCHEDULE_DECAY,
      momentumCorrection: (previous, { schedulePassed }) =>
        multiplied(previous, momentumAt(schedulePassed)),
    },
    constants: (learningRate, { secondCorrection, schedulePassed, momentumCorrection }) => {
      const shared = adamConstants(settings, secondCorrection);
      const rate = tf.mul(learningRate, shared.root);
      const later = tf.add(tf.mul(schedulePassed, SCHEDULE_DECAY), 1 - SCHEDULE_DECAY);
      const next = momentumAt(later);
      const nextCorrection = multiplied(momentumCorrection, next);
      const fresh = tf.sub(1, momentumAt(schedulePassed));
      return {
        ...shared,
        momentRate: tf.div(tf.mul(rate, next), nextCorrection) as tf.Scalar,
        gradientRate: tf.div(tf.mul(rate, fresh), momentumCorrection) as tf.Scalar,
      };
    },
    step: nadamStep,
  });
}

/** Every rule by its name, with its paper's settings where none are given. */
export const optimizers = {
  sgd,
  momentum,
  nesterov,
  adagrad,
  adadelta,
  rmsprop,
  "rmsprop-tensorflow": tensorflowRmsprop,
  adam,
  adamw,
  adamax,
  nadam,
  "scheduled-nadam": scheduledNadam,
} as const;

/** A name in {@linkcode optimizers}. */
export type OptimizerName = keyof typeof optimizers;

/** The names in {@linkcode optimizers}, for configuration schemas. */
export const optimizerNames = Object.keys(optimizers) as [OptimizerName, ...OptimizerName[]];

function mapTensors(
  tensors: Tensors,
  map: (tensor: tf.Tensor, name: string) => tf.Tensor,
): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]),
  );
}
