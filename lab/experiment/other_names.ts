/**
 * What other libraries call the fields of a configuration. Their names are no fields here: a
 * message about one says which field it is.
 *
 * @module
 */
import { didYouMean, nearestNames } from "../core/errors.ts";
import type { Field } from "./fields.ts";

/**
 * A field's last name (`rolloutLength`), its path from the root (`budget`), an option (`--seed`), or a
 * command in backquotes.
 */
type Target = string;

/**
 * By the other name: the field, or the fields to choose from, of which the first that a trainer has
 * is meant; an inner list names several that act together; an empty one: nothing here does it. A
 * field that has the name but for its spelling (`learning_rate`) comes first; such a name stands in
 * the table for the trainers that lack the field.
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
  frame_stack: ["frames"],
  // Options of the command
  seed: ["--seed"],
  num_seeds: ["--seeds"],
  device: ["--backend"],
  cuda: ["--backend"],
  verbose: ["--quiet"],
  exp_name: ["--name"],
  // Commands
  tensorboard_log: ["`export --format tensorboard`"],
  track: ["`export --format tensorboard`"],
  capture_video: ["`evaluate --out episode.gif`"],
  save_model: ["`export --format policy`"],
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
  minibatch_size: ["minibatchSize", "batchSize"],
  num_minibatches: ["minibatchSize"],
  // Step size and optimizer
  lr: ["learningRate"],
  learning_rate: ["learningRate"],
  step_size: ["learningRate"],
  alpha: ["temperature", "learningRate"],
  anneal_lr: ["annealLearningRate"],
  lr_schedule: ["annealLearningRate"],
  policy_lr: ["learningRate"],
  q_lr: ["learningRate"],
  max_grad_norm: ["maximumGradientNorm"],
  rms_prop_eps: ["optimizerEpsilon"],
  adam_eps: ["adamEpsilon", "optimizerEpsilon"],
  use_rms_prop: ["optimizer"],
  optimizer_class: ["optimizer"],
  optimizer_kwargs: ["adamEpsilon", "optimizerEpsilon"],
  // Returns and losses
  gamma: ["gamma"],
  discount: ["gamma"],
  discount_factor: ["gamma"],
  lam: ["gaeLambda", "lambda"],
  gae_lambda: ["gaeLambda", "lambda", "vtraceLambda"],
  lambda: ["gaeLambda", "vtraceLambda"],
  td_lambda: ["lambda"],
  clip: ["clipRange"],
  clip_range: ["clipRange"],
  clip_coef: ["clipRange"],
  clip_param: ["clipRange"],
  clip_range_vf: ["clipValueLoss"],
  clip_vloss: ["clipValueLoss"],
  normalize_advantage: ["normalizeAdvantages"],
  norm_adv: ["normalizeAdvantages"],
  ent_coef: ["entropyCoefficient", ["temperature", "automaticTemperature"]],
  vf_coef: ["valueCoefficient"],
  target_kl: ["targetKl"],
  normalize: [["normalizeObservations", "normalizeRewards"], "normalizeObservations"],
  norm_obs: ["normalizeObservations"],
  norm_reward: ["normalizeRewards"],
  autotune: ["automaticTemperature"],
  target_entropy: ["targetEntropy"],
  // Replay and target networks
  buffer_size: ["bufferSize"],
  learning_starts: ["learningStarts"],
  memory_size: ["bufferSize"],
  train_freq: ["trainEvery"],
  train_frequency: ["trainEvery"],
  gradient_steps: ["gradientStepsPerTrain"],
  tau: ["targetRate"],
  target_update_interval: ["targetUpdateEvery"],
  target_network_frequency: ["targetUpdateEvery"],
  policy_delay: ["policyDelay"],
  policy_frequency: ["policyDelay"],
  prioritized_replay_alpha: ["priorityExponent"],
  prioritized_replay_beta: ["importanceExponent"],
  double: ["doubleQ"],
  n_quantiles: ["quantiles"],
  n_atoms: ["quantiles"],
  // Exploration
  epsilon: [["explorationInitial", "explorationFinal"]],
  start_e: ["explorationInitial"],
  end_e: ["explorationFinal"],
  exploration_fraction: ["explorationFraction"],
  exploration_initial_eps: ["explorationInitial"],
  exploration_final_eps: ["explorationFinal"],
  action_noise: [["noise", "noiseStd"]],
  exploration_noise: ["noiseStd"],
  target_policy_noise: ["targetNoiseStd"],
  policy_noise: ["targetNoiseStd"],
  target_noise_clip: ["targetNoiseClip"],
  noise_clip: ["targetNoiseClip"],
  use_sde: ["stateDependentNoise"],
  sde_sample_freq: ["noiseEvery"],
  log_std_init: ["initialLogStd"],
  // Networks
  policy: [["hiddenSizes", "activation"]],
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
  lstm_kwargs: ["recurrentSize"],
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
  // Of their own objects, or what has no counterpart
  observation_space: ["environment.id"],
  action_space: ["environment.id"],
  stats_window_size: [],
  rollout_buffer_class: [],
  rollout_buffer_kwargs: [],
  replay_buffer_class: [],
  replay_buffer_kwargs: [],
  optimize_memory_usage: [],
  use_sde_at_warmup: [],
  full_std: [],
  use_expln: [],
  squash_output: [],
  clip_mean: [],
  normalize_images: [],
  n_critics: [],
  n_lstm_layers: [],
  shared_lstm: [],
  enable_critic_lstm: [],
  v_min: [],
  v_max: [],
  torch_deterministic: [],
  wandb_project_name: [],
  wandb_entity: [],
  upload_model: [],
  hf_entity: [],
};

/** Fields that a message about a lacking one proposes, at most. */
const NEAREST = 3;

