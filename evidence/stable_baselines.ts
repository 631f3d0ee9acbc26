/**
 * Presets in Stable-Baselines3's parameters: what bench/peers/references.py is asked to train.
 *
 * @module
 */
import type { Json } from "../lab/core/snapshot.ts";
import type { FieldDescription } from "../lab/experiment/fields.ts";

/** What the script trains, but for the seed. */
export interface Order {
  /** A class of Stable-Baselines3 or sb3-contrib. */
  readonly algorithm: string;
  /** Gymnasium's id. */
  readonly world: string;
  /** Entries of the observation that are seen; null: all. */
  readonly observes: readonly number[] | null;
  readonly worlds: number;
  /** Observations and rewards by running moments. */
  readonly normalize: boolean;
  readonly arguments: { readonly [name: string]: Json };
  readonly policy: { readonly [name: string]: Json };
  readonly noise: readonly [kind: string, deviation: number] | null;
  readonly budget: number;
  readonly episodes: number;
  /** Worlds that the episodes of the score are played in, side by side. */
  readonly testWorlds: number;
}

/** Most worlds of an evaluation. */
const WIDTH = 25;

/**
 * The seed of the first of an evaluation's worlds; the others have the next ones. No two seeds share a
 * world: where all are scored on the same starting states, their luck is one draw and not several.
 */
export function testSeedOf({ testWorlds }: Pick<Order, "testWorlds">, seed: number): number {
  return 1_000_000 + testWorlds * seed;
}

/** Worlds of Gymnasium, and what is seen of them under another name here. */
const worlds: Readonly<Record<string, readonly [id: string, observes: readonly number[] | null]>> =
  {
    "CartPole-v1": ["CartPole-v1", null],
    "Acrobot-v1": ["Acrobot-v1", null],
    "MountainCar-v0": ["MountainCar-v0", null],
    "MountainCarContinuous-v0": ["MountainCarContinuous-v0", null],
    "Pendulum-v1": ["Pendulum-v1", null],
    "CartPoleNoVel-v1": ["CartPole-v1", [0, 2]],
    "PendulumNoVel-v1": ["Pendulum-v1", [0, 1]],
    "MountainCarContinuousNoVel-v0": ["MountainCarContinuous-v0", [0]],
  };

type Values = { readonly [field: string]: Json };
type Arguments = Record<string, Json>;

/**
 * What a field becomes, or a sentence that says why it cannot; a list of values: it must have one of
 * them, and needs no argument.
 */
type Translation =
  | ((
    value: Json,
    fields: Values,
  ) =>
    | (Partial<Pick<Order, "noise">> & {
      readonly arguments?: Arguments;
      readonly policy?: Arguments;
    })
    | string)
  | readonly Json[];

const argument = (name: string): Translation => (value) => ({ arguments: { [name]: value } });
const policy = (name: string): Translation => (value) => ({ policy: { [name]: value } });
/** Nothing there, or the same without being asked for. */
const unsaid: Translation = () => ({});
const annealed = (name: string, flag: string): Translation => (value, fields) => ({
  arguments: { [name]: fields[flag] === true ? ["linear", value] : value },
});
const noiseEvery: Translation = (value) => ({
  arguments: { sde_sample_freq: value === 0 ? -1 : value },
});
const activations: Readonly<Record<string, string>> = { tanh: "Tanh", relu: "ReLU" };
const adamEpsilon: Translation = (value) => ({ policy: { optimizer_kwargs: { eps: value } } });
const networks: Readonly<Record<string, Translation>> = {
  hiddenSizes: policy("net_arch"),
  activation: (value) => ({ policy: { activation_fn: activations[String(value)] } }),
};

const onPolicy: Readonly<Record<string, Translation>> = {
  ...networks,
  environments: unsaid,
  learningRate: annealed("learning_rate", "annealLearningRate"),
  annealLearningRate: unsaid,
  gamma: argument("gamma"),
  gaeLambda: argument("gae_lambda"),
  rolloutLength: argument("n_steps"),
  entropyCoefficient: argument("ent_coef"),
  maximumGradientNorm: argument("max_grad_norm"),
  normalizeAdvantages: argument("normalize_advantage"),
  normalizeObservations: unsaid,
  normalizeRewards: unsaid,
  initialLogStd: policy("log_std_init"),
  stateDependentNoise: argument("use_sde"),
  noiseEvery,
  orthogonalInitialization: policy("ortho_init"),
};

const clipped: Readonly<Record<string, Translation>> = {
  ...onPolicy,
  // Its squared error has no half inside.
  valueCoefficient: (value) => ({ arguments: { vf_coef: Number(value) / 2 } }),
  minibatchSize: argument("batch_size"),
  epochs: argument("n_epochs"),
  adamEpsilon,
  clipRange: annealed("clip_range", "annealClipRange"),
  annealClipRange: unsaid,
  clipValueLoss: [false],
};

const offPolicy: Readonly<Record<string, Translation>> = {
  ...networks,
  environments: [1],
  learningRate: annealed("learning_rate", "annealLearningRate"),
  annealLearningRate: unsaid,
  gamma: argument("gamma"),
  bufferSize: argument("buffer_size"),
  learningStarts: argument("learning_starts"),
  batchSize: argument("batch_size"),
  trainEvery: argument("train_freq"),
  gradientStepsPerTrain: argument("gradient_steps"),
  targetRate: argument("tau"),
  adamEpsilon,
};

