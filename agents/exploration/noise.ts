/**
 * Exploration noise of deterministic policies, on actions in [−1, 1].
 *
 * @module
 */
import * as z from "zod";
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { ActionRows } from "../distributions/actions.ts";
import type { ScoreProgram } from "../trainers/evaluation.ts";
import { type Explorer, uniformActions } from "./explorer.ts";

/** Fields of a configuration that say which noise. */
export const noiseFields = {
  noise: z.enum(["gaussian", "ornstein-uhlenbeck"]).default("gaussian").meta({
    description: "Exploration noise: independent from step to step, or drifting back to 0",
  }),
  noiseStd: z.number().min(0).default(0.1).meta({
    description: "σ of the exploration noise, for actions scaled to [−1, 1]",
  }),
  noiseTheta: z.number().min(0).default(0.15).meta({
    description: "θ of Ornstein-Uhlenbeck noise: its pull to 0 (0.15: Lillicrap et al.)",
  }),
  noiseInterval: z.number().positive().default(0.01).meta({
    description: "Δt of Ornstein-Uhlenbeck noise at each step (0.01: Stable-Baselines3)",
  }),
} as const;

/** Values of {@linkcode noiseFields}. */
export type NoiseConfiguration = z.output<z.ZodObject<typeof noiseFields>>;

/**
 * One step of an Ornstein-Uhlenbeck process around 0: x + θ(0 − x)Δt + σ√Δt·ε. Uhlenbeck & Ornstein
 * (1930) in Euler's form, as in Lillicrap et al. (2015, arXiv 1509.02971), section 7, with Δt = 1.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(ornsteinUhlenbeck(0.5, 0.15, 0.2, 1, 1), 0.625);
 * ```
 */
export function ornsteinUhlenbeck(
  x: number,
  theta: number,
  sigma: number,
  interval: number,
  epsilon: number,
): number {
  return x - theta * x * interval + sigma * Math.sqrt(interval) * epsilon;
}

/** Noise for N environments. Ornstein-Uhlenbeck noise has a state, 0 where an episode begins. */
export class ActionNoise {
  readonly #state: Float64Array;

  /**
   * @param count Environments N.
   * @param size Elements K of an action.
   */
  constructor(
    private readonly settings: NoiseConfiguration,
    count: number,
    private readonly size: number,
  ) {
    this.#state = new Float64Array(count * size);
  }

  /** Adds noise to the actions [N, K], clipped to [−1, 1]. */
  perturb(actions: ActionRows, random: Generator): void {
    const { noise, noiseStd, noiseTheta, noiseInterval } = this.settings;
    for (let i = 0; i < actions.length; i++) {
      const epsilon = random.standardNormal();
      this.#state[i] = noise === "gaussian"
        ? noiseStd * epsilon
        : ornsteinUhlenbeck(this.#state[i], noiseTheta, noiseStd, noiseInterval, epsilon);
      actions[i] = Math.min(Math.max(actions[i] + this.#state[i], -1), 1);
    }
  }

  /** Begins anew at 0 for environment `n`. */
  restart(n: number): void {
    this.#state.fill(0, n * this.size, (n + 1) * this.size);
  }

  /** Begins anew for all environments. */
  abandon(): void {
    this.#state.fill(0);
  }

  /** The states. */
  snapshot(): Json {
    return [...this.#state];
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    this.#state.set(snapshot as number[]);
  }
}

/** What a {@linkcode PerturbedPolicy} is made from. */
export interface PerturbedPolicyOptions {
  /** Its scores are μ(s) in [−1, 1], [N, K]. */
  readonly actor: ScoreProgram;
  readonly noise: ActionNoise;
  /** Draws the random actions of the beginning. */
  readonly exploration: Generator;
  /** Draws the noise. */
  readonly random: Generator;
}

/** Explores by noise on a deterministic policy's actions, all in [−1, 1]. */
export class PerturbedPolicy implements Explorer {
  /** Takes its parts. */
  constructor(private readonly options: PerturbedPolicyOptions) {}

  random(actions: ActionRows): void {
    uniformActions(this.options.exploration, actions);
  }

  async explore(observations: Float32Array, actions: ActionRows): Promise<void> {
    const { actor, noise, random } = this.options;
    actor.input.observations.set(observations);
    actor.run();
    actions.set(await actor.read("scores"));
    noise.perturb(actions, random);
  }

  episodeEnded(n: number): void {
    this.options.noise.restart(n);
  }
}
