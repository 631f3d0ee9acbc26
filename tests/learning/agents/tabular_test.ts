/**
 * Learning evidence (slow) of the methods over tables beside the rows of evidence/rows.ts: where
 * on-policy methods walk.
 */
import { ok } from "node:assert";
import { agents } from "../../../agents/mod.ts";
import { environments } from "../../../envs/mod.ts";
import { greedyTable, worldOf } from "../../../evidence/exact_return.ts";
import { tabularExperiments } from "../../../experiments/tabular.ts";
import type { TransitionTable } from "../../../lab/core/environment.ts";
import type { Registries } from "../../../lab/experiment/registries.ts";
import { train } from "../../../lab/experiment/train.ts";

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
