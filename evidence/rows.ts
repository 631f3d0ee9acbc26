/**
 * Every claim of the documentation that an agent learns. `deno task docs:results` measures the
 * rows and writes the pages' tables; `deno task test:slow` holds them to their bars.
 *
 * A new row: an experiment, its page, the seeds, the bar, and what others obtained. The page needs
 * the two markers `<!-- results -->` and `<!-- /results -->`.
 *
 * @module
 */
import { namedPart } from "../lab/experiment/own.ts";
import { tabularExperiments } from "../experiments/tabular.ts";
import { exactReturn } from "./exact_return.ts";
import type { Bar, EvidenceRow } from "./row.ts";

const zoo = "(rl-baselines3-zoo `benchmark.md`, one agent)";

/** Methods that learn what exploring costs: on the cliff they keep a row away from the edge. */
const onPolicy = ["monte-carlo", "sarsa", "expected-sarsa"];

/** The goal in each world of the tables, and the optimum with its source. */
const tableWorlds: Record<string, { bar: Bar; reference: string }> = {
  frozenlake: { bar: { atLeast: 0.735 }, reference: "0.7402, the stationary optimum" },
  taxi: { bar: { atLeast: 7.9 }, reference: "7.93, the optimum" },
  cliffwalking: { bar: { atLeast: -13 }, reference: "-13, the optimum" },
  windy: { bar: { atLeast: -15 }, reference: "-15 (Sutton and Barto, example 6.5)" },
};

const tables = tabularExperiments.flatMap(({ name, agent, seeds = 1 }): EvidenceRow[] => {
  const [prefix] = name.split("-");
  if (!(prefix in tableWorlds)) return [];
  const safe = prefix === "cliffwalking" && onPolicy.includes(namedPart(agent).name);
  const { bar, reference } = safe
    ? {
      bar: { atLeast: -18, atMost: -15 },
      reference: "-17 along the top (Sutton and Barto, example 6.6)",
    }
    : tableWorlds[prefix];
  return [{
    experiment: name,
    page: "docs/agents/tabular.md",
    seeds,
    score: exactReturn,
    bar: { ...bar, seeds: Math.ceil(0.9 * seeds) },
    reference,
  }];
});

/** Classic control beyond CartPole: prefix, seeds, the IQM to reach, what others obtained. */
function controlRows(
  agent: string,
  worlds: readonly (readonly [
    prefix: string,
    seeds: number,
    atLeast: number,
    reference: string,
  ])[],
): EvidenceRow[] {
  return worlds.map(([prefix, seeds, atLeast, reference]) => ({
    experiment: `${prefix}-${agent}`,
    page: `docs/agents/${agent}.md`,
    seeds,
    bar: { atLeast },
    reference,
  }));
}

/** Continuous control: experiment, page, least IQM, and rl-baselines3-zoo's figure. */
const continuousControl = ([
  ["pendulum-sac-quick", "sac", -170, "-157.0 ± 88.7"],
  ["pendulum-sac", "sac", -170, "-157.0 ± 88.7"],
  ["mountaincarcontinuous-sac", "sac", 92, "94.68 ± 1.13"],
  ["pendulum-td3-quick", "td3", -170, "-151.9 ± 90.2"],
  ["pendulum-td3", "td3", -170, "-151.9 ± 90.2"],
  ["mountaincarcontinuous-td3", "td3", 92, "93.48 ± 0.08"],
  ["pendulum-ddpg-quick", "ddpg", -170, "-152.1 ± 94.3"],
  ["pendulum-ddpg", "ddpg", -170, "-152.1 ± 94.3"],
  ["mountaincarcontinuous-ddpg", "ddpg", 92, "93.51 ± 0.05"],
] as const).map(([experiment, agent, atLeast, reference]): EvidenceRow => ({
  experiment,
  page: `docs/agents/${agent}.md`,
  seeds: 5,
  bar: { atLeast },
  reference: `${reference} ${zoo}`,
}));

