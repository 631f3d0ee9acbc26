/** Worlds as threads of the tests make them: what `EnvironmentSource.module` names. */
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { makeEnv } from "../../envs/mod.ts";
import { creditProbe } from "../../envs/probes.ts";

/** Worlds by name. */
export const worlds: Record<string, () => Environment> = {
  "cart-pole": () => makeEnv("CartPole-v1"),
  "credit": () => environmentOf(creditProbe()),
  "broken": () =>
    environmentOf(defineEnvironment({
      id: "Broken-v0",
      observationSpace: new Box({ low: 0, high: 100, shape: [1] }),
      actionSpace: new Discrete(2),
      reset: () => 0,
      step: (state: number) => {
        if (state === 50) throw new RangeError("the fiftieth step is broken");
        return { state: state + 1, reward: 1, terminated: false };
      },
      observe: (state) => Float32Array.of(state),
    })),
};

/** See `EnvironmentSource`. */
// deno-lint-ignore require-await
export async function environmentMaker(name: string): Promise<() => Environment> {
  return worlds[name];
}