const noisy: Readonly<Record<string, Translation>> = {
  ...offPolicy,
  noise: (kind, { noiseStd }) => ({ noise: [String(kind), Number(noiseStd)] }),
  noiseStd: unsaid,
  noiseTheta: [0.15],
  noiseInterval: [0.01],
};

/** By agent: its class there, and what each of its fields becomes. */
const agents: Readonly<Record<string, Readonly<Record<string, Translation>>>> = {
  a2c: {
    ...onPolicy,
    valueCoefficient: argument("vf_coef"),
    optimizer: (value) =>
      ["rmsprop", "adam"].includes(String(value))
        ? { arguments: { use_rms_prop: value === "rmsprop" } }
        : `it has no optimizer of ${value}`,
    // Both libraries' ε, however it stands in the formula here.
    optimizerEpsilon: [1e-5],
    rmspropDecay: [0.99],
  },
  ppo: { ...clipped, separateNetworks: [true] },
  "recurrent-ppo": {
    ...clipped,
    cell: ["lstm"],
    recurrentSize: policy("lstm_hidden_size"),
    // How long a piece the gradient flows through: all of a rollout there.
    sequenceLength: unsaid,
  },
  dqn: {
    ...offPolicy,
    targetUpdateEvery: argument("target_update_interval"),
    explorationInitial: argument("exploration_initial_eps"),
    explorationFinal: argument("exploration_final_eps"),
    explorationFraction: argument("exploration_fraction"),
    rewardSteps: (value) => value === 1 ? {} : { arguments: { n_steps: value } },
    loss: ["huber"],
    quantiles: (value) => value === 0 ? {} : { policy: { n_quantiles: value } },
    // None at all in QR-DQN's presets.
    maximumGradientNorm: (value) => ({
      arguments: { max_grad_norm: Number(value) >= 1e9 ? null : value },
    }),
  },
  sac: {
    ...offPolicy,
    automaticTemperature: (value, { temperature }) => ({
      arguments: { ent_coef: value === true ? "auto" : temperature },
    }),
    temperature: unsaid,
    targetEntropy: argument("target_entropy"),
    stateDependentNoise: argument("use_sde"),
    initialLogStd: policy("log_std_init"),
    noiseEvery,
  },
  td3: {
    ...noisy,
    policyDelay: argument("policy_delay"),
    targetNoiseStd: argument("target_policy_noise"),
    targetNoiseClip: argument("target_noise_clip"),
  },
  ddpg: noisy,
};

function algorithmOf(agent: string, { quantiles }: Values): string {
  if (agent === "recurrent-ppo") return "RecurrentPPO";
  return agent === "dqn" && Number(quantiles) > 0 ? "QRDQN" : agent.toUpperCase();
}

/** Whether a field stands at its default. */
export function isDefault(path: string, value: Json, fields: readonly FieldDescription[]): boolean {
  const { default: usual } = fields.find((each) => each.path === path)!;
  return JSON.stringify(usual) === JSON.stringify(value);
}

/**
 * A resolved preset in Stable-Baselines3's parameters.
 *
 * A field that is not translated may only stand at its default: a default is what an agent does where
 * nothing else is asked for.
 *
 * @returns A sentence that says why where its parameters cannot express the preset.
 */
export function orderOf(
  configuration: { readonly [key: string]: Json },
  fields: readonly FieldDescription[],
): Order | string {
  const { environment, agent, budget, evaluation, stop } = configuration as {
    environment?: { id: string } & Values;
    agent?: { name: string } & Values;
    budget: number;
    evaluation: { episodes: number; stochastic?: boolean };
    stop: Json;
  };
  if (agent === undefined || environment === undefined) return "no agent in a world";
  const { name, ...values } = agent;
  const translations = agents[name];
  if (translations === undefined) return `it has no ${name}`;
  const world = worlds[environment.id];
  if (world === undefined) return `${environment.id} is no world of Gymnasium's`;
  if (stop !== null) return "it ends by a stop rule";
  if (evaluation.stochastic) return "its actions are drawn where it is evaluated";
  const { id, ...options } = environment;
  for (const [option, value] of Object.entries(options)) {
    if (!isDefault(`environment.${option}`, value, fields)) return `its ${id} has no ${option}`;
  }
  const made = {
    arguments: {} as Arguments,
    policy: {} as Arguments,
    noise: null as Order["noise"],
  };
  for (const [field, value] of Object.entries(values)) {
    const translation = translations[field];
    if (translation === undefined) {
      if (!isDefault(`agent.${field}`, value, fields)) return `it has no ${field}`;
    } else if (typeof translation === "function") {
      const translated = translation(value, values);
      if (typeof translated === "string") return translated;
      const { arguments: more, policy, noise } = translated;
      Object.assign(made.arguments, more);
      Object.assign(made.policy, policy);
      if (noise !== undefined) made.noise = noise;
    } else if (!translation.includes(value)) return `it has no ${field} of ${value}`;
  }
  if (Boolean(values.normalizeObservations) !== Boolean(values.normalizeRewards)) {
    return "it normalises observations and rewards, or neither";
  }
  return {
    algorithm: algorithmOf(name, values),
    world: world[0],
    observes: world[1],
    worlds: Number(values.environments),
    normalize: values.normalizeObservations === true,
    ...made,
    budget,
    episodes: evaluation.episodes,
    testWorlds: Math.min(WIDTH, evaluation.episodes),
  };
}