/** Of a name, letters and digits alone: `n_steps`, `n-steps` and `nSteps` are one. */
const squeezed = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

const bySpelling = new Map(
  Object.entries(otherNames).map(([name, targets]) => [squeezed(name), targets]),
);

/**
 * What to write in place of a path that is no field, in parentheses, or nothing where nothing is
 * near: the field that another library calls so; where this trainer lacks it, or no trainer has it,
 * that it is so, with up to three nearest fields; else up to three nearest paths.
 *
 * @param path As it was given: `agent.n_steps`, `n_steps`, `agent.policy_kwargs.net_arch`.
 * @param fields What there is.
 */
export function hintFor(path: string, fields: readonly Field[]): string {
  const paths = fields.map((field) => field.path);
  const name = lastOf(path);
  const same = paths.filter((each) => squeezed(lastOf(each)) === squeezed(name));
  const choices = same.length > 0 ? undefined : bySpelling.get(squeezed(name));
  if (choices === undefined) return didYouMean(same.length === 1 ? same[0] : path, paths);
  for (const choice of choices) {
    const found = [choice].flat().map((target) => located(target, paths));
    if (found.every((each) => each !== undefined)) {
      const field = fields.find((each) => each.path === found[0]);
      const meaning = found.length === 1 && field !== undefined ? `: ${field.description}` : "";
      return ` (${name} is ${found.join(" with ")} here${meaning})`;
    }
  }
  if (choices.length === 0) return ` (${name} has no counterpart here${nearestTo(name, paths)})`;
  const meant = [choices[0]].flat();
  const near = nearestTo(meant[0], paths);
  const trainer = paths.some((each) => each.startsWith("model.")) ? "model" : "agent";
  return squeezed(meant[0]) === squeezed(name)
    ? ` (this ${trainer} has no ${meant[0]}${near})`
    : ` (${name} is ${meant.join(" with ")} here, which this ${trainer} lacks${near})`;
}

/** `; nearest are …`: the fields of a trainer that share a word with a name, else are spelled near it. */
function nearestTo(name: string, paths: readonly string[]): string {
  const words = wordsOf(name);
  const shared = (path: string) =>
    wordsOf(lastOf(path)).filter((word) => words.includes(word)).length;
  const own = paths.filter((path) => /^(agent|model)\./.test(path));
  const related = own.filter((path) => shared(path) > 0).sort((a, b) => shared(b) - shared(a));
  const spelled = nearestNames(name, own.map(lastOf)).flatMap((near) =>
    own.filter((path) => lastOf(path) === near)
  );
  const nearest = [...new Set([...related, ...spelled])].slice(0, NEAREST);
  const last = nearest.pop();
  if (last === undefined) return "";
  return nearest.length === 0
    ? `; nearest is ${last}`
    : `; nearest are ${nearest.join(", ")} and ${last}`;
}

/** Of `minibatchSize` and of `minibatch_sizes`: `minibatch` and `size`. */
const wordsOf = (name: string) =>
  name.replaceAll(/([A-Z])/g, "_$1").toLowerCase().split("_").map((word) => word.replace(/s$/, ""));

/**
 * What another library's flag (`--n-steps`) is here, for a message; undefined where it is not known.
 */
export function flagHint(flag: string): string | undefined {
  const [target] = bySpelling.get(squeezed(flag))?.flat() ?? [];
  if (target === undefined) return undefined;
  if (isNoField(target)) return `${flag} is ${target} here`;
  return target === "budget" ? `${flag} is --budget here` : `${flag} is the field ${target} here`;
}

/**
 * The path of a target; what every experiment has, an option or a command as it is; undefined: there
 * is none.
 */
function located(target: Target, paths: readonly string[]): string | undefined {
  if (isNoField(target)) return target.startsWith("--") ? `the option ${target}` : target;
  if (target === "budget" || target.includes(".")) return target;
  return paths.find((path) => lastOf(path) === target);
}

const isNoField = (target: Target) => target.startsWith("--") || target.startsWith("`");

const lastOf = (path: string) => path.slice(path.lastIndexOf(".") + 1);
