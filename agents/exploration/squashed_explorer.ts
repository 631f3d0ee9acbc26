/**
 * How SAC's policy explores: with noise of its own at each step, or with gSDE's, the same for a while.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import type { ActionRows } from "../distributions/actions.ts";
import { squashedSample } from "../distributions/squashed_gaussian.ts";
import { actingGroup } from "../networks/acting.ts";
import { gsdeActions, type SquashedPolicy } from "../networks/squashed_policy.ts";
import type { WorldSizes } from "../worlds/world.ts";
import { type Explorer, type ExploringStep, uniformActions } from "./explorer.ts";

/** What exploring depends on. */
interface ExplorerSettings {
  /** Environments N that act side by side. */
  readonly environments: number;
  /** Whether it acts by a copy of the parameters while they are trained. */
  readonly overlap?: boolean;
  /** gSDE. */
  readonly stateDependentNoise: boolean;
  /** Steps after which gSDE draws anew; 0: after each training only. */
  readonly noiseEvery: number;
}

/** What a {@linkcode SquashedExplorer} is made from. */
export interface SquashedExplorerOptions {
  /** Stands in the name of the program. */
  readonly agent: string;
  readonly workspace: Workspace;
  readonly shape: WorldSizes;
  readonly policy: SquashedPolicy;
  readonly settings: ExplorerSettings;
  /** Draws the random actions of the beginning. */
  readonly exploration: Generator;
  /** Draws the policy's noise. */
  readonly random: Generator;
}

/** Chooses exploring actions in [−1, 1] by a compiled program. */
export class SquashedExplorer implements Explorer {
  readonly #program: ReturnType<typeof compileActor>;
  /** Whether noise was drawn: the first exploring step may follow random ones. */
  #isDrawn = false;

  /** Compiles its program. */
  constructor(private readonly options: SquashedExplorerOptions) {
    this.#program = compileActor(options);
  }

  random(actions: ActionRows): void {
    uniformActions(this.options.exploration, actions);
  }

  /** gSDE draws anew after each training, so that its noise need not be kept between iterations. */
  async explore(
    observations: Float32Array,
    actions: ActionRows,
    { sinceTraining }: ExploringStep,
  ): Promise<void> {
    const { input } = this.#program;
    input.observations.set(observations);
    if (!this.#isDrawn || this.#isDue(sinceTraining)) {
      this.options.random.fillStandardNormal(input.noise);
    }
    this.#isDrawn = true;
    this.#program.run();
    actions.set(await this.#program.read("actions"));
  }

  #isDue(sinceTraining: number): boolean {
    const { stateDependentNoise, noiseEvery } = this.options.settings;
    if (!stateDependentNoise || sinceTraining === 0) return true;
    return noiseEvery > 0 && sinceTraining % noiseEvery === 0;
  }
}

/** a = tanh(μ(s) + σ(s)ε); with gSDE a = tanh(μ(s) + (σ ⊙ ε)ᵀz(s)). */
function compileActor({ agent, workspace, shape, policy, settings }: SquashedExplorerOptions) {
  const { environments, stateDependentNoise } = settings;
  const { observationSize, flatActionSize } = shape;
  const acting = actingGroup(settings);
  const noise = stateDependentNoise
    ? [environments, policy.featureCount, flatActionSize]
    : [environments, flatActionSize];
  return workspace.compile(
    {
      name: `${agent}/act`,
      inputs: {
        observations: [[environments, observationSize], "float32"],
        noise: [noise, "float32"],
      },
      state: [acting],
      placement: "host",
    },
    ({ input, state }) => {
      const { mean, logStd, features } = policy.distributions(
        state[acting],
        input.observations,
      );
      const actions = stateDependentNoise
        ? gsdeActions(state[acting], { mean, features }, input.noise)
        : squashedSample(mean, logStd, input.noise).actions;
      return { outputs: { actions } };
    },
  );
}
