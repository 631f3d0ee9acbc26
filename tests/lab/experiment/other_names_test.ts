import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { parseSync } from "@optique/core/parser";
import { run } from "../../../cli/commands/run.ts";
import { commands } from "../../../cli/main.ts";
import { commonSchema } from "../../../lab/experiment/common_schema.ts";
import { type Field, fieldsOf } from "../../../lab/experiment/fields.ts";
import { hintFor, otherNames } from "../../../lab/experiment/other_names.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { registries } from "../../../registries.ts";

/** Arguments by agent, as the libraries' sources have them: see arguments.py beside each. */
const golden: Record<string, Readonly<Record<string, readonly string[]>>> = {};
for (const library of ["stable_baselines3", "cleanrl"]) {
  const url = new URL(`../../golden/${library}/arguments.json`, import.meta.url);
  golden[library] = JSON.parse(await Deno.readTextFile(url));
}

/** Every argument of every class and script; what begins with _ is private. */
const everyName = new Set(
  Object.values(golden).flatMap((byAgent) => Object.values(byAgent).flat())
    .filter((name) => !name.startsWith("_")),
);

/** Arguments that an agent of this lab lacks, though others have what they are here. */
const lacking: Record<string, readonly string[]> = {
  a2c: ["share_features_extractor"],
  ppo: ["optimizer_class"],
  dqn: ["optimizer_class"],
  sac: ["action_noise", "target_update_interval", "optimizer_class", "share_features_extractor"],
  td3: ["optimizer_class", "share_features_extractor"],
  ddpg: ["optimizer_class", "share_features_extractor"],
  "recurrent-ppo": ["optimizer_class", "share_features_extractor"],
};

async function agentFields(name: string): Promise<Field[]> {
  const definition = await registries.agents.find((entry) => entry.name === name)!.load();
  return [
    ...fieldsOf(commonSchema(true, 100, definition.budgetUnit), ""),
    ...fieldsOf(definition.configuration, "agent"),
  ];
}

/** What a hint says. */
interface Hint {
  /** Fields, an option or a command that do the same; none: nothing here does. */
  readonly meant: readonly string[];
  readonly lacking: boolean;
  readonly nearest: readonly string[];
}

/** Reads a hint; undefined where it is a guess or nothing. */
function hintOf(path: string, fields: readonly Field[]): Hint | undefined {
  const hint = hintFor(path, fields);
  const [, spelled] = /^ \(did you mean "([\w.]+)"\?\)$/.exec(hint) ?? [];
  if (spelled !== undefined) return { meant: [spelled], lacking: false, nearest: [] };
  const [, told, near] = /^ \((.*?)(?:; nearest (?:is|are) (.*))?\)$/.exec(hint) ?? [];
  const nearest = near?.split(/, | and /) ?? [];
  const [, without] = /^this agent has no (\w+)$/.exec(told ?? "") ?? [];
  if (without !== undefined) return { meant: [without], lacking: true, nearest };
  if (/^\w+ has no counterpart here$/.test(told ?? "")) {
    return { meant: [], lacking: true, nearest };
  }
  const [, meant, lacks] =
    /^\w+ is (?:the option )?(--\w+|`[^`]+`|[\w.]+(?: with [\w.]+)*) here(, which this agent lacks)?/
      .exec(told ?? "") ?? [];
  return meant === undefined
    ? undefined
    : { meant: meant.split(" with "), lacking: lacks !== undefined, nearest };
}

/** A field of every agent's experiment, an option, or a command. */
const isEverywhere = (target: string) =>
  target === "environment.id" || target === "agent.name" || /^(--|`)/.test(target);

Deno.test("every target of another name is a field of some agent or model, or an option of run", async () => {
  const agents = await Promise.all(registries.agents.map(({ name }) => agentFields(name)));
  const models = await Promise.all(registries.models.map(async (entry) => {
    const { configuration } = await entry.load();
    return fieldsOf(configuration, "model");
  }));
  const worlds = registries.environments.map((entry) =>
    fieldsOf(entry.configuration, "environment")
  );
  const paths = new Set([
    ...["environment.id", "agent.name"],
    ...[...agents, ...models, ...worlds].flat().map(({ path }) => path),
  ]);
  const names = new Set([...paths].map((path) => path.slice(path.lastIndexOf(".") + 1)));
  for (const target of Object.values(otherNames).flat(2)) {
    const [, command] = /^`(\w+) /.exec(target) ?? [];
    if (command !== undefined) ok(commands.some(({ name }) => name === command), target);
    else if (target.startsWith("--")) {
      const { success } = parseSync(run.parser({ experiments: [], runs: [] }), [target, "1", "a"]);
      const flag = parseSync(run.parser({ experiments: [], runs: [] }), [target, "a"]);
      // Every command takes --quiet: `main` reads it.
      ok(success || flag.success || ["--backend", "--quiet"].includes(target), target);
    } else ok(target.includes(".") ? paths.has(target) : names.has(target), target);
  }
});

Deno.test("no other name is a field of ours that something else is meant by", async () => {
  const agents = await Promise.all(registries.agents.map(({ name }) => agentFields(name)));
  const own = new Set(agents.flat().map(({ path }) => path.slice(path.lastIndexOf(".") + 1)));
  const shadowed = Object.entries(otherNames)
    .filter(([name, targets]) => own.has(name) && targets[0] !== name).map(([name]) => name);
  // Of tabular agents and bandits; elsewhere λ is GAE's or V-trace's, and ε has a schedule.
  deepStrictEqual(shadowed.sort(), ["epsilon", "lambda"]);
});

for (const [agent, names] of Object.entries(golden.stable_baselines3)) {
  Deno.test(`every argument of Stable-Baselines3 leads to ${agent}'s field, where there is one`, async () => {
    const fields = await agentFields(agent);
    const lost = names.filter((name) => {
      if (name.startsWith("_") || otherNames[name]?.length === 0) return false;
      return hintOf(`agent.${name}`, fields)?.lacking !== false &&
        !fields.some(({ path }) => path === `agent.${name}`);
    });
    deepStrictEqual(lost.sort(), [...lacking[agent] ?? []].sort());
  });
}

