import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { namedPart } from "../../lab/experiment/own.ts";
import { type Peer, peerModels, peerOf } from "../../evidence/peers.ts";
import { keyOfOrder } from "../../evidence/references.ts";
import { type EvidenceRow, metricOf } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { type Order, orderOf, testSeedOf } from "../../evidence/stable_baselines.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { experiments } from "../../experiments/mod.ts";
import { resolve } from "../../lab/experiment/resolve.ts";
import { registries } from "../../registries.ts";

/** The order of a named experiment with overrides. */
async function orderFor(name: string, set: readonly (readonly [string, string])[] = []) {
  const definition = await experiments.find((entry) => entry.name === name)!.load();
  const { configuration, fields } = await resolve(definition, registries, { set });
  return orderOf(configuration, fields);
}

// Values by hand from rl-baselines3-zoo's hyperparams/{ppo,a2c,qrdqn,sac,td3}.yml.
Deno.test("presets become the parameters that the zoo has for them", async () => {
  const ppo = await orderFor("cartpole-ppo") as Order;
  const { n_steps, batch_size, n_epochs, gae_lambda, gamma, learning_rate, clip_range, vf_coef } =
    ppo.arguments;
  deepStrictEqual([ppo.algorithm, ppo.world, ppo.worlds, ppo.normalize], [
    "PPO",
    "CartPole-v1",
    8,
    false,
  ]);
  deepStrictEqual([n_steps, batch_size, n_epochs, gae_lambda, gamma], [32, 256, 20, 0.8, 0.98]);
  deepStrictEqual([learning_rate, clip_range], [["linear", 1e-3], ["linear", 0.2]]);
  deepStrictEqual([vf_coef, ppo.policy.net_arch, ppo.policy.activation_fn], [
    0.5,
    [64, 64],
    "Tanh",
  ]);

  const a2c = await orderFor("pendulum-a2c") as Order;
  deepStrictEqual([a2c.normalize, a2c.worlds, a2c.arguments.vf_coef], [true, 8, 0.4]);
  deepStrictEqual([a2c.arguments.use_sde, a2c.arguments.sde_sample_freq], [true, -1]);
  deepStrictEqual([a2c.policy.log_std_init, a2c.policy.ortho_init], [-2, false]);

  const qrdqn = await orderFor("cartpole-qrdqn") as Order;
  deepStrictEqual([qrdqn.algorithm, qrdqn.policy.n_quantiles], ["QRDQN", 10]);
  deepStrictEqual([qrdqn.arguments.max_grad_norm, qrdqn.arguments.train_freq], [null, 256]);
  // sb3_contrib.QRDQN: "Proposed in the QR-DQN paper where `batch_size = 32`", 0.01 / batch_size.
  deepStrictEqual(qrdqn.policy.optimizer_kwargs, { eps: 0.01 / 64 });

  const sac = await orderFor("pendulum-sac") as Order;
  deepStrictEqual([sac.arguments.ent_coef, sac.arguments.learning_starts], ["auto", 100]);
  const td3 = await orderFor("pendulum-td3") as Order;
  deepStrictEqual([td3.noise, td3.arguments.policy_delay], [["gaussian", 0.1], 2]);
  const recurrent = await orderFor("cartpolenovel-recurrent-ppo") as Order;
  deepStrictEqual([recurrent.world, recurrent.observes], ["CartPole-v1", [0, 2]]);
});

/** What fields of an agent become beside nothing else. */
function becomes(name: string, values: Readonly<Record<string, Json>>) {
  const order = orderOf({
    agent: { name, ...values },
    environment: { id: "CartPole-v1" },
    budget: 1000,
    evaluation: { episodes: 10 },
    stop: null,
  }, Object.keys(values).map((field) => ({ path: `agent.${field}`, default: "none" }) as never));
  if (typeof order === "string") return order;
  const { arguments: own, policy, noise } = order;
  return { ...own, ...policy, ...noise === null ? {} : { noise } };
}

type Named = readonly (readonly [field: string, value: Json, becomes: object | string])[];

