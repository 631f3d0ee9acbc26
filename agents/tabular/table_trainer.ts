/**
 * What the trainers over tables have in common: counters, evaluation, snapshots.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Progress } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json, Snapshot } from "../../lab/core/snapshot.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Report, Trainer } from "../../lab/core/trainer.ts";
import type { TrainingSoFar } from "../trainers/evaluated_episodes.ts";
import type { TableEvaluator } from "./evaluation.ts";

/** Tables of S × A values by name (`q/table`). */
export type Tables = Readonly<Record<string, Float64Array>>;

/** A trainer over tables but for `iterate`. */
export abstract class TableTrainer implements Trainer {
  readonly progress: Progress = {
    iterations: 0,
    environmentSteps: 0,
    gradientSteps: 0,
    examples: 0,
  };
  /** The tables that the policy is read from. */
  protected abstract readonly parameters: Tables;
  /** Every other table. */
  protected abstract readonly state: Tables;
  /** The greedy policy's measure. */
  protected abstract readonly evaluator: TableEvaluator;

  /** @param actions A: the length of a table's row. */
  constructor(readonly budget: Trainer["budget"], protected readonly actions: number) {}

  abstract iterate(): Promise<Report>;

  /** Counters aside, what a snapshot holds beside the tables. */
  protected abstract values(): { [key: string]: Json };

  /** Goes on from what `values` answered; the tables are restored already. */
  protected abstract takeUp(values: { [key: string]: Json }): void;

  /** What training has seen; a planner sees nothing. */
  protected trainingSoFar?(): TrainingSoFar;

  /** How much of the budget is spent: 0 at the start, 1 at the end. */
  protected get spent(): number {
    return this.progress[this.budget.unit] / this.budget.total;
  }

  /** What the budget still allows. @throws InputError where it is spent. */
  protected get remaining(): number {
    const { unit, total } = this.budget;
    const left = total - this.progress[unit];
    if (left > 0) return left;
    throw new InputError(
      `Cannot train on as the budget of ${total} ${unit} is spent: ${
        this.progress[unit]
      } were made`,
    );
  }

  // deno-lint-ignore require-await
  async evaluate(context: { random: Generator; episodes?: number }): Promise<Report> {
    return this.evaluator.evaluate(context, this.trainingSoFar?.());
  }

  // deno-lint-ignore require-await
  async act(observation: unknown): Promise<number> {
    return this.evaluator.act(observation);
  }

  // deno-lint-ignore require-await
  async exportPolicy(
    about: Readonly<Record<string, string>> = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.evaluator.export(about);
  }

  // deno-lint-ignore require-await
  async snapshot(): Promise<Snapshot> {
    const copied = (tables: Tables): NamedTensors =>
      Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [name, {
          shape: [table.length / this.actions, this.actions],
          dtype: "float64",
          values: table.slice(),
        }]),
      );
    return {
      parameters: copied(this.parameters),
      state: copied(this.state),
      values: { progress: { ...this.progress }, ...this.values() },
    };
  }

  // deno-lint-ignore require-await
  async restore(snapshot: Snapshot): Promise<void> {
    const values = snapshot.values as { [key: string]: Json };
    restoreTables(this.parameters, snapshot.parameters);
    restoreTables(this.state, snapshot.state);
    Object.assign(this.progress, values.progress);
    this.takeUp(values);
  }

  dispose(): void {
    this.evaluator.close();
  }
}

function restoreTables(tables: Tables, kept: NamedTensors): void {
  for (const [name, table] of Object.entries(tables)) {
    if (kept[name]?.values.length !== table.length) {
      throw new InputError(
        `Cannot restore ${name} as the snapshot must hold its ${table.length} values: ` +
          `${kept[name]?.values.length ?? "none"}`,
      );
    }
    table.set(kept[name].values);
  }
}
