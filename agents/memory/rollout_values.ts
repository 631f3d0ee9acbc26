/**
 * Values of a rollout's observations: V(s_t) for every row and V of what each row led to, with the
 * final observation where a time limit cut the episode.
 *
 * @module
 */
import type { Workspace } from "../../lab/compute/workspace.ts";
import { compileScores, type ScoreProgram, type Scores } from "../trainers/evaluation.ts";
import type { Rollout } from "./rollout.ts";

/** Programs that value the rows of one rollout shape. */
export class RolloutValues {
  /** Rows 0 … T · N − 1, then the N observations after the last step. */
  readonly #all: ScoreProgram;
  /** N final observations at a time. */
  readonly #cut: ScoreProgram;

  /**
   * @param name Stands in the names of the programs.
   * @param values V(s), [B], of observations [B, D].
   */
  constructor(
    name: string,
    workspace: Workspace,
    private readonly rollout: Rollout,
    values: Scores,
  ) {
    const { environments, length, observationSize } = rollout;
    const compile = (part: string, batch: number) => {
      const program = `${name}/values/${part}`;
      return compileScores(workspace, program, batch, observationSize, values, { onHost: false });
    };
    this.#all = compile("rollout", (length + 1) * environments);
    this.#cut = compile("cut", environments);
  }

  /**
   * V(s_t) and V of the observation that each of the first `count` transitions led to.
   *
   * @param following [N, D]: the observations after the last of them.
   * @param rollout Another one of the same shape.
   */
  async of(
    count: number,
    following: Float32Array,
    rollout: Rollout = this.rollout,
  ): Promise<{ values: Float64Array; nextValues: Float64Array }> {
    const { environments, observations, observationSize, cut } = rollout;
    const view = this.#all.input.observations;
    view.set(observations.subarray(0, count * observationSize));
    view.set(following, count * observationSize);
    this.#all.run();
    const all = await this.#all.read("scores");
    const values = Float64Array.from(all.subarray(0, count));
    const nextValues = Float64Array.from(all.subarray(environments, count + environments));
    for (let first = 0; first < cut.length; first += environments) {
      const part = cut.slice(first, first + environments);
      part.forEach(({ observation }, i) =>
        this.#cut.input.observations.set(observation, i * observationSize)
      );
      this.#cut.run();
      const finals = await this.#cut.read("scores");
      part.forEach(({ row }, i) => nextValues[row] = finals[i]);
    }
    return { values, nextValues };
  }
}