// The names of Stable-Baselines3's constructors and of its policies' arguments.
const networkNames: Named = [
  ["hiddenSizes", [9, 8], { net_arch: [9, 8] }],
  ["activation", "relu", { activation_fn: "ReLU" }],
  ["activation", "tanh", { activation_fn: "Tanh" }],
  ["learningRate", 0.25, { learning_rate: 0.25 }],
  ["gamma", 0.5, { gamma: 0.5 }],
  ["annealLearningRate", true, {}],
];
const onPolicyNames: Named = [
  ...networkNames,
  ["environments", 3, {}],
  ["gaeLambda", 0.5, { gae_lambda: 0.5 }],
  ["rolloutLength", 7, { n_steps: 7 }],
  ["entropyCoefficient", 0.25, { ent_coef: 0.25 }],
  ["maximumGradientNorm", 3, { max_grad_norm: 3 }],
  ["normalizeAdvantages", false, { normalize_advantage: false }],
  ["initialLogStd", -2, { log_std_init: -2 }],
  ["stateDependentNoise", true, { use_sde: true }],
  ["noiseEvery", 0, { sde_sample_freq: -1 }],
  ["noiseEvery", 4, { sde_sample_freq: 4 }],
  ["orthogonalInitialization", false, { ortho_init: false }],
];
const clippedNames: Named = [
  ...onPolicyNames,
  ["valueCoefficient", 0.5, { vf_coef: 0.25 }],
  ["minibatchSize", 64, { batch_size: 64 }],
  ["epochs", 3, { n_epochs: 3 }],
  ["adamEpsilon", 1e-5, { optimizer_kwargs: { eps: 1e-5 } }],
  ["clipRange", 0.25, { clip_range: 0.25 }],
  ["annealClipRange", true, {}],
  ["clipValueLoss", false, {}],
  ["clipValueLoss", true, "it has no clipValueLoss of true"],
];
const offPolicyNames: Named = [
  ...networkNames,
  ["environments", 1, {}],
  ["environments", 2, "it has no environments of 2"],
  ["bufferSize", 99, { buffer_size: 99 }],
  ["learningStarts", 9, { learning_starts: 9 }],
  ["batchSize", 5, { batch_size: 5 }],
  ["trainEvery", 6, { train_freq: 6 }],
  ["gradientStepsPerTrain", 2, { gradient_steps: 2 }],
  ["targetRate", 0.25, { tau: 0.25 }],
  ["adamEpsilon", 1e-5, { optimizer_kwargs: { eps: 1e-5 } }],
];
const noisyNames: Named = [
  ...offPolicyNames,
  ["noiseStd", 0.25, {}],
  ["noiseTheta", 0.15, {}],
  ["noiseTheta", 0.25, "it has no noiseTheta of 0.25"],
  ["noiseInterval", 0.01, {}],
  ["noiseInterval", 0.5, "it has no noiseInterval of 0.5"],
];

const named: Readonly<Record<string, Named>> = {
  a2c: [
    ...onPolicyNames,
    ["valueCoefficient", 0.5, { vf_coef: 0.5 }],
    ["optimizer", "rmsprop", { use_rms_prop: true }],
    ["optimizer", "adam", { use_rms_prop: false }],
    ["optimizer", "sgd", "it has no optimizer of sgd"],
    ["optimizerEpsilon", 1e-5, {}],
    ["optimizerEpsilon", 1e-3, "it has no optimizerEpsilon of 0.001"],
    ["rmspropDecay", 0.99, {}],
    ["rmspropDecay", 0.5, "it has no rmspropDecay of 0.5"],
  ],
  ppo: [
    ...clippedNames,
    ["separateNetworks", true, {}],
    ["separateNetworks", false, "it has no separateNetworks of false"],
  ],
  "recurrent-ppo": [
    ...clippedNames,
    ["cell", "lstm", {}],
    ["cell", "gru", "it has no cell of gru"],
    ["recurrentSize", 12, { lstm_hidden_size: 12 }],
    ["sequenceLength", 4, {}],
  ],
  dqn: [
    ...offPolicyNames,
    ["targetUpdateEvery", 5, { target_update_interval: 5 }],
    ["explorationInitial", 0.75, { exploration_initial_eps: 0.75 }],
    ["explorationFinal", 0.25, { exploration_final_eps: 0.25 }],
    ["explorationFraction", 0.5, { exploration_fraction: 0.5 }],
    ["rewardSteps", 1, {}],
    ["rewardSteps", 3, { n_steps: 3 }],
    ["loss", "huber", {}],
    ["loss", "mse", "it has no loss of mse"],
    ["quantiles", 0, {}],
    ["quantiles", 5, { n_quantiles: 5 }],
    ["maximumGradientNorm", 3, { max_grad_norm: 3 }],
    ["maximumGradientNorm", 1e9, { max_grad_norm: null }],
  ],
  sac: [
    ...offPolicyNames,
    ["automaticTemperature", true, { ent_coef: "auto" }],
    ["temperature", 0.25, {}],
    ["targetEntropy", -3, { target_entropy: -3 }],
    ["stateDependentNoise", true, { use_sde: true }],
    ["initialLogStd", -2, { log_std_init: -2 }],
    ["noiseEvery", 0, { sde_sample_freq: -1 }],
  ],
  td3: [
    ...noisyNames,
    ["policyDelay", 3, { policy_delay: 3 }],
    ["targetNoiseStd", 0.25, { target_policy_noise: 0.25 }],
    ["targetNoiseClip", 0.75, { target_noise_clip: 0.75 }],
  ],
  ddpg: noisyNames,
};

