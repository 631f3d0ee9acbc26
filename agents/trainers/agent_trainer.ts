/**
 * What the trainers of all agents have in common beside a base trainer: a world and the greedy
 * policy's evaluation.
 *
 * @module
 */
import {
  BaseTrainer,
  PARAMETERS,
  type Resumable,
  type TrainerParts,
} from "../../lab/core/base_trainer.ts";
import { InputError } from "../../lab/core/errors.ts";
import { kindOf } from "../../lab/core/plain.ts";
import type { RowStep } from "../../lab/compute/row_step.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import type {
  ActOptions,
  EvaluationContext,
  PolicyFileOptions,
  Report,
} from "../../lab/core/trainer.ts";
import type { EpisodeWindow } from "../worlds/episodes.ts";
import type { Evaluator } from "./evaluation.ts";

/** The training environments: they go on from a checkpoint, and know the highest return so far. */
export type TrainingWorld = Resumable & {
  readonly episodes: Pick<EpisodeWindow, "highestReturn">;
  /** Whether `restore` could not go on with the episodes and began new ones. */
  readonly beganAnew?: boolean;
};

/** An agent's trainer but for `iterate`. Its budget counts environment steps. */
export abstract class AgentTrainer extends BaseTrainer {
  protected abstract override readonly parts: TrainerParts & {
    readonly resumables: TrainerParts["resumables"] & { readonly world: TrainingWorld };
  };
  /** The greedy policy's measure. */
  protected abstract readonly evaluator: Evaluator;

  /** @param total Budget in environment steps. */
  constructor(total: number) {
    super("environmentSteps", total);
  }

  /**
   * Steps that each of `environments` takes next: `length`, or less at the end of the budget, which
   * is rounded up to a whole step of all of them.
   *
   * @throws InputError where the budget is spent.
   */
  protected nextLength(length: number, environments: number): number {
    return Math.min(length, Math.ceil(this.remaining / environments));
  }

  /** @throws InputError where an own agent's parts lack its world. */
  requireWhole(): void {
    void this.#world;
  }

  evaluate(context: EvaluationContext): Promise<Report> {
    const { highestReturn } = this.#world.episodes;
    return this.evaluator.evaluate(context, { highestReturn });
  }

  /** The training environments. @throws InputError where they are missing. */
  get #world(): TrainingWorld {
    const { name, resumables } = this.parts;
    if (resumables.world?.episodes !== undefined) return resumables.world;
    throw new InputError(
      `Cannot train ${name} as parts.resumables must hold its World, with episodes, as world: ` +
        (resumables.world === undefined
          ? `it holds ${Object.keys(resumables).join(", ") || "nothing"}`
          : `a ${kindOf(resumables.world)}`),
    );
  }

  override async restore(snapshot: Snapshot): Promise<void> {
    const world = this.#world;
    await super.restore(snapshot);
    if (!world.beganAnew) return;
    const { resumables, replay } = this.parts;
    for (const part of [...Object.values(resumables), replay]) part?.abandon?.();
  }

  act(observation: unknown, options?: ActOptions): Promise<unknown> {
    return this.evaluator.act(observation, options);
  }

  async exportPolicy(
    about: Readonly<Record<string, string>> = {},
    options?: PolicyFileOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const parameters = await this.parts.workspace.read(PARAMETERS);
    return this.evaluator.export(parameters, about, options);
  }

  async rowSteps(): Promise<RowStep[]> {
    return [this.evaluator.rowStep(await this.parts.workspace.read(PARAMETERS))];
  }
}
