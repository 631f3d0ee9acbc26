/**
 * What the trainers over tables have in common: tables as the tensors of a snapshot, evaluation.
 *
 * @module
 */
import { BaseTrainer, PARAMETERS, type TensorGroups } from "../../lab/core/base_trainer.ts";
import { InputError } from "../../lab/core/errors.ts";
import { type NamedTensors, tensorOf } from "../../lab/core/tensor_data.ts";
import type { EvaluationContext, Report } from "../../lab/core/trainer.ts";
import { type TrainingSoFar, withoutProbabilities } from "../trainers/evaluated_episodes.ts";
import type { TableEvaluator } from "./evaluation.ts";

/** Tables of S × A values by name (`q/table`). */
export type Tables = Readonly<Record<string, Float64Array>>;

/** The group of the tables that no policy is read from. */
const STATE = "state";

/** Tables as groups of tensors. */
export class TableGroups implements TensorGroups {
  readonly #groups: Readonly<Record<string, Tables>>;

  /**
   * Over tables that training goes on changing.
   *
   * @param actions A: the length of a table's row.
   * @param parameters The tables that the policy is read from.
   * @param state Every other table.
   */
  constructor(private readonly actions: number, parameters: Tables, state: Tables) {
    this.#groups = { [PARAMETERS]: parameters, [STATE]: state };
  }

  // deno-lint-ignore require-await
  async read(group: string): Promise<NamedTensors> {
    return Object.fromEntries(
      Object.entries(this.#groups[group]).map(([name, table]) => [
        name,
        tensorOf(table.slice(), [table.length / this.actions, this.actions]),
      ]),
    );
  }

  write(group: string, tensors: NamedTensors): void {
    for (const [name, table] of Object.entries(this.#groups[group])) {
      if (tensors[name]?.values.length !== table.length) {
        throw new InputError(
          `Cannot restore ${name} as the snapshot must hold its ${table.length} values: ` +
            `${tensors[name]?.values.length ?? "none"}`,
        );
      }
      table.set(tensors[name].values);
    }
  }

  dispose(): void {}
}

/** A trainer over tables but for `iterate`. */
export abstract class TableTrainer extends BaseTrainer {
  /** Groups that its snapshots hold beside the parameters. */
  protected readonly groups: readonly string[] = [STATE];
  /** The greedy policy's measure. */
  protected abstract readonly evaluator: TableEvaluator;

  /** What training has seen; a planner sees nothing. */
  protected trainingSoFar?(): TrainingSoFar;

  // deno-lint-ignore require-await
  async evaluate(context: EvaluationContext): Promise<Report> {
    if (context.stochastic) throw withoutProbabilities();
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
}