Deno.test("every field of every agent has the name that it has there", () => {
  for (const [agent, fields] of Object.entries(named)) {
    for (const [field, value, expected] of fields) {
      deepStrictEqual(becomes(agent, { [field]: value }), expected, `${agent}.${field}: ${value}`);
    }
    strictEqual(becomes(agent, { imagined: 1 }), "it has no imagined");
  }
  const falling = { annealLearningRate: true, learningRate: 0.25 };
  for (const agent of ["a2c", "ppo", "dqn", "td3"]) {
    deepStrictEqual(becomes(agent, falling), { learning_rate: ["linear", 0.25] });
  }
  deepStrictEqual(
    becomes("ppo", { annealClipRange: true, clipRange: 0.25 }),
    { clip_range: ["linear", 0.25] },
  );
  deepStrictEqual(
    becomes("sac", { automaticTemperature: false, temperature: 0.25 }),
    { ent_coef: 0.25 },
  );
  for (const agent of ["td3", "ddpg"]) {
    deepStrictEqual(
      becomes(agent, { noise: "ornstein-uhlenbeck", noiseStd: 0.25 }),
      { noise: ["ornstein-uhlenbeck", 0.25] },
    );
  }
});

Deno.test("what is trained around an agent is handed on, or refused by what cannot be", () => {
  const order = (changes: object = {}, fields: object = {}) =>
    orderOf({
      agent: { name: "ppo", environments: 4, ...fields },
      environment: { id: "CartPole-v1" },
      ...{ budget: 1234, evaluation: { episodes: 10, stochastic: false }, stop: null },
      ...changes,
    }, []);
  const { algorithm, worlds, budget, episodes, testWorlds, normalize } = order() as Order;
  deepStrictEqual(
    [algorithm, worlds, budget, episodes, testWorlds, normalize],
    ["PPO", 4, 1234, 10, 10, false],
  );
  const many = order({ evaluation: { episodes: 100 } }) as Order;
  deepStrictEqual([many.episodes, many.testWorlds], [100, 25]);
  const normalized = { normalizeObservations: true, normalizeRewards: true };
  strictEqual((order({}, normalized) as Order).normalize, true);
  for (const field of Object.keys(normalized)) {
    match(String(order({}, { [field]: true })), /observations and rewards, or neither/, field);
  }
  strictEqual(order({ agent: undefined }), "no agent in a world");
  strictEqual(order({ environment: undefined }), "no agent in a world");
  strictEqual(order({ agent: { name: "random" } }), "it has no random");
  strictEqual(order({ environment: { id: "Taxi-v4" } }), "Taxi-v4 is no world of Gymnasium's");
  strictEqual(order({ stop: { episodes: 10 } }), "it ends by a stop rule");
  match(String(order({ evaluation: { episodes: 10, stochastic: true } })), /actions are drawn/);
});

