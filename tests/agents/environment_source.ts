/** Worlds as threads of the tests make them: what `EnvironmentSource.module` names. */
import * as tf from "@tensorflow/tfjs";
import { defineBody } from "../../agents/define_body.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { normal } from "../../lab/compute/initializers.ts";
import { defineEnvironment, environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { makeEnv } from "../../envs/mod.ts";
import { creditProbe } from "../../envs/probes.ts";

/** A world whose fiftieth step does something else. */
function brokenBy(breaks: () => void): () => Environment {
  return () =>
    environmentOf(defineEnvironment({
      id: "Broken-v0",
      observationSpace: new Box({ low: 0, high: 100, shape: [1] }),
      actionSpace: new Discrete(2),
      reset: () => 0,
      step: (state: number) => {
        if (state === 50) breaks();
        return { state: state + 1, reward: 1, terminated: false };
      },
      observe: (state) => Float32Array.of(state),
    }));
}

/** Worlds by name. */
export const worlds: Record<string, () => Environment> = {
  "cart-pole": () => makeEnv("CartPole-v1"),
  "cart-pole through a body": () => makeEnv("CartPole-v1"),
  "credit": () => environmentOf(creditProbe()),
  "broken": brokenBy(() => {
    throw new RangeError("the fiftieth step is broken");
  }),
  "leaving": brokenBy(() => Deno.exit(0)),
};

/** Observations times learned numbers. */
export const weighted = defineBody({
  name: "weighted",
  create: ({ flatSize }) => ({
    size: flatSize,
    initialParameters: (random) => ({ "body/weights": normal(random, [flatSize]) }),
    features: (parameters, observations) => tf.mul(observations, parameters["body/weights"]),
  }),
});

/** See `EnvironmentSource`. */
// deno-lint-ignore require-await
export async function environmentMaker(name: string): Promise<() => Environment> {
  return worlds[name];
}

/** See `EnvironmentSource`. */
// deno-lint-ignore require-await
export async function networkBody(name: string): Promise<BodyDefinition | undefined> {
  return name.endsWith("through a body") ? weighted : undefined;
}
