/**
 * Learning evidence (slow) of the methods over tables beside the rows of evidence/rows.ts: where
 * on-policy methods walk, and what bandits earn.
 */
import { ok } from "node:assert";
import { agents } from "../../../agents/mod.ts";
import { environments, makeEnv } from "../../../envs/mod.ts";
import { greedyTable, worldOf } from "../../../evidence/exact_return.ts";
import { tabularExperiments } from "../../../experiments/tabular.ts";
import type { TransitionTable } from "../../../lab/core/environment.ts";
import type { Registries } from "../../../lab/experiment/registries.ts";
import { train } from "../../../lab/experiment/train.ts";
import { bootstrapInterval, mean } from "../../../lab/statistics/mod.ts";
import { bandits, trainerOf } from "../../agents/tabular/laboratory.ts";

const registries: Registries = {
  module: import.meta.url,
  environments,
  agents,
  models: [],
  datasets: [],
  experiments: [],
};

/** The states that the greedy policy goes through from `state` on; nothing is left to chance. */
function path(table: TransitionTable, policy: ArrayLike<number>, state: number): number[] {
  const states = [state];
  for (let i = 0; i < 200; i++) {
    const [{ state: next, terminated }] = table[states.at(-1)!][policy[states.at(-1)!]];
    states.push(next);
    if (terminated) break;
  }
  return states;
}

for (const method of ["monte-carlo", "sarsa", "expected-sarsa"]) {
  const name = `cliffwalking-${method}`;
  Deno.test(`${name} keeps away from the edge on nine seeds of ten`, async () => {
    const definition = tabularExperiments.find((each) => each.name === name)!;
    const environment = worldOf(definition);
    let safe = 0;
    for (let seed = 1; seed <= definition.seeds!; seed++) {
      const result = await train(definition, { seed, registries, backend: "cpu" });
      const policy = greedyTable(environment, result.parameters);
      result.dispose();
      const cells = path(environment.transitions!(), policy, 36);
      if (cells.at(-1) === 47 && cells.every((cell) => cell < 25 || cell > 34)) safe += 1;
    }
    ok(safe >= 0.9 * definition.seeds!, `${safe}`);
  });
}

for (const kind of ["gaussian", "bernoulli"]) {
  for (const agent of bandits) {
    Deno.test(`${agent} earns on 200 ${kind} bandits`, async () => {
      const fields: Record<string, object> = {
        "epsilon-greedy-bandit": { epsilon: 0.1 },
        "gradient-bandit": { learningRate: kind === "gaussian" ? 0.2 : 0.5 },
        "ucb-bandit": { confidence: kind === "gaussian" ? 1 : 0.3 },
        "thompson-bandit": { rewards: kind },
      };
      const rewards: number[] = [], best: number[] = [];
      for (let armSeed = 0; armSeed < 200; armSeed++) {
        const world = () => makeEnv("Bandit-v0", { kind, armSeed });
        const trainer = await trainerOf(agent, world, fields[agent], { budget: 1000 });
        let report = await trainer.iterate();
        while (trainer.progress.environmentSteps < 1000) report = await trainer.iterate();
        rewards.push(report.metrics["rollout/episode_return_mean"] / 1000);
        const environment = world();
        environment.reset({ seed: 1 });
        best.push(environment.step(await trainer.act!(0)).info.optimal ? 1 : 0);
      }
      const { low, high } = bootstrapInterval([rewards], (scores) => mean(scores));
      console.log(
        `| \`${agent}\` | ${kind} | ${mean(rewards).toFixed(3)} [${low.toFixed(3)}, ` +
          `${high.toFixed(3)}] | ${(100 * mean(best)).toFixed(0)} % |`,
      );
      ok(mean(rewards) >= (kind === "gaussian" ? 1.25 : 0.8), `${mean(rewards)}`);
    });
  }
}
