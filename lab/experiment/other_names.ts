/**
 * What other libraries call the fields of a configuration. Their names are no fields here: a
 * message about one says which field it is.
 *
 * @module
 */
import { didYouMean } from "../core/errors.ts";
import type { Field } from "./fields.ts";

/** A field's last name (`rolloutLength`), its path from the root (`budget`), or an option. */
type Target = string;

/**
 * By the other name: the field, or the fields to choose from, of which the first that a trainer has
 * is meant; an inner list names several that act together. Names that differ from the field's own
 * by their spelling alone (`learning_rate`) are found without the table.
 *
 * Sources: the constructors of Stable-Baselines3 and sb3-contrib and of their policies, the
 * arguments of CleanRL's scripts, rl-baselines3-zoo's files, pythae's configurations.
 */
export const otherNames: Readonly<Record<string, readonly (Target | readonly Target[])[]>> = {
  // Of an experiment
  total_timesteps: ["budget"],
  n_timesteps: ["budget"],
  timesteps: ["budget"],
  steps: ["budget"],
  eval_freq: ["evaluation.every"],
  n_eval_episodes: ["evaluation.episodes"],
  eval_episodes: ["evaluation.episodes"],
  env: ["environment.id"],
  env_id: ["environment.id"],
  algo: ["agent.name"],
  frame_stack: ["environment.frames"],
  // Options of the command
  seed: ["--seed"],
  num_seeds: ["--seeds"],
  device: ["--backend"],
  cuda: ["--backend"],
  verbose: ["--quiet"],
  exp_name: ["--name"],
  // Rollouts
  n_envs: ["environments"],
  num_envs: ["environments"],
  n_steps: ["rolloutLength", "rewardSteps"],
  num_steps: ["rolloutLength"],
  n_step: ["rewardSteps"],
  n_epochs: ["epochs", "budget"],
  num_epochs: ["epochs", "budget"],
  update_epochs: ["epochs"],
  batch_size: ["minibatchSize", "batchSize"],
  num_minibatches: ["minibatchSize"],
  // Step size and optimizer
  lr: ["learningRate"],
  step_size: ["learningRate"],
  alpha: ["temperature", "learningRate"],
  anneal_lr: ["annealLearningRate"],
  policy_lr: ["learningRate"],
  q_lr: ["learningRate"],
  max_grad_norm: ["maximumGradientNorm"],
  rms_prop_eps: ["optimizerEpsilon"],
  adam_eps: ["adamEpsilon", "optimizerEpsilon"],
  use_rms_prop: ["optimizer"],
  optimizer_class: ["optimizer"],
  // Returns and losses
  discount: ["gamma"],
  discount_factor: ["gamma"],
  lam: ["gaeLambda", "lambda"],
  lambda: ["gaeLambda", "vtraceLambda"],
  td_lambda: ["lambda"],
  clip: ["clipRange"],
  clip_coef: ["clipRange"],
  clip_param: ["clipRange"],
  clip_range_vf: ["clipValueLoss"],
  clip_vloss: ["clipValueLoss"],
  normalize_advantage: ["normalizeAdvantages"],
  norm_adv: ["normalizeAdvantages"],
  ent_coef: ["entropyCoefficient", ["temperature", "automaticTemperature"]],
  vf_coef: ["valueCoefficient"],
  normalize: [["normalizeObservations", "normalizeRewards"], "normalizeObservations"],
  norm_obs: ["normalizeObservations"],
  norm_reward: ["normalizeRewards"],
  autotune: ["automaticTemperature"],
  // Replay and target networks
  memory_size: ["bufferSize"],
  train_freq: ["trainEvery"],
  train_frequency: ["trainEvery"],
  gradient_steps: ["gradientStepsPerTrain"],
  tau: ["targetRate"],
  target_update_interval: ["targetUpdateEvery"],
  target_network_frequency: ["targetUpdateEvery"],
  policy_frequency: ["policyDelay"],
  prioritized_replay_alpha: ["priorityExponent"],
  prioritized_replay_beta: ["importanceExponent"],
  double: ["doubleQ"],
  n_quantiles: ["quantiles"],
  // Exploration
  epsilon: [["explorationInitial", "explorationFinal"]],
  start_e: ["explorationInitial"],
  end_e: ["explorationFinal"],
  exploration_initial_eps: ["explorationInitial"],
  exploration_final_eps: ["explorationFinal"],
  action_noise: [["noise", "noiseStd"]],
  exploration_noise: ["noiseStd"],
  target_policy_noise: ["targetNoiseStd"],
  policy_noise: ["targetNoiseStd"],
  noise_clip: ["targetNoiseClip"],
  use_sde: ["stateDependentNoise"],
  sde_sample_freq: ["noiseEvery"],
  log_std_init: ["initialLogStd"],
  // Networks
  policy_kwargs: [["hiddenSizes", "activation"]],
  net_arch: ["hiddenSizes"],
  hidden_size: ["hiddenSizes", "width"],
  hidden_dim: ["hiddenSizes", "width"],
  hidden_dims: ["hiddenSizes"],
  hidden_sizes: ["hiddenSizes"],
  activation_fn: ["activation"],
  ortho_init: ["orthogonalInitialization"],
  features_extractor_class: ["convolutions"],
  features_extractor_kwargs: ["convolutions"],
  share_features_extractor: ["separateNetworks"],
  lstm_hidden_size: ["recurrentSize"],
  // Generative models
  latent_dim: ["latentSize", "codeSize"],
  latent_size: ["latentSize", "codeSize"],
  z_dim: ["latentSize"],
  kl_weight: ["beta"],
  n_critic: ["criticSteps"],
  lambda_gp: ["penalty"],
  gp_weight: ["penalty"],
  ema_decay: ["averageDecay"],
  lr_d: ["learningRate"],
  lr_g: ["learningRate"],
};

