/**
 * FrameStack: shows the last few observations together.
 *
 * @module
 */
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import { checkOptions } from "../../lab/core/options.ts";
import { isRecord } from "../../lab/core/plain.ts";
import { Box } from "../../lab/core/space.ts";
import { boxOf, wrap } from "./wrapper.ts";

/**
 * The last `size` observations, the oldest first, as a Box [size, …shape]. Before there are as
 * many, the first one is repeated (`padding` `reset`) or zeros are shown (`zero`).
 */
export function frameStack(
  env: Environment,
  size: number,
  options: { padding?: "reset" | "zero" } = {},
): Environment {
  checkOptions<typeof options>(`wrap ${env.id} with frameStack`, options, {
    padding: ["reset", "zero"],
  });
  const { padding = "reset" } = options;
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError(
      `Cannot wrap ${env.id} with frameStack as its size must be a whole number ≥ 1: ${size}`,
    );
  }
  const { low, high, shape, flatSize } = boxOf(env, "observation", "frameStack");
  const stack = new Float32Array(size * flatSize);
  const push = (observation: Float32Array) => {
    stack.copyWithin(0, flatSize);
    stack.set(observation, (size - 1) * flatSize);
    return stack.slice();
  };
  // Frames that are not there yet are 0.
  const [least, most] = padding === "zero"
    ? [low.map((bound) => Math.min(bound, 0)), high.map((bound) => Math.max(bound, 0))]
    : [low, high];
  const repeat = (bound: Float32Array) => Array.from({ length: size }, () => [...bound]).flat();
  return wrap(env, {
    observationSpace: new Box({ low: repeat(least), high: repeat(most), shape: [size, ...shape] }),
    reset(options) {
      const { observation, info } = env.reset(options);
      if (padding === "zero") stack.fill(0);
      else for (let i = 0; i < size; i++) stack.set(observation, i * flatSize);
      return { observation: push(observation), info };
    },
    step(action) {
      const result = env.step(action);
      return { ...result, observation: push(result.observation) };
    },
    // Bit patterns, as JSON has no NaN, no infinities and no −0.
    snapshot: () => ({ bits: [...new Int32Array(stack.slice().buffer)] }),
    restore(own) {
      const { bits } = isRecord(own) ? own as { bits?: number[] } : {};
      // Older snapshots are lists of the numbers themselves.
      const kept = Array.isArray(own)
        ? Float32Array.from(own as number[])
        : new Float32Array(Int32Array.from(bits ?? []).buffer);
      if (kept.length !== stack.length) {
        throw new InputError(
          `Cannot restore ${env.id} in frameStack as the snapshot must be of ${stack.length} ` +
            `numbers: ${kept.length}`,
        );
      }
      stack.set(kept);
    },
  });
}
