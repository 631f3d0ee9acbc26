/**
 * Greedy evaluation in lockstep over many environments, and the greedy action for one observation.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { vectorOf } from "../../lab/core/batched.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Report } from "../../lab/core/trainer.ts";
import type { Vector } from "../../lab/core/vector.ts";
import type { Program, Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { meanAndDeviation } from "./advantages.ts";
import { PARAMETERS } from "./checkpoint.ts";
import { greedyActions } from "./distributions.ts";
import { perBatch } from "./programs.ts";
import type { WorldShape } from "./world.ts";

/** Most environments of one evaluation. */
const WIDTH = 100;

/** Steps after which an episode of an environment without time limit counts as it stands. */
const LONGEST = 10_000;

/** Scores of the actions, [B, A], for observations [B, D]: logits or action values. */
export type Scores = (parameters: Tensors, observations: tf.Tensor) => tf.Tensor;

/** A program from observations to scores. */
export type ScoreProgram = Program<
  { readonly observations: readonly [readonly number[], "float32"] },
  never,
  "scores"
>;

/** Compiles `scores` for batches of `batch` observations. */
export function compileScores(
  workspace: Workspace,
  name: string,
  batch: number,
  observationSize: number,
  scores: Scores,
): ScoreProgram {
  return workspace.compile(
    {
      name,
      inputs: { observations: [[batch, observationSize], "float32"] },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, state }) => ({ outputs: { scores: scores(state[PARAMETERS], input.observations) } }),
  );
}

/** Measures the greedy policy of an agent's parameters. */
export class Evaluator {
  readonly #program: (batch: number) => ScoreProgram;
  #vector: Vector | undefined;

  /** @param agent Stands in the names of programs. */
  constructor(
    agent: string,
    workspace: Workspace,
    private readonly shape: WorldShape,
    private readonly makeEnvironment: () => Environment,
    scores: Scores,
  ) {
    this.#program = perBatch((batch) =>
      compileScores(workspace, `${agent}/act/${batch}`, batch, shape.observationSize, scores)
    );
  }

  /**
   * Plays `episodes` whole episodes (default 100) with the best-scored action. Each environment
   * plays a share fixed in advance, so that short episodes do not count more than long ones. The
   * environments are the evaluation's own, seeded from `random`.
   */
  async evaluate(
    { random, episodes = 100 }: { random: Generator; episodes?: number },
  ): Promise<Report> {
    const count = Math.min(episodes, WIDTH);
    const program = this.#program(count);
    const vector = this.#environments(count);
    const seeds = Array.from({ length: count }, () => random.integers(2 ** 32));
    let observations = vector.reset({ seeds });

    const left = Int32Array.from({ length: count }, (_, n) => Math.ceil((episodes - n) / count));
    const episodeReturn = new Float64Array(count);
    const episodeLength = new Float64Array(count);
    const actions = new Int32Array(count);
    const returns: number[] = [];
    const lengths: number[] = [];
    let cut = 0;
    while (returns.length < episodes) {
      program.input.observations.set(observations);
      program.run();
      greedyActions(await program.read("scores"), this.shape.actionCount, actions);
      for (let n = 0; n < count; n++) actions[n] += this.shape.actionStart;
      const step = vector.step(actions);
      observations = step.observations;
      for (let n = 0; n < count; n++) {
        if (left[n] === 0) continue;
        episodeReturn[n] += step.rewards[n];
        episodeLength[n] += 1;
        const ended = step.terminated[n] || step.truncated[n];
        if (!ended && episodeLength[n] < LONGEST) continue;
        if (!ended) cut += 1;
        returns.push(episodeReturn[n]);
        lengths.push(episodeLength[n]);
        episodeReturn[n] = 0;
        episodeLength[n] = 0;
        left[n] -= 1;
      }
    }
    const { mean, deviation } = meanAndDeviation(returns);
    return {
      metrics: {
        "evaluation/return_mean": mean,
        "evaluation/return_std": deviation,
        "evaluation/length_mean": meanAndDeviation(lengths).mean,
      },
      events: cut === 0 ? [] : [{
        level: "warning",
        message: `${cut} of ${episodes} evaluation episodes had no end after ${LONGEST} steps: ` +
          "their returns count as they stood",
      }],
    };
  }

  /** The action with the best score for one observation of the environment. */
  async act(observation: unknown): Promise<number> {
    const { observationSpace } = this.shape;
    if (!observationSpace.contains(observation)) {
      throw new InputError(
        `Cannot act as the observation must lie in ${observationSpace}: ${observation}`,
      );
    }
    const program = this.#program(1);
    observationSpace.flatten(observation, program.input.observations);
    program.run();
    const actions = new Int32Array(1);
    greedyActions(await program.read("scores"), this.shape.actionCount, actions);
    return actions[0] + this.shape.actionStart;
  }

  #environments(count: number): Vector {
    if (this.#vector?.count !== count) {
      this.#vector?.close();
      this.#vector = vectorOf(this.makeEnvironment, count, {
        autoreset: "same-step",
      });
    }
    return this.#vector;
  }
}
