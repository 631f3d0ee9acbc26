/**
 * Uniformly random actions, the baseline that returns are held against. It learns nothing.
 *
 * Every choice of a Discrete or MultiDiscrete action is equally probable among those that the
 * world's action mask allows. A number of a Box is uniform between its bounds; where one bound is
 * infinite it is exponentially distributed from the other, where both are, normally.
 *
 * Training draws from the run's stream `policy`, an evaluation from the generator that it is given,
 * which seeds the episodes too: the same seed plays the same episodes.
 *
 * @module
 */
import * as z from "zod";
import { givenActionMask, sampleAction } from "../lab/core/action_mask.ts";
import { BaseTrainer, type TrainerParts } from "../lab/core/base_trainer.ts";
import type { Environment } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { ActOptions, Report } from "../lab/core/trainer.ts";
import { type AgentContext, defineAgent } from "./define_agent.ts";
import { actionRows, type ActionSpace } from "./distributions/actions.ts";
import { TableGroups } from "./tabular/table_trainer.ts";
import { EvaluatedEpisodes, LONGEST, playEpisode } from "./trainers/evaluated_episodes.ts";
import { requireObservation } from "./worlds/finite.ts";
import { World } from "./worlds/world.ts";

const configuration = z.strictObject({});

/** The agent has no fields. */
type RandomConfiguration = z.output<typeof configuration>;

/** Kinds of actions that can be drawn. */
const kinds: readonly ActionSpace["kind"][] = ["discrete", "multi-discrete", "box"];

/** Environment steps of one iteration. */
const ITERATION = 2000;

/**
 * Whole episodes of uniformly random actions.
 *
 * @param random Seeds each episode, then draws its actions.
 * @param episodes How many, one after the other.
 * @param masked Whether actions are drawn from those alone that the world's masks allow.
 */
export function randomEpisodes(
  environment: Environment,
  random: Generator,
  episodes: number,
  masked = true,
): EvaluatedEpisodes {
  const { id, actionSpace, timeLimit = LONGEST } = environment;
  const evaluated = new EvaluatedEpisodes();
  for (let i = 0; i < episodes; i++) {
    const { observation } = environment.reset({ seed: random.integers(2 ** 32) });
    evaluated.add(playEpisode(
      environment,
      observation,
      timeLimit,
      () => sampleAction(id, actionSpace, random, masked ? environment.actionMask?.() : undefined),
    ));
  }
  return evaluated;
}

class RandomTrainer extends BaseTrainer {
  protected readonly parts: TrainerParts;
  readonly #world: World;
  readonly #random: Generator;
  /** Draws for `act`, so that it leaves training as it is. */
  readonly #shown: Generator;
  readonly #makeEnvironment: () => Environment;
  #evaluated: Environment | undefined;
  /** It before its first episode, where it can be kept: what it keeps over episodes is then forgotten. */
  #asNew: Json | undefined;

  constructor(context: AgentContext<RandomConfiguration>) {
    super("environmentSteps", context.budget);
    const { name, stream, makeEnvironment } = context;
    this.#world = new World(name, context, 1, { actions: kinds, maskActions: true });
    this.#random = stream("policy");
    this.#shown = stream("act");
    this.#makeEnvironment = makeEnvironment;
    this.parts = {
      name,
      workspace: new TableGroups(1, {}, {}),
      groups: [],
      resumables: { world: this.#world, policy: this.#random },
    };
  }

  /** 2000 environment steps, or what is left of the budget. */
  // deno-lint-ignore require-await
  async iterate(): Promise<Report> {
    const world = this.#world;
    const { actionSpace } = world.shape;
    const actions = actionRows(actionSpace, 1);
    const count = Math.min(ITERATION, this.remaining);
    for (let i = 0; i < count; i++) {
      const action = sampleAction(world.vector.id, actionSpace, this.#random, world.masks);
      actions.set(
        actionSpace.kind === "discrete"
          ? [action as number - actionSpace.start]
          : action as ArrayLike<number>,
      );
      world.step(actions);
    }
    this.progress.environmentSteps += count;
    this.progress.iterations += 1;
    return { metrics: world.episodes.metrics() };
  }

  // deno-lint-ignore require-await
  async evaluate(
    { random, episodes = 100 }: { random: Generator; episodes?: number },
  ): Promise<Report> {
    const environment = this.#open();
    const limit = environment.timeLimit ?? LONGEST;
    return randomEpisodes(environment, random, episodes).report(limit, environment);
  }

  #open(): Environment {
    if (this.#evaluated === undefined) {
      this.#evaluated = this.#makeEnvironment();
      this.#asNew = this.#evaluated.snapshot?.();
    } else if (this.#asNew !== undefined) {
      this.#evaluated.restore?.(this.#asNew);
    }
    return this.#evaluated;
  }

  /** A random action; each call draws the next one. @throws InputError for a wrong observation. */
  // deno-lint-ignore require-await
  async act(observation: unknown, { actionMask }: ActOptions = {}): Promise<unknown> {
    const { shape: { observationSpace, actionSpace }, vector } = this.#world;
    requireObservation(observationSpace, observation);
    const mask = actionMask && givenActionMask(vector.id, actionSpace, actionMask);
    return sampleAction(vector.id, actionSpace, this.#shown, mask);
  }
}

/** Uniformly random actions in any world. */
export const random = defineAgent<RandomConfiguration>({
  name: "random",
  summary: "Uniformly random actions: the baseline that every return is held against",
  takes: { actions: kinds },
  configuration,
  trainer: (context) => new RandomTrainer(context),
});
