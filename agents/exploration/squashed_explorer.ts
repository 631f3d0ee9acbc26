/**
 * How SAC's policy explores: with noise of its own at each step, or with gSDE's, held for a while.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import { squashedSample } from "../distributions/squashed_gaussian.ts";
import {
  featureCount,
  heldActions,
  type SquashedPolicySettings,
  squashedRows,
} from "../networks/squashed_policy.ts";
import type { WorldShape } from "../worlds/world.ts";

/** What exploring depends on. */
interface ExplorerSettings extends SquashedPolicySettings {
  /** Environments N that act side by side. */
  readonly environments: number;
  /** Steps after which gSDE draws anew; 0: after each training only. */
  readonly noiseEvery: number;
}

/** Chooses exploring actions in [−1, 1] by compiled programs. */
export class SquashedExplorer {
  readonly #program: ReturnType<typeof compileFresh> | ReturnType<typeof compileHeld>;
  /** ε of gSDE, [N, L, K]: the program's view of it. */
  readonly #held: Float32Array | undefined;
  /** Whether gSDE's noise was drawn: the first exploring step may follow random ones. */
  #isHeld = false;

  /** @param agent Stands in the name of the program. */
  constructor(
    agent: string,
    workspace: Workspace,
    shape: WorldShape,
    private readonly settings: ExplorerSettings,
  ) {
    if (settings.stateDependentNoise) {
      const program = compileHeld(agent, workspace, shape, settings);
      this.#held = program.input.held;
      this.#program = program;
    } else {
      this.#program = compileFresh(agent, workspace, shape, settings);
    }
  }

  /**
   * Actions [N, K] for `observations` [N, D].
   *
   * @param t Steps since the last training: gSDE draws anew at 0, so that what it holds need not be
   *   kept between iterations.
   */
  async explore(
    observations: Float32Array,
    actions: Float32Array,
    t: number,
    random: Generator,
  ): Promise<void> {
    const program = this.#program;
    program.input.observations.set(observations);
    if (this.#held !== undefined) this.#renew(this.#held, t, random);
    program.run(random);
    actions.set(await program.read("actions"));
  }

  #renew(held: Float32Array, t: number, random: Generator): void {
    const { noiseEvery } = this.settings;
    const isDue = t === 0 || (noiseEvery > 0 && t % noiseEvery === 0);
    if (!isDue && this.#isHeld) return;
    random.fillStandardNormal(held);
    this.#isHeld = true;
  }
}

/** a = tanh(μ(s) + σ(s)ε). */
function compileFresh(
  agent: string,
  workspace: Workspace,
  { observationSize, flatActionSize }: WorldShape,
  settings: ExplorerSettings,
) {
  const { environments } = settings;
  return workspace.compile(
    {
      name: `${agent}/act`,
      inputs: { observations: [[environments, observationSize], "float32"] },
      random: { noise: [[environments, flatActionSize], "normal"] },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, random, state }) => {
      const { mean, logStd } = squashedRows(state[PARAMETERS], input.observations, settings);
      return { outputs: { actions: squashedSample(mean, logStd, random.noise).actions } };
    },
  );
}

/** a = tanh(μ(s) + (σ ⊙ ε)ᵀz(s)), ε held by the caller. */
function compileHeld(
  agent: string,
  workspace: Workspace,
  shape: WorldShape,
  settings: ExplorerSettings,
) {
  const { environments } = settings;
  const { observationSize, flatActionSize } = shape;
  return workspace.compile(
    {
      name: `${agent}/act`,
      inputs: {
        observations: [[environments, observationSize], "float32"],
        held: [[environments, featureCount(shape, settings), flatActionSize], "float32"],
      },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, state }) => {
      const rows = squashedRows(state[PARAMETERS], input.observations, settings);
      return { outputs: { actions: heldActions(state[PARAMETERS], rows, input.held) } };
    },
  );
}
