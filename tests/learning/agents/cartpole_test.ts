/**
 * Learning evidence (slow): the agents' experiments at their full budgets, over several seeds, with
 * a bootstrap interval of the mean over seeds.
 */
import { ok } from "node:assert";
import { agents } from "../../../agents/mod.ts";
import { environments } from "../../../envs/mod.ts";
import { experiments } from "../../../experiments/mod.ts";
import type { Registries } from "../../../lab/experiment/registries.ts";
import { train } from "../../../lab/experiment/train.ts";
import { bootstrapInterval, mean, median } from "../../../lab/statistics/mod.ts";

const registries: Registries = {
  module: import.meta.url,
  environments,
  agents,
  models: [],
  datasets: [],
  experiments,
};

/** The last evaluation of each seed 1 … count. */
async function finalReturns(name: string, count: number): Promise<number[]> {
  const definition = await experiments.find((entry) => entry.name === name)!.load();
  const returns: number[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const result = await train(definition, { seed, registries });
    returns.push(result.metrics["evaluation/return_mean"]);
    result.dispose();
  }
  const { low, high } = bootstrapInterval([returns], (scores) => mean(scores));
  const list = returns.map((value) => value.toFixed(2)).join(", ");
  const interval = `[${low.toFixed(2)}, ${high.toFixed(2)}]`;
  console.log(`${name}: ${list}; mean ${mean(returns).toFixed(2)}, 95 % ${interval}`);
  return returns;
}

for (const name of ["cartpole-ppo", "cartpole-ppo-quick"]) {
  Deno.test(`${name} reaches 475 on every seed`, async () => {
    const returns = await finalReturns(name, 5);
    ok(Math.min(...returns) >= 475, `${returns}`);
  });
}

for (const name of ["cartpole-a2c", "cartpole-a2c-quick", "cartpole-dqn", "cartpole-dqn-quick"]) {
  Deno.test(`${name} reaches 475 in the median over seeds`, async () => {
    const returns = await finalReturns(name, 5);
    ok(median(returns) >= 475, `${returns}`);
  });
}

for (const name of ["cartpole-reinforce", "cartpole-reinforce-quick"]) {
  Deno.test(`${name} learns on every seed`, async () => {
    const returns = await finalReturns(name, 5);
    ok(Math.min(...returns) >= 200 && median(returns) >= 400, `${returns}`);
  });
}

Deno.test("gridworld-dqn finds the shortest way on every seed", async () => {
  const returns = await finalReturns("gridworld-dqn", 5);
  ok(Math.min(...returns) >= 0.859, `${returns}`);
});
