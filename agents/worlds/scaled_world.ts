/**
 * Worlds whose Box actions are chosen in [−1, 1].
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import type { Seed } from "../../lab/core/random.ts";
import type { Box } from "../../lab/core/space.ts";
import type { VectorStep } from "../../lab/core/vector.ts";
import { ActionScale } from "../distributions/action_scale.ts";
import type { ActionRows } from "../distributions/actions.ts";
import { World } from "./world.ts";

/** A {@linkcode World} whose `step` takes actions in [−1, 1]. */
export class ScaledWorld extends World {
  /** Between [−1, 1] and the environment's unit. */
  readonly scale: ActionScale;
  readonly #actions: Float32Array;

  /** @throws InputError where the actions are no Box or a bound of theirs is not finite. */
  constructor(
    agent: string,
    context: { readonly seed: Seed; makeEnvironment(): Environment },
    environments: number,
  ) {
    super(agent, context, environments, { actions: ["box"] });
    const { actionSpace, flatActionSize } = this.shape;
    this.scale = new ActionScale(agent, this.vector.id, actionSpace as Box);
    this.#actions = new Float32Array(environments * flatActionSize);
  }

  /** As {@linkcode World.step}, with actions [N, K] in [−1, 1]. */
  override step(actions: ActionRows): VectorStep {
    this.scale.toEnvironment(actions, this.#actions);
    return super.step(this.#actions);
  }
}
