/**
 * Learning evidence (slow): every method over tables, its greedy policy valued exactly on the
 * world's transition table, over seeds 1 to 10. Prints the rows of docs/agents/tabular.md.
 */
import { ok } from "node:assert";
import { agents } from "../../../agents/mod.ts";
import { expectedReturns } from "../../../agents/tabular/evaluation.ts";
import { greedy } from "../../../agents/tabular/tables.ts";
import { environments, makeEnv } from "../../../envs/mod.ts";
import { tabularExperiments } from "../../../experiments/tabular.ts";
import type { Environment, TransitionTable } from "../../../lab/core/environment.ts";
import type { Discrete } from "../../../lab/core/space.ts";
import type { AgentExperiment } from "../../../lab/experiment/definition.ts";
import type { Registries } from "../../../lab/experiment/registries.ts";
import { train } from "../../../lab/experiment/train.ts";
import { bootstrapInterval, iqm, mean } from "../../../lab/statistics/mod.ts";
import { bandits, trainerOf } from "../../agents/tabular/laboratory.ts";

const registries: Registries = {
  module: import.meta.url,
  environments,
  agents,
  models: [],
  datasets: [],
  experiments: [],
};

/** The states in which episodes start; each as likely as the others in these worlds. */
function startsOf(environment: Environment): number[] {
  const starts = new Set<number>();
  for (let seed = 0; seed < 5000; seed++) starts.add(environment.reset({ seed }).observation);
  return [...starts];
}

/** A trained table's greedy policy in a world. */
class Trained {
  readonly environment: Environment;
  readonly table: TransitionTable;
  readonly policy: number[];

  /** @param tables Action values: one table, or two whose mean counts. */
  constructor({ environment }: AgentExperiment, tables: readonly ArrayLike<number>[]) {
    const { id, ...options } = environment as { id: string };
    this.environment = makeEnv(id, options);
    this.table = this.environment.transitions!();
    const actions = (this.environment.actionSpace as Discrete).n;
    const q = Float64Array.from(
      tables[0],
      (_, i) => tables.reduce((sum, table) => sum + table[i], 0) / tables.length,
    );
    this.policy = this.table.map((_, state) => greedy(q, state * actions, actions));
  }

  /** Its exact return within the world's time limit, or 200 steps where it has none. */
  get exactReturn(): number {
    const values = expectedReturns(this.table, this.policy, this.environment.timeLimit ?? 200);
    return mean(startsOf(this.environment).map((state) => values[state]));
  }

  /** The states it goes through from `state` on, where nothing is left to chance. */
  path(state: number): number[] {
    const states = [state];
    for (let i = 0; i < 200; i++) {
      const [{ state: next, terminated }] = this.table[states.at(-1)!][this.policy[states.at(-1)!]];
      states.push(next);
      if (terminated) break;
    }
    return states;
  }
}

/**
 * Trains seeds 1 … n, prints a row of the documentation, and holds nine seeds of ten to `reached`.
 *
 * @returns Exact returns by seed.
 */
async function evidence(
  definition: AgentExperiment,
  reached: (one: Trained) => boolean,
): Promise<number[]> {
  const begin = performance.now();
  const returns: number[] = [];
  let reaching = 0;
  const { name, seeds = 1, budget } = definition;
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await train(definition, { seed, registries, backend: "cpu" });
    const one = new Trained(definition, Object.values(result.parameters).map((t) => t.values));
    result.dispose();
    returns.push(one.exactReturn);
    if (reached(one)) reaching += 1;
  }
  const seconds = (performance.now() - begin) / 1000 / seeds;
  const { low, high } = bootstrapInterval([returns], (scores) => iqm(scores));
  const [middle, from, to, least] = [iqm(returns), low, high, Math.min(...returns)]
    .map((value) => value.toFixed(4));
  console.log(
    `| \`${name}\` | ${seeds === 1 ? "1" : `1–${seeds}`} | ${budget.toLocaleString("en")} | ` +
      `${middle} [${from}, ${to}] | ${least} | ${reaching} of ${seeds} | ${seconds.toFixed(1)} |`,
  );
  ok(reaching >= 0.9 * seeds, `${returns}`);
  return returns;
}

/** Methods that learn what exploring costs. */
const onPolicy = ["monte-carlo", "sarsa", "expected-sarsa"];

for (const definition of tabularExperiments) {
  const { name, agent } = definition;
  const [world] = name.split("-");
  if (world === "bandit") continue;
  if (world === "cliffwalking" && onPolicy.includes(agent.name)) {
    Deno.test(`${name} keeps away from the cliff`, async () => {
      const returns = await evidence(definition, (one) => {
        const path = one.path(36);
        return path.at(-1) === 47 && path.every((cell) => cell < 25 || cell > 34);
      });
      ok(iqm(returns) <= -15 && iqm(returns) >= -18, `${returns}`);
    });
    continue;
  }
  const least = { frozenlake: 0.735, taxi: 7.9, cliffwalking: -13, windy: -15 }[world]!;
  Deno.test(`${name} reaches ${least}`, async () => {
    const returns = await evidence(definition, ({ exactReturn }) => exactReturn >= least - 1e-9);
    ok(iqm(returns) >= least - 1e-9, `${returns}`);
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