for (const { name: agent } of registries.agents) {
  Deno.test(`each name of Stable-Baselines3 and CleanRL leads somewhere that ${agent} has, or is said to be lacking`, async () => {
    const fields = await agentFields(agent);
    const own = new Set(fields.map(({ path }) => path));
    for (const name of everyName) {
      if (own.has(`agent.${name}`)) continue;
      const hint = hintOf(`agent.${name}`, fields);
      ok(hint !== undefined, `${name} is guessed at: ${hintFor(`agent.${name}`, fields)}`);
      const there = hint.meant.every((target) => own.has(target) || isEverywhere(target));
      if (!hint.lacking) ok(hint.meant.length > 0 && there, `${name} leads to ${hint.meant}`);
      else if (hint.meant.length === 0) deepStrictEqual([name, otherNames[name]], [name, []]);
      else {
        ok(!hint.meant.every((target) => own.has(`agent.${target}`)), `${name} is there`);
      }
      ok(hint.nearest.length <= 3 && hint.nearest.every((path) => own.has(path)), name);
    }
  });
}

/** What each means, by Stable-Baselines3's and CleanRL's documentation. */
const meanings: readonly (readonly [agent: string, name: string, field: string])[] = [
  ["ppo", "n_steps", "agent.rolloutLength"],
  ["dqn", "n_steps", "agent.rewardSteps"],
  ["ppo", "batch_size", "agent.minibatchSize"],
  ["dqn", "batch_size", "agent.batchSize"],
  ["ppo", "n_epochs", "agent.epochs"],
  ["ppo", "update_epochs", "agent.epochs"],
  ["ppo", "num_minibatches", "agent.minibatchSize"],
  ["ppo", "clip_range", "agent.clipRange"],
  ["ppo", "clip_coef", "agent.clipRange"],
  ["ppo", "clip", "agent.clipRange"],
  ["ppo", "clip_range_vf", "agent.clipValueLoss"],
  ["ppo", "lr", "agent.learningRate"],
  ["sac", "policy_lr", "agent.learningRate"],
  ["ppo", "gamma_", "agent.gamma"],
  ["a2c", "gae_lambda", "agent.gaeLambda"],
  ["impala", "lambda", "agent.vtraceLambda"],
  ["ppo", "ent_coef", "agent.entropyCoefficient"],
  ["sac", "ent_coef", "agent.temperature"],
  ["sac", "alpha", "agent.temperature"],
  ["q-learning", "alpha", "agent.learningRate"],
  ["ppo", "vf_coef", "agent.valueCoefficient"],
  ["ppo", "max_grad_norm", "agent.maximumGradientNorm"],
  ["ppo", "norm_adv", "agent.normalizeAdvantages"],
  ["ppo", "anneal_lr", "agent.annealLearningRate"],
  ["a2c", "rms_prop_eps", "agent.optimizerEpsilon"],
  ["a2c", "use_rms_prop", "agent.optimizer"],
  ["a2c", "use_sde", "agent.stateDependentNoise"],
  ["dqn", "learning_starts", "agent.learningStarts"],
  ["dqn", "train_freq", "agent.trainEvery"],
  ["dqn", "train_frequency", "agent.trainEvery"],
  ["dqn", "gradient_steps", "agent.gradientStepsPerTrain"],
  ["dqn", "target_update_interval", "agent.targetUpdateEvery"],
  ["dqn", "target_network_frequency", "agent.targetUpdateEvery"],
  ["dqn", "exploration_fraction", "agent.explorationFraction"],
  ["dqn", "exploration_final_eps", "agent.explorationFinal"],
  ["dqn", "start_e", "agent.explorationInitial"],
  ["dqn", "n_quantiles", "agent.quantiles"],
  ["dqn", "n_step", "agent.rewardSteps"],
  ["dqn", "prioritized_replay_alpha", "agent.priorityExponent"],
  ["sac", "tau", "agent.targetRate"],
  ["sac", "buffer_size", "agent.bufferSize"],
  ["sac", "autotune", "agent.automaticTemperature"],
  ["td3", "policy_delay", "agent.policyDelay"],
  ["td3", "policy_frequency", "agent.policyDelay"],
  ["td3", "policy_noise", "agent.targetNoiseStd"],
  ["td3", "target_policy_noise", "agent.targetNoiseStd"],
  ["td3", "noise_clip", "agent.targetNoiseClip"],
  ["td3", "exploration_noise", "agent.noiseStd"],
  ["ddpg", "action_noise", "agent.noise"],
  ["ppo", "n_envs", "agent.environments"],
  ["ppo", "num_envs", "agent.environments"],
  ["ppo", "policy_kwargs.net_arch", "agent.hiddenSizes"],
  ["ppo", "activation_fn", "agent.activation"],
  ["ppo", "ortho_init", "agent.orthogonalInitialization"],
  ["ppo", "log_std_init", "agent.initialLogStd"],
  ["recurrent-ppo", "lstm_hidden_size", "agent.recurrentSize"],
  ["ppo", "total_timesteps", "budget"],
  ["ppo", "n_timesteps", "budget"],
  ["ppo", "eval_freq", "evaluation.every"],
  ["ppo", "n_eval_episodes", "evaluation.episodes"],
];