Deno.test("a peer is scored over as many episodes, and no two of its seeds in the same worlds", async () => {
  const few = await orderFor("pendulum-ppo", [["evaluation.episodes", "7"]]) as Order;
  deepStrictEqual([few.episodes, few.testWorlds], [7, 7]);
  const order = await orderFor("pendulum-ppo") as Order;
  strictEqual(order.episodes, 1000);
  const seeds = judgingSeeds({ seeds: 10 }).flatMap((seed) =>
    Array.from({ length: order.testWorlds }, (_, i) => testSeedOf(order, seed) + i)
  );
  strictEqual(order.testWorlds, 25);
  strictEqual(new Set(seeds).size, 250);
});

Deno.test("what its parameters cannot express is refused by name, and a default is no demand", async () => {
  const why = async (name: string, ...set: [string, string][]) => String(await orderFor(name, set));
  match(await why("cartpole-dqn", ["agent.doubleQ", "true"]), /no doubleQ/);
  match(await why("cartpole-dqn", ["agent.environments", "4"]), /no environments of 4/);
  match(await why("cartpole-ppo", ["agent.surrogate", "kl-penalty"]), /no surrogate/);
  match(await why("cartpole-ppo", ["agent.clipValueLoss", "true"]), /no clipValueLoss of true/);
  match(await why("cartpole-ppo", ["agent.normalizeRewards", "true"]), /observations and rewards/);
  match(await why("cartpole-reinforce"), /no reinforce/);
  match(await why("pendulum-ppo", ["environment.g", "9.81"]), /^its Pendulum-v1 has no g$/);
  match(await why("cartpole-ppo", ["environment.suttonBartoReward", "true"]), /no suttonBarto/);
  match(await why("gridworld-dqn"), /GridWorld-v0 is no world of Gymnasium/);
  match(await why("cartpole-ppo-quick"), /stop rule/);
  match(await why("glyphs-vae"), /no agent/);
});

/** What a peer is asked for is its row's: preset, key, worlds of the score, arrays, rounds. */
async function holdsItsOrder({ experiment, metric }: EvidenceRow, peer: Peer) {
  const definition = await experiments.find(({ name }) => name === experiment)!.load();
  const { configuration, fields } = await resolve(definition, registries);
  strictEqual(peer.key, keyOfOrder(peer.order), experiment);
  if ("agent" in definition) {
    const order = orderOf(configuration, fields) as Order;
    deepStrictEqual(peer.order, order, experiment);
    strictEqual(peer.name, `Stable-Baselines3, ${order.algorithm}`);
    deepStrictEqual(
      [101, 102].map((seed) => peer.testSeedOf!(seed)),
      [1_000_000 + 101 * order.testWorlds, 1_000_000 + 102 * order.testWorlds],
      experiment,
    );
    strictEqual(peer.writeArrays, undefined);
    return;
  }
  const { model: { name, ...own }, dataset, budget } = configuration as {
    model: { name: string; criticSteps?: number };
    dataset: Json;
    budget: number;
  };
  // Of n critic steps and one of the generator each round.
  const rounds = own.criticSteps && { rounds: Math.floor(budget / (own.criticSteps + 1)) };
  deepStrictEqual(peer.order, { model: name, dataset, fields: own, budget, metric, ...rounds });
  strictEqual(peer.name, `${name === "flow-matching" ? "torchcfm" : "PyTorch"}, ${name}`);
  deepStrictEqual([peer.script, peer.testSeedOf], ["models.py", undefined]);
}

Deno.test("every row of the zoo's presets has a peer, and no quick one", async () => {
  for (const row of evidence) {
    const peer = await peerOf(row);
    const definition = await experiments.find(({ name }) => name === row.experiment)!.load();
    const { tunedOn } = definition;
    if (typeof peer === "object") await holdsItsOrder(row, peer);
    if (row.experiment.endsWith("-quick")) strictEqual(typeof peer, "string", row.experiment);
    else if (row.page.startsWith("docs/models/")) {
      const measuredAlike = !row.metric?.startsWith("application/") &&
        definition.callbacks === undefined;
      const known = measuredAlike && "model" in definition &&
        peerModels[namedPart(definition.model).name]?.metrics.includes(metricOf(row));
      strictEqual(typeof peer, known ? "object" : "string", row.experiment);
    } else if (tunedOn === 0 && !/-(value|policy)-iteration$/.test(row.experiment)) {
      ok(typeof peer === "object", `${row.experiment}: ${peer}`);
    }
  }
});
