/**
 * How SAC's policy explores: with noise of its own at each step, or with gSDE's, the same for a while.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import type { ActionRows } from "../distributions/actions.ts";
import { squashedSample } from "../distributions/squashed_gaussian.ts";
import {
  featureCount,
  gsdeActions,
  squashedPolicy,
  type SquashedPolicySettings,
} from "../networks/squashed_policy.ts";
import type { WorldShape } from "../worlds/world.ts";
import { type Explorer, type ExploringStep, uniformActions } from "./explorer.ts";

/** What exploring depends on. */
interface ExplorerSettings extends SquashedPolicySettings {
  /** Environments N that act side by side. */
  readonly environments: number;
  /** Steps after which gSDE draws anew; 0: after each training only. */
  readonly noiseEvery: number;
}

/** What a {@linkcode SquashedExplorer} is made from. */
export interface SquashedExplorerOptions {
  /** Stands in the name of the program. */
  readonly agent: string;
  readonly workspace: Workspace;
  readonly shape: WorldShape;
  readonly settings: ExplorerSettings;
  /** Draws the random actions of the beginning. */
  readonly exploration: Generator;
  /** Draws the policy's noise. */
  readonly random: Generator;
}

/** Chooses exploring actions in [−1, 1] by compiled programs. */
export class SquashedExplorer implements Explorer {
  readonly #program: ReturnType<typeof compileActor> | ReturnType<typeof compileGsdeActor>;
  /** ε of gSDE, [N, L, K]: the program's view of it. */
  readonly #noise: Float32Array | undefined;
  /** Whether gSDE's noise was drawn: the first exploring step may follow random ones. */
  #isDrawn = false;

  /** Compiles its program. */
  constructor(private readonly options: SquashedExplorerOptions) {
    if (options.settings.stateDependentNoise) {
      const program = compileGsdeActor(options);
      this.#noise = program.input.noise;
      this.#program = program;
    } else {
      this.#program = compileActor(options);
    }
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
    const program = this.#program;
    program.input.observations.set(observations);
    if (this.#noise !== undefined) this.#renew(this.#noise, sinceTraining);
    program.run(this.options.random);
    actions.set(await program.read("actions"));
  }

  #renew(noise: Float32Array, sinceTraining: number): void {
    const { noiseEvery } = this.options.settings;
    const isDue = sinceTraining === 0 || (noiseEvery > 0 && sinceTraining % noiseEvery === 0);
    if (!isDue && this.#isDrawn) return;
    this.options.random.fillStandardNormal(noise);
    this.#isDrawn = true;
  }
}

/** a = tanh(μ(s) + σ(s)ε). */
function compileActor({ agent, workspace, shape, settings }: SquashedExplorerOptions) {
  const { environments } = settings;
  const { observationSize, flatActionSize } = shape;
  return workspace.compile(
    {
      name: `${agent}/act`,
      inputs: { observations: [[environments, observationSize], "float32"] },
      random: { noise: [[environments, flatActionSize], "normal"] },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, random, state }) => {
      const { mean, logStd } = squashedPolicy(state[PARAMETERS], input.observations, settings);
      return { outputs: { actions: squashedSample(mean, logStd, random.noise).actions } };
    },
  );
}

/** a = tanh(μ(s) + (σ ⊙ ε)ᵀz(s)), with the same ε for several steps. */
function compileGsdeActor({ agent, workspace, shape, settings }: SquashedExplorerOptions) {
  const { environments } = settings;
  const { observationSize, flatActionSize } = shape;
  return workspace.compile(
    {
      name: `${agent}/act`,
      inputs: {
        observations: [[environments, observationSize], "float32"],
        noise: [[environments, featureCount(shape, settings), flatActionSize], "float32"],
      },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, state }) => {
      const policy = squashedPolicy(state[PARAMETERS], input.observations, settings);
      return { outputs: { actions: gsdeActions(state[PARAMETERS], policy, input.noise) } };
    },
  );
}