/** Of a name, letters and digits alone: `n_steps`, `n-steps` and `nSteps` are one. */
const squeezed = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

const bySpelling = new Map(
  Object.entries(otherNames).map(([name, targets]) => [squeezed(name), targets]),
);

/**
 * What to write in place of a path that is no field, in parentheses, or nothing where nothing is
 * near: the field that another library calls so, else up to three nearest paths.
 *
 * @param path As it was given: `agent.n_steps`, `n_steps`, `agent.policy_kwargs.net_arch`.
 * @param fields What there is.
 */
export function hintFor(path: string, fields: readonly Field[]): string {
  const paths = fields.map((field) => field.path);
  const name = path.slice(path.lastIndexOf(".") + 1);
  const same = paths.filter((each) => squeezed(lastOf(each)) === squeezed(name));
  const choices = same.length > 0 ? undefined : bySpelling.get(squeezed(name));
  if (choices === undefined) return didYouMean(same.length === 1 ? same[0] : path, paths);
  for (const choice of choices) {
    const targets = typeof choice === "string" ? [choice] : choice;
    const found = targets.map((target) => located(target, paths));
    if (found.every((each) => each !== undefined)) {
      const field = fields.find((each) => each.path === found[0]);
      const meaning = found.length === 1 && field !== undefined ? `: ${field.description}` : "";
      return ` (${name} is ${found.join(" with ")} here${meaning})`;
    }
  }
  return ` (${name} is ${[choices[0]].flat().join(" with ")} here, a field of others)`;
}

/**
 * What another library's flag (`--n-steps`) is here, for a message; undefined where it is not known.
 */
export function flagHint(flag: string): string | undefined {
  const choices = bySpelling.get(squeezed(flag));
  if (choices === undefined) return undefined;
  const [target] = choices.flat();
  if (target.startsWith("--")) return `${flag} is ${target} here`;
  return target === "budget" ? `${flag} is --budget here` : `${flag} is the field ${target} here`;
}

/** The path of a target, the target itself where it is an option; undefined: there is none. */
function located(target: Target, paths: readonly string[]): string | undefined {
  if (target.startsWith("--")) return `the option ${target}`;
  return paths.find((path) => path === target || lastOf(path) === target);
}

const lastOf = (path: string) => path.slice(path.lastIndexOf(".") + 1);
