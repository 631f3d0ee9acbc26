/**
 * Networks and replay hold actions in [−1, 1]; environments take them within their bounds.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Box } from "../../lab/core/space.ts";

/** Between [−1, 1] and a Box's bounds, element by element. */
export class ActionScale {
  /**
   * @param agent Named in the error, as is the environment.
   * @throws InputError where a bound is not finite.
   */
  constructor(agent: string, environment: string, private readonly space: Box) {
    if ([...space.low, ...space.high].every(Number.isFinite)) return;
    throw new InputError(
      `Cannot train ${agent} in ${environment} as it scales its actions to finite bounds: ${space}`,
    );
  }

  /**
   * low + ½(a + 1)(high − low).
   *
   * @param actions a in [−1, 1], [N, K].
   * @param out Out: within the bounds, [N, K]; left out: a new array.
   * @returns `out`.
   */
  toEnvironment(
    actions: ArrayLike<number>,
    out: Float32Array = new Float32Array(actions.length),
  ): Float32Array {
    const { low, high, flatSize } = this.space;
    for (let i = 0; i < out.length; i++) {
      const k = i % flatSize;
      out[i] = low[k] + 0.5 * (actions[i] + 1) * (high[k] - low[k]);
    }
    return out;
  }
}