/** The rows, in the order of their tables. */
export const evidence: readonly EvidenceRow[] = [
  {
    experiment: "cartpole-dqn",
    page: "docs/agents/dqn.md",
    seeds: 10,
    bar: { atLeast: 475, seeds: 8 },
    reference: `500 ± 0 ${zoo}`,
  },
  {
    experiment: "acrobot-dqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -85 },
    reference: `-76.6 ± 11.8 ${zoo}`,
  },
  {
    experiment: "acrobot-dqn-quick",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -85 },
    reference: `-76.6 ± 11.8, DQN ${zoo}`,
  },
  {
    experiment: "mountaincar-dqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -115 },
    reference: `-100.8 ± 9.9 ${zoo}`,
  },
  {
    experiment: "mountaincar-dqn-tuned",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -115 },
    reference: `-100.8 ± 9.9, DQN ${zoo}`,
  },
  {
    experiment: "cartpole-qrdqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: 475 },
    reference: `500 ± 0, QR-DQN ${zoo}`,
  },
  {
    experiment: "acrobot-qrdqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -85 },
    reference: `-69.1 ± 10.0, QR-DQN ${zoo}`,
  },
  {
    experiment: "mountaincar-qrdqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: -115 },
    reference: `-106.0 ± 15.5, QR-DQN ${zoo}`,
  },
  {
    experiment: "cartpole-dqn-quick",
    page: "docs/agents/dqn.md",
    seeds: 10,
    bar: { atLeast: 475, seeds: 8 },
    reference: "",
  },
  {
    experiment: "gridworld-dqn",
    page: "docs/agents/dqn.md",
    seeds: 5,
    bar: { atLeast: 0.859, seeds: 5 },
    reference: "0.86, the shortest way",
  },
  {
    experiment: "cartpole-ppo",
    page: "docs/agents/ppo.md",
    seeds: 10,
    bar: { atLeast: 475, seeds: 10 },
    reference: `500 ± 0 ${zoo}`,
  },
  {
    experiment: "cartpole-ppo-quick",
    page: "docs/agents/ppo.md",
    seeds: 10,
    bar: { atLeast: 475, seeds: 10 },
    reference: "",
  },
  ...controlRows("ppo", [
    ["acrobot", 5, -82, `-73.5 ± 18.2 ${zoo}`],
    ["mountaincar", 5, -118, `-110.4 ± 19.5 ${zoo}`],
    ["pendulum", 10, -185, `-172.2 ± 104.2 ${zoo}`],
    ["mountaincarcontinuous", 20, 85, `88.34 ± 2.57 ${zoo}`],
  ]),
  {
    experiment: "cartpole-a2c",
    page: "docs/agents/a2c.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: `500 ± 0 ${zoo}`,
  },
  {
    experiment: "cartpole-a2c-quick",
    page: "docs/agents/a2c.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  {
    experiment: "cartpole-actor-critic",
    page: "docs/agents/a2c.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  ...controlRows("a2c", [
    ["acrobot", 5, -86, `-83.4 ± 17.2 ${zoo}`],
    ["mountaincar", 5, -118, `-111.3 ± 24.1 ${zoo}`],
    ["pendulum", 5, -185, `-163.0 ± 103.2 ${zoo}`],
    ["mountaincarcontinuous", 5, 85, `91.17 ± 0.26 ${zoo}`],
  ]),
  {
    experiment: "cartpole-a3c",
    page: "docs/agents/a3c.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  {
    experiment: "cartpole-impala",
    page: "docs/agents/impala.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  {
    experiment: "cartpole-impala-old",
    page: "docs/agents/impala.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  {
    experiment: "cartpole-impala-uncorrected",
    page: "docs/agents/impala.md",
    seeds: 10,
    bar: { atMost: 100 },
    reference: "",
  },
  {
    experiment: "cartpole-reinforce",
    page: "docs/agents/reinforce.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "",
  },
  {
    experiment: "cartpole-reinforce-quick",
    page: "docs/agents/reinforce.md",
    seeds: 10,
    bar: { atLeast: 475 },
    reference: "500 at about update 13 of 32 episodes, five seeds (ARENA, PR 396)",
  },
  {
    experiment: "cartpolenovel-recurrent-ppo",
    page: "docs/agents/recurrent-ppo.md",
    seeds: 5,
    bar: { atLeast: 475 },
    reference: `500 ± 0 ${zoo}`,
  },
  {
    experiment: "pendulumnovel-recurrent-ppo",
    page: "docs/agents/recurrent-ppo.md",
    seeds: 5,
    bar: { atLeast: -230 },
    reference: `-217.9 ± 140.1 ${zoo}`,
  },
  {
    experiment: "repeatprevious-recurrent-ppo",
    page: "docs/agents/recurrent-ppo.md",
    seeds: 5,
    bar: { atLeast: 29 },
    reference: "30, the optimum; 7.5 without memory",
  },
  {
    experiment: "gridworldpixels-dqn",
    page: "docs/agents/pixels.md",
    seeds: 5,
    bar: { atLeast: 0.919, seeds: 5 },
    reference: "0.92, the shortest way",
  },
  {
    experiment: "gridworldpixels-ppo",
    page: "docs/agents/pixels.md",
    seeds: 5,
    bar: { atLeast: 0.919, seeds: 5 },
    reference: "0.92, the shortest way",
  },
  {
    experiment: "cartpolepixels-dqn",
    page: "docs/agents/pixels.md",
    seeds: 5,
    bar: { atLeast: 200 },
    reference: "",
  },
  {
    experiment: "cartpolepixels-ppo",
    page: "docs/agents/pixels.md",
    seeds: 5,
    bar: { atLeast: 200 },
    reference: "",
  },
  ...continuousControl,
  ...tables,
];
