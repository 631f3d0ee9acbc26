import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { namedPart } from "../../lab/experiment/own.ts";
import { peerModels, peerOf } from "../../evidence/peers.ts";
import { metricOf } from "../../evidence/row.ts";
import { evidence } from "../../evidence/rows.ts";
import { judgingSeeds } from "../../evidence/row.ts";
import { type Order, orderOf, testSeedOf } from "../../evidence/stable_baselines.ts";
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

Deno.test("a peer is scored over as many episodes, and no two of its seeds in the same worlds", async () => {
  const few = await orderFor("pendulum-ppo", [["evaluation.episodes", "7"]]) as Order;
  deepStrictEqual([few.episodes, few.testWorlds], [7, 7]);
  const order = await orderFor("pendulum-ppo") as Order;
  strictEqual(order.episodes, 100);
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
  match(await why("gridworld-dqn"), /GridWorld-v0 is no world of Gymnasium/);
  match(await why("cartpole-ppo-quick"), /stop rule/);
  match(await why("glyphs-vae"), /no agent/);
});

Deno.test("every row of the zoo's presets has a peer, and no quick one", async () => {
  for (const row of evidence) {
    const peer = await peerOf(row);
    const definition = await experiments.find(({ name }) => name === row.experiment)!.load();
    const { tunedOn } = definition;
    if (row.experiment.endsWith("-quick")) strictEqual(typeof peer, "string", row.experiment);
    else if (row.page.startsWith("docs/models/")) {
      const measuredAlike = !row.metric?.startsWith("application/");
      const known = measuredAlike && "model" in definition &&
        peerModels[namedPart(definition.model).name]?.metrics.includes(metricOf(row));
      strictEqual(typeof peer, known ? "object" : "string", row.experiment);
    } else if (tunedOn === 0 && !/-(value|policy)-iteration$/.test(row.experiment)) {
      ok(typeof peer === "object", `${row.experiment}: ${peer}`);
    }
  }
});
