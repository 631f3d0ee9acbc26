/**
 * What the planners share: a trainer whose budget counts sweeps over all states of a world's
 * transition table, and the Bellman backup.
 *
 * @module
 */
import * as z from "zod";
import type { TrainerParts } from "../../lab/core/base_trainer.ts";
import type { TransitionTable } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Report } from "../../lab/core/trainer.ts";
import type { AgentDefinition } from "../../lab/compute/definitions.ts";
import { type Agent, type AgentContext, defineAgent } from "../define_agent.ts";
import { FORBIDDEN } from "../distributions/actions.ts";
import { gamma } from "../fields.ts";
import { TableEvaluator } from "./evaluation.ts";
import { TableGroups, TableTrainer } from "./table_trainer.ts";
import { tableOf, tableShape } from "./table_world.ts";

const configuration = z.strictObject({
  gamma,
  tolerance: z.number().positive().default(1e-10).meta({
    description: "Planning ends where no value is further from the right one than this",
  }),
});

/** The fields of the planners. */
export type PlanningConfiguration = z.output<typeof configuration>;

/**
 * Q(s, a) = Σ p(s', r | s, a) · (r + γ(1 − terminated) V(s')). Sutton and Barto (2018), equation
 * 4.6. 0 where the action cannot be taken.
 */
export function backup(
  table: TransitionTable,
  state: number,
  action: number,
  values: Float64Array,
  gamma: number,
): number {
  let sum = 0;
  for (const { probability, state: next, reward, terminated } of table[state][action]) {
    sum += probability * (reward + (terminated ? 0 : gamma * values[next]));
  }
  return sum;
}

/** The actions that can be taken in each state of a table; none where nothing is left to do. */
export type PossibleActions = readonly (readonly number[])[];

/** V(s) = max_a Q(s, a) over the actions that can be taken; 0 where none can. Equation 4.10. */
export function bestBackup(
  table: TransitionTable,
  possible: PossibleActions,
  state: number,
  values: Float64Array,
  gamma: number,
): number {
  if (possible[state].length === 0) return 0;
  let best = -Infinity;
  for (const action of possible[state]) {
    best = Math.max(best, backup(table, state, action, values, gamma));
  }
  return best;
}

/**
 * The most that values may be away from the right ones after a sweep that changed none by more than
 * `change`: γ/(1 − γ) · change. With γ = 1 there is no such bound; then the change itself.
 */
export function remainingError(change: number, gamma: number): number {
  return gamma === 1 ? change : change * gamma / (1 - gamma);
}

/** A planner between two of its sweeps. */
interface Planner {
  /** V, [S]. */
  readonly values: Float64Array;
  /** Sweeps over all states, `most` at most; says how many, the greatest change, and if it ended. */
  plan(most: number): { sweeps: number; change: number; converged: boolean };
  /** Beside `values`. */
  snapshot?(): Json;
  /** Goes on from a snapshot; `values` is restored already. */
  restore?(snapshot: Json): void;
}

class PlanningTrainer extends TableTrainer {
  protected readonly parts: TrainerParts;
  protected readonly evaluator: TableEvaluator;
  readonly #q: Float64Array;

  constructor(
    name: string,
    private readonly context: AgentContext<PlanningConfiguration>,
    private readonly table: TransitionTable,
    private readonly possible: PossibleActions,
    private readonly planner: Planner,
    private readonly actions: number,
  ) {
    super("gradientSteps", context.budget);
    this.#q = new Float64Array(table.length * actions);
    this.parts = {
      name,
      workspace: new TableGroups(actions, { "q/table": this.#q }, {}),
      groups: this.groups,
      resumables: {
        planner: {
          snapshot: () => ({ values: [...planner.values], own: planner.snapshot?.() ?? null }),
          restore: (kept) => {
            const { values, own } = kept as { values: number[]; own: Json };
            planner.values.set(values);
            planner.restore?.(own);
          },
        },
      },
    };
    this.evaluator = new TableEvaluator(name, context.makeEnvironment, this.#q, 0);
  }

  /** Some sweeps. Where nothing is left to improve, the rest of the budget counts as made. */
  // deno-lint-ignore require-await
  async iterate(): Promise<Report> {
    const { sweeps, change, converged } = this.planner.plan(this.remaining);
    const { gamma } = this.context.configuration;
    this.possible.forEach((possible, state) => {
      const row = state * this.actions;
      this.#q.fill(possible.length === 0 ? 0 : FORBIDDEN, row, row + this.actions);
      for (const action of possible) {
        this.#q[row + action] = backup(this.table, state, action, this.planner.values, gamma);
      }
    });
    this.progress.iterations += 1;
    this.progress.gradientSteps += sweeps;
    this.progress.examples += sweeps * this.table.length;
    const made = this.progress.gradientSteps;
    if (converged) this.progress.gradientSteps = this.budget.total;
    return {
      metrics: { "losses/bellman_residual": change },
      events: converged ? [{ level: "info", message: `converged after ${made} sweeps` }] : [],
    };
  }
}

/** An agent that plans on a world's transition table instead of acting in it. */
export function planningAgent(agent: {
  readonly name: string;
  readonly summary: string;
  /** As of {@linkcode defineAgent}. */
  readonly requires?: Agent<PlanningConfiguration>["requires"];
  planner(
    table: TransitionTable,
    possible: PossibleActions,
    configuration: PlanningConfiguration,
  ): Planner;
}): AgentDefinition<PlanningConfiguration> {
  const { name, summary, requires } = agent;
  return defineAgent({
    name,
    summary,
    requires,
    budgetUnit: "gradientSteps",
    takes: { observations: ["discrete"], actions: ["discrete"], transitions: true },
    configuration,
    trainer: (context) => {
      const environment = context.makeEnvironment();
      const { observationSpace, actionSpace } = tableShape(name, environment);
      const table = tableOf(environment);
      if (table?.length !== observationSpace.n) {
        throw new InputError(
          `Cannot plan with ${name} in ${environment.id} as it takes a world with a transition ` +
            `table over its ${observationSpace.n} observations: ` +
            `${table === undefined ? "none" : `${table.length} states`}`,
        );
      }
      const possible = table.map((lists) => [...lists.keys()].filter((a) => lists[a].length > 0));
      const planner = agent.planner(table, possible, context.configuration);
      return new PlanningTrainer(name, context, table, possible, planner, actionSpace.n);
    },
  });
}
