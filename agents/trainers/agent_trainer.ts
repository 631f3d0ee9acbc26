/**
 * What the trainers of all agents have in common: counters, evaluation, snapshots.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Progress } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import type { Moment, Report, Trainer } from "../../lab/core/trainer.ts";
import { PARAMETERS, restoreSnapshot, takeSnapshot, type TrainerParts } from "./checkpoint.ts";
import type { Evaluator } from "./evaluation.ts";

/** An agent's trainer but for `iterate`. Its budget counts environment steps. */
export abstract class AgentTrainer implements Trainer {
  readonly progress: Progress = {
    iterations: 0,
    environmentSteps: 0,
    gradientSteps: 0,
    examples: 0,
  };
  readonly budget: Trainer["budget"];
  /** What snapshots hold; set by the agent. */
  protected abstract readonly parts: Omit<TrainerParts, "progress">;
  /** The greedy policy's measure; set by the agent. */
  protected abstract readonly evaluator: Evaluator;

  /** @param total Budget in environment steps. */
  constructor(total: number) {
    this.budget = { unit: "environmentSteps", total };
  }

  abstract iterate(): Promise<Report>;

  /** See `Trainer`; told by the agents that it holds for. */
  get irreproducible(): string | undefined {
    return undefined;
  }

  /** How much of the budget is spent: 0 at the start, 1 at the end. */
  protected get spent(): number {
    return this.progress.environmentSteps / this.budget.total;
  }

  /**
   * Environment steps that the budget still allows.
   *
   * @throws InputError where it is spent.
   */
  protected get remaining(): number {
    this.requireBudget();
    return this.budget.total - this.progress.environmentSteps;
  }

  /** Throws an `InputError` where the budget is spent. */
  protected requireBudget(): void {
    if (this.progress.environmentSteps < this.budget.total) return;
    throw new InputError(
      `Cannot train on as the budget of ${this.budget.total} environment steps is spent: ` +
        `${this.progress.environmentSteps} were taken`,
    );
  }

  /**
   * Steps that each of `environments` takes next: `length`, or less at the end of the budget, which
   * is rounded up to a whole step of all of them.
   */
  protected nextLength(length: number, environments: number): number {
    return Math.min(length, Math.ceil(this.remaining / environments));
  }

  evaluate(context: { random: Generator; episodes?: number }): Promise<Report> {
    const { episodes } = this.parts.world;
    return this.evaluator.evaluate(context, {
      environmentSteps: this.progress.environmentSteps,
      highestReturn: episodes.highestReturn,
    });
  }

  act(observation: unknown, moment?: Moment): Promise<unknown> {
    return this.evaluator.act(observation, moment);
  }

  async exportPolicy(
    about: Readonly<Record<string, string>> = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.evaluator.export(await this.parts.workspace.read(PARAMETERS), about);
  }

  snapshot(): Promise<Snapshot> {
    return takeSnapshot({ ...this.parts, progress: this.progress });
  }

  // deno-lint-ignore require-await
  async restore(snapshot: Snapshot): Promise<void> {
    restoreSnapshot({ ...this.parts, progress: this.progress }, snapshot);
  }

  /** Frees the workspace's tensors. */
  dispose(): void {
    this.parts.workspace.dispose();
  }
}
