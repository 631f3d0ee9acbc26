/**
 * The loop that all methods over tables learn in, one transition at a time. A method says how it
 * chooses and what it learns from a transition; everything else stands here.
 *
 * @module
 */
import type * as z from "zod";
import type { Resumable, TrainerParts } from "../../lab/core/base_trainer.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkSorts, type KnownFields } from "../../lab/core/options.ts";
import { kindOf, show } from "../../lab/core/plain.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Report } from "../../lab/core/trainer.ts";
import type { AgentDefinition } from "../../lab/compute/definitions.ts";
import { type AgentContext, defineAgent } from "../define_agent.ts";
import { FORBIDDEN } from "../distributions/actions.ts";
import { TableEvaluator } from "./evaluation.ts";
import { TableGroups, type Tables, TableTrainer } from "./table_trainer.ts";
import {
  type DifferenceConfiguration,
  epsilonGreedyTable,
  moveTowards,
  type Rates,
  type WorldConfiguration,
} from "./tables.ts";
import { TableWorld } from "./table_world.ts";

/** One step in the world. The trainer overwrites it with the next. */
export interface TabularTransition {
  /** Index of the state, 0 … S − 1. */
  state: number;
  /** Index of the action, 0 … A − 1. */
  action: number;
  /** Of the step. */
  reward: number;
  /** Index of the state that it led to; an ended episode's last one, never the next one's first. */
  nextState: number;
  /** The action chosen there where the method chooses first and the state is not terminal; else −1. */
  nextAction: number;
  /** The state is terminal: it is worth 0. */
  terminated: boolean;
  /** The episode was cut off: bootstrap from the state. Never both. */
  truncated: boolean;
}

/** What an action led to. */
export type Outcome = Readonly<Pick<TabularTransition, "reward" | "nextState" | "terminated">>;

/** What a method is made from. */
export interface TabularSetup<Configuration> {
  /** S. */
  readonly states: number;
  /** A. */
  readonly actions: number;
  /** Parsed by the agent's schema. */
  readonly configuration: Configuration;
  /** All that the method draws. */
  readonly random: Generator;
}

/** How one algorithm chooses and learns. */
export interface TabularMethod {
  /** Action values [S, A] whose greedy policy is evaluated and acts. */
  readonly q: Float64Array;
  /** Tables [S, A] from which `q` follows. Default: `q` itself, as `q/table`. */
  readonly parameters?: Tables;
  /** Every other table [S, A]. */
  readonly state?: Tables;
  /** Its schedules. */
  readonly rates?: Rates;
  /** True where the next action is chosen before learning (Sarsa), not after (Q-learning). */
  readonly choosesFirst?: boolean;
  /** The next action in training. */
  choose(state: number): number;
  /** Learns from a transition. @returns Its error, target − Q(s, a). */
  learn(transition: TabularTransition): number;
  /** Forgets the open episode, which cannot be continued. */
  abandon?(): void;
  /** What the tables do not hold. */
  snapshot?(): Json;
  /** Goes on from a snapshot; the tables are restored already. */
  restore?(snapshot: Json): void;
}

/** What Q(s, a) is drawn towards after a transition, by Q [S, A], A, γ and ε. */
export type Target = (
  transition: Readonly<TabularTransition>,
  q: Float64Array,
  actions: number,
  gamma: number,
  epsilon: number,
) => number;

/** Learns one table from each transition by itself, towards `target`, and acts ε-greedily on it. */
export function differenceMethod(
  target: Target,
  setup: TabularSetup<DifferenceConfiguration>,
): TabularMethod {
  const { actions, configuration: { gamma } } = setup;
  const table = epsilonGreedyTable(setup);
  const { q, rates } = table;
  return {
    ...table,
    learn(transition) {
      const index = transition.state * actions + transition.action;
      const towards = target(transition, q, actions, gamma, rates.epsilon);
      return moveTowards(q, index, towards, rates.learningRate);
    },
  };
}

/** What an agent over tables consists of. */
interface TabularAgent<Configuration extends WorldConfiguration> {
  /** As in registries. */
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** Its schema. */
  readonly configuration: z.ZodType<Configuration>;
  /** Before the first transition. */
  method(setup: TabularSetup<Configuration>): TabularMethod;
}

/** What a method has. */
const parts: KnownFields<TabularMethod> = {
  required: { q: "object", choose: "function", learn: "function" },
  optional: {
    ...{ parameters: "object", state: "object", rates: "object", choosesFirst: "boolean" },
    ...{ abandon: "function", snapshot: "function", restore: "function" },
  },
};

/**
 * Requires that a method has its parts, and tables of the world's size.
 *
 * @throws InputError that names what is missing, or the table.
 */
function requireMethod(
  agent: string,
  method: TabularMethod,
  { states, actions }: Pick<TabularSetup<unknown>, "states" | "actions">,
): void {
  const action = `train ${agent} by its method`;
  checkSorts<TabularMethod>(action, Object(method), parts);
  const { q, parameters, state } = method;
  for (const [name, table] of Object.entries({ q, ...parameters, ...state })) {
    const isTable = table instanceof Float64Array;
    const missing = isTable && table === q ? table.findIndex(Number.isNaN) : -1;
    if (isTable && table.length === states * actions && missing < 0) continue;
    const found = !isTable
      ? kindOf(table)
      : missing < 0
      ? `it has ${table.length}`
      : `NaN for action ${missing % actions} in state ${Math.floor(missing / actions)}`;
    throw new InputError(
      `Cannot ${action} as ${name} must be a Float64Array of ${states} × ${actions} numbers: ${found}`,
    );
  }
}