Deno.test("a name of another library leads to the field that means the same", async () => {
  for (const [agent, name, field] of meanings) {
    const fields = await agentFields(agent);
    for (const path of [name, `agent.${name}`, name.replaceAll("_", "-")]) {
      const found = /\(\S+ is (\S+) (?:with \S+ )?here|mean "([^"]+)"/.exec(hintFor(path, fields));
      strictEqual(found?.[1] ?? found?.[2], field, `${agent} ${path}`);
    }
  }
});

/** The names of pythae's configurations, and the field of each model that has what they mean. */
const ofModels: Readonly<Record<string, readonly string[]>> = {
  latent_dim: ["latentSize", "codeSize"],
  latent_size: ["latentSize", "codeSize"],
  kl_weight: ["beta"],
  n_critic: ["criticSteps"],
  lambda_gp: ["penalty"],
  gp_weight: ["penalty"],
  ema_decay: ["averageDecay"],
  lr_d: ["learningRate"],
  lr_g: ["learningRate"],
};

Deno.test("another library's name leads to the field of every model that has one", async () => {
  const met = new Set<string>();
  for (const entry of registries.models) {
    const fields = fieldsOf((await entry.load()).configuration, "model");
    for (const [name, meant] of Object.entries(ofModels)) {
      const field = meant.find((each) => fields.some(({ path }) => path === `model.${each}`));
      if (field === undefined) continue;
      met.add(`${name} ${field}`);
      const hint = hintFor(`model.${name}`, fields);
      const told = [` (${name} is model.${field} here: `, ` (did you mean "model.${field}"?)`];
      ok(told.some((each) => hint.startsWith(each)), `${entry.name} ${hint}`);
    }
  }
  strictEqual(met.size, Object.values(ofModels).flat().length);
});

Deno.test("another library's name is refused with one line, in --set and in a definition", async () => {
  const definition = {
    name: "mine",
    environment: { id: "CartPole-v1" },
    agent: { name: "ppo" },
    budget: 100,
  };
  const refused = {
    name: "InputError",
    message: 'Cannot set agent.n_steps as "mine" has no such field (n_steps is ' +
      "agent.rolloutLength here: Steps T of each environment in a rollout): see `describe FILE.ts`",
  };
  await rejects(resolve(definition, registries, { set: [["agent.n_steps", "5"]] }), refused);
  const written = { ...definition, agent: { name: "ppo", lr: 0.1 } };
  await rejects(resolve(written, registries), {
    name: "InputError",
    message: 'Cannot use "mine" as there is no field agent.lr (lr is agent.learningRate here: ' +
      "Step size of the optimizer)",
  });
  await rejects(resolve(definition, registries, { set: [["agent.tau", "1"]] }), (error: Error) => {
    match(
      error.message,
      /\(tau is targetRate here, which this agent lacks; nearest are agent\.learningRate, .* and /,
    );
    return true;
  });
  await rejects(resolve(definition, registries, { set: [["seed", "1"]] }), {
    message: /\(seed is the option --seed here\)/,
  });
});

Deno.test("one field is named with what it means, several by their names alone", async () => {
  const fields = await agentFields("ppo");
  strictEqual(
    hintFor("agent.policy", fields),
    " (policy is agent.hiddenSizes with agent.activation here)",
  );
  match(
    hintFor("agent.n_steps", fields),
    /^ \(n_steps is agent\.rolloutLength here: Steps T .*\)$/,
  );
});
