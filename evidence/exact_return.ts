/**
 * The greedy policy of a table of action values, valued exactly.
 *
 * @module
 */
import { expectedReturns } from "../agents/tabular/evaluation.ts";
import { greedy } from "../agents/tabular/tables.ts";
import { makeEnv } from "../envs/mod.ts";
import type { Environment } from "../lab/core/environment.ts";
import type { Discrete } from "../lab/core/space.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { ExperimentDefinition, Options } from "../lab/experiment/definition.ts";
import { mean } from "../lab/statistics/scores.ts";
import type { Score } from "./row.ts";

/** The world of an experiment with a registered one. */
export function worldOf(definition: ExperimentDefinition): Environment {
  const { environment } = definition as { environment?: { id: string } & Options };
  const { id, ...options } = environment!;
  return makeEnv(id, options);
}

/**
 * The greedy action in each state, counted from 0.
 *
 * @param parameters Action values [S, A]: one table, or several whose mean counts.
 */
export function greedyTable(environment: Environment, parameters: NamedTensors): Int32Array {
  const states = (environment.observationSpace as Discrete).n;
  const actions = (environment.actionSpace as Discrete).n;
  const tables = Object.values(parameters).map(({ values }) => values);
  const q = Float64Array.from(
    { length: states * actions },
    (_, i) => mean(tables.map((table) => table[i])),
  );
  return Int32Array.from({ length: states }, (_, state) => greedy(q, state * actions, actions));
}

/** The states in which episodes start; each as likely as the others in these worlds. */
export function startsOf(environment: Environment): number[] {
  const starts = new Set<number>();
  for (let seed = 0; seed < 5000; seed++) starts.add(environment.reset({ seed }).observation);
  return [...starts];
}

/** Its expected return on the transition table, within the world's time limit or 200 steps. */
export const exactReturn: Score = {
  name: "exact return",
  // deno-lint-ignore require-await
  async of(definition, parameters) {
    const environment = worldOf(definition);
    const policy = greedyTable(environment, parameters);
    const values = expectedReturns(
      environment.transitions!(),
      policy,
      environment.timeLimit ?? 200,
    );
    return mean(startsOf(environment).map((state) => values[state]));
  },
};