/** Environment steps of one iteration. */
const ITERATION = 2000;

class TabularTrainer<C extends WorldConfiguration> extends TableTrainer {
  protected readonly parts: TrainerParts;
  protected readonly evaluator: TableEvaluator;
  readonly #world: TableWorld;
  readonly #method: TabularMethod;
  readonly #random: Generator;
  readonly #transition: TabularTransition = {
    state: 0,
    action: 0,
    reward: 0,
    nextState: 0,
    nextAction: -1,
    terminated: false,
    truncated: false,
  };
  /** Chosen for the world's state; −1: not yet. */
  #action = -1;

  constructor(agent: TabularAgent<C>, context: AgentContext<C>, world: TableWorld) {
    const { observationSpace, actionSpace } = world.shape;
    super("environmentSteps", context.budget);
    const { configuration, makeEnvironment } = context;
    this.#world = world;
    this.#random = context.stream("exploration");
    const sizes = { states: observationSpace.n, actions: actionSpace.n };
    this.#method = agent.method({ ...sizes, configuration, random: this.#random });
    requireMethod(agent.name, this.#method, sizes);
    const { q, parameters = { "q/table": q }, state = {} } = this.#method;
    if (configuration.maskActions) {
      const tables = new Set([...Object.values(parameters), q]);
      const [learned] = tables;
      world.watchMasks((state, action, isAllowed) => {
        const index = state * actionSpace.n + action;
        if (!isAllowed) {
          for (const table of tables) table[index] = FORBIDDEN;
        } else if (learned[index] === FORBIDDEN) {
          throw new InputError(
            `Cannot train ${agent.name} as the world's action mask must follow from the observation ` +
              `(agent.maskActions=false leaves it out): observation ${
                state + observationSpace.start
              } forbade action ${action + actionSpace.start} before`,
          );
        }
      });
    }
    this.parts = {
      name: agent.name,
      workspace: new TableGroups(actionSpace.n, parameters, state),
      groups: this.groups,
      resumables: { exploration: this.#random, episode: this.#openEpisode() },
    };
    this.evaluator = new TableEvaluator(
      agent.name,
      makeEnvironment,
      q,
      configuration.episodeLimit,
    );
  }

  /** 2000 environment steps, or what is left of the budget. */
  // deno-lint-ignore require-await
  async iterate(): Promise<Report> {
    const count = Math.min(ITERATION, this.remaining);
    let errors = 0;
    for (let i = 0; i < count; i++) errors += Math.abs(this.#step());
    this.progress.iterations += 1;
    return {
      metrics: {
        ...this.#world.episodes.metrics(),
        "losses/td_error": errors / count,
        ...this.#method.rates?.metrics(),
      },
    };
  }

  #step(): number {
    const world = this.#world, method = this.#method, transition = this.#transition;
    method.rates?.at(this.spent);
    const action = this.#action < 0 ? method.choose(world.state) : this.#action;
    transition.state = world.state;
    transition.action = action;
    world.step(action);
    transition.reward = world.reward;
    transition.nextState = world.nextState;
    transition.terminated = world.terminated;
    transition.truncated = world.truncated;
    const chooses = method.choosesFirst === true && !world.terminated;
    transition.nextAction = chooses ? method.choose(world.nextState) : -1;
    this.#action = world.truncated ? -1 : transition.nextAction;
    this.progress.environmentSteps += 1;
    this.progress.gradientSteps += 1;
    this.progress.examples += 1;
    const error = method.learn(transition);
    if (typeof error !== "number") this.#refuse(error);
    return error;
  }

  #refuse(error: unknown): never {
    throw new InputError(
      `Cannot train ${this.parts.name} by its method as learn must return a number, the error: ` +
        show(error),
    );
  }

  protected override trainingSoFar() {
    const { highestReturn } = this.#world.episodes;
    return { highestReturn };
  }

  /** The world, the action that stands chosen and what the tables of the method do not hold. */
  #openEpisode(): Resumable {
    return {
      snapshot: () => ({
        world: this.#world.snapshot(),
        action: this.#action,
        method: this.#method.snapshot?.() ?? null,
      }),
      restore: (kept) => {
        const { world, action, method } = kept as { world: Json; action: number; method: Json };
        this.#action = action;
        this.#method.restore?.(method);
        if (this.#world.restore(world)) return;
        this.#action = -1;
        this.#method.abandon?.();
      },
    };
  }
}

/** An agent for any world with Discrete observations and actions; its budget counts steps there. */
export function tabularAgent<C extends WorldConfiguration>(
  agent: TabularAgent<C>,
): AgentDefinition<C> {
  const { name, summary, configuration } = agent;
  return defineAgent({
    name,
    summary,
    takes: { observations: ["discrete"], actions: ["discrete"] },
    configuration,
    trainer: (context) => {
      const world = new TableWorld(name, context, context.configuration.episodeLimit);
      return new TabularTrainer(agent, context, world);
    },
  });
}
