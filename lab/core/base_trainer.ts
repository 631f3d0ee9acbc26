/**
 * What every trainer has, of agents and of models: counters, a budget, snapshots and how one goes on
 * from them.
 *
 * @module
 */
import { unitWords } from "./budget.ts";
import { InputError } from "./errors.ts";
import type { Progress } from "./metrics.ts";
import type { Generator } from "./random.ts";
import { type Json, REPLAY, type Snapshot } from "./snapshot.ts";
import { belowPrefix, type NamedTensors, prefixed } from "./tensor_data.ts";
import type { BudgetUnit, Report, Trainer } from "./trainer.ts";

/** Something that goes on from plain data: a generator, a world, the order of minibatches. */
export interface Resumable {
  /** Where it stands. */
  snapshot(): Json;
  /** Goes on from there. */
  restore(snapshot: Json): void;
  /** Forgets what belongs to the episodes under way; called where these do not go on. */
  abandon?(): void;
  /**
   * Takes over what another run had measured: moments, not where it stood.
   *
   * @throws InputError where that run measured what this one does not, or the other way round.
   */
  inherit?(snapshot: Json): void;
}

/** Rows that are kept and lent: a replay buffer, rollouts that wait. */
export interface ResumableRows {
  /** Tensors, which may be views, and what they do not hold. */
  snapshot(): { readonly tensors: NamedTensors; readonly values: Json };
  /** Goes on from there. */
  restore(tensors: NamedTensors, values: Json): void;
  /** Forgets what belongs to the episodes under way; called where these do not go on. */
  abandon?(): void;
}

/** Named groups of tensors; a `Workspace` is one. */
export interface TensorGroups {
  /** Copies of a group's tensors. */
  read(group: string): Promise<NamedTensors>;
  /** Overwrites a group. @throws InputError where names or shapes differ. */
  write(group: string, tensors: NamedTensors): void;
  /** Frees them. */
  dispose(): void;
}

/** What a trainer consists of between two iterations. */
export interface TrainerParts {
  /** Its definition's name: a checkpoint of another one is refused. */
  readonly name: string;
  /** Holds the group `parameters` and those of `groups`. */
  readonly workspace: TensorGroups;
  /** Groups beside `parameters` that a checkpoint holds: optimizer state, target networks. */
  readonly groups: readonly string[];
  /** Everything else that goes on, by the name that it has in a checkpoint. */
  readonly resumables: Readonly<Record<string, Resumable>>;
  /** Too large to copy: lent to a snapshot. */
  readonly replay?: ResumableRows;
}

/** The group that holds the learned networks. */
export const PARAMETERS = "parameters";

/** A trainer but for its iteration and its evaluation. */
export abstract class BaseTrainer implements Trainer {
  readonly progress: Progress = {
    iterations: 0,
    environmentSteps: 0,
    gradientSteps: 0,
    examples: 0,
  };
  readonly budget: Trainer["budget"];
  /** What snapshots hold. */
  protected abstract readonly parts: TrainerParts;

  /**
   * Starts at nothing spent.
   *
   * @param total Budget in `unit`, > 0.
   */
  constructor(unit: BudgetUnit, total: number) {
    this.budget = { unit, total };
  }

  abstract iterate(): Promise<Report>;

  abstract evaluate(context: { random: Generator; episodes?: number }): Promise<Report>;

  /** See `Trainer`; returned by the trainers that it holds for. */
  get irreproducible(): string | undefined {
    return undefined;
  }

  /** How much of the budget is spent: 0 at the start, 1 at the end. */
  protected get spent(): number {
    return this.progress[this.budget.unit] / this.budget.total;
  }

  /**
   * What the budget still allows, in its unit.
   *
   * @throws InputError where it is spent.
   */
  protected get remaining(): number {
    this.requireBudget();
    return this.budget.total - this.progress[this.budget.unit];
  }

  /** @throws InputError where the budget is spent. */
  protected requireBudget(): void {
    if (this.spent < 1) return;
    const { unit, total } = this.budget;
    throw new InputError(
      `Cannot train on as the budget of ${total} ${unitWords[unit].full} is spent: ` +
        `${this.progress[unit]} were taken`,
    );
  }

  async snapshot(): Promise<Snapshot> {
    const { name, workspace, groups, resumables, replay } = this.parts;
    const state: NamedTensors = {};
    for (const group of groups) {
      Object.assign(state, prefixed(await workspace.read(group), `${group}/`));
    }
    const kept = replay?.snapshot();
    return {
      parameters: await workspace.read(PARAMETERS),
      state,
      ...kept === undefined ? {} : { lent: prefixed(kept.tensors, REPLAY) },
      values: {
        trainer: name,
        progress: { ...this.progress },
        resumables: Object.fromEntries(
          Object.entries(resumables).map(([name, part]) => [name, part.snapshot()]),
        ),
        replay: kept?.values ?? null,
      },
    };
  }

  /**
   * Goes on from a snapshot of the same configuration. One without the replay's rows, as a diverged
   * run leaves it, acts as it did and has an empty replay.
   *
   * @throws InputError where it is another trainer's, or names or shapes of tensors differ.
   */
  // deno-lint-ignore require-await
  async restore(snapshot: Snapshot): Promise<void> {
    const { name, workspace, groups, resumables, replay } = this.parts;
    const values = snapshot.values as {
      trainer: string;
      progress: Progress & Json;
      resumables: Record<string, Json>;
      replay: Json;
    };
    if (values.trainer !== name) {
      throw new InputError(
        `Cannot restore as the checkpoint must be of ${name}: ${values.trainer}`,
      );
    }
    workspace.write(PARAMETERS, snapshot.parameters);
    for (const group of groups) workspace.write(group, belowPrefix(snapshot.state, `${group}/`));
    for (const [name, part] of Object.entries(resumables)) part.restore(values.resumables[name]);
    const rows = belowPrefix({ ...snapshot.state, ...snapshot.lent }, REPLAY);
    if (Object.keys(rows).length > 0) replay?.restore(rows, values.replay);
    Object.assign(this.progress, values.progress);
  }

  inherit({ values }: Snapshot): void {
    const { resumables: kept } = values as { resumables: Record<string, Json> };
    for (const [name, part] of Object.entries(this.parts.resumables)) {
      if (name in kept) part.inherit?.(kept[name]);
    }
  }

  /** Frees what the trainer holds. */
  dispose(): void {
    this.parts.workspace.dispose();
  }
}
