import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { streamOf } from "../../lab/core/random.ts";
import { environments, makeEnv } from "../../envs/mod.ts";
import { tunableWorlds } from "../../envs/tunable.ts";

/** Observations and rewards of some steps of random actions, and the drawing after them. */
function played(environment: Environment): unknown[] {
  const random = streamOf(1, "actions");
  const seen: unknown[] = [environment.reset({ seed: 3 }).observation];
  for (let t = 0; t < 150; t++) {
    const { observation, reward, terminated } = environment.step(
      environment.actionSpace.sample(random),
    );
    seen.push([...observation as Float32Array, reward]);
    if (terminated) environment.reset();
  }
  return [...seen, environment.scene!()];
}

for (const [id, world] of Object.entries(tunableWorlds)) {
  const options = environments.find((entry) => entry.id === id)!.configuration.parse({}) as object;
  const constants = world.constants(options);
  const own = Object.fromEntries(constants.map(({ key, value }) => [key, value]));

  Deno.test(`${id} at its own constants is itself to the bit`, () => {
    deepStrictEqual(played(environmentOf(world.define(options, own))), played(makeEnv(id)));
  });

  for (const { key, least, most, value } of constants) {
    Deno.test(`${id} moves in another way where its ${key} is turned, and stays finite`, () => {
      ok(least < value && value < most);
      for (const turned of [least, most]) {
        const seen = played(environmentOf(world.define(options, { ...own, [key]: turned })));
        notDeepStrictEqual(seen, played(makeEnv(id)));
        ok(!JSON.stringify(seen).includes("null"), "a value that is not finite");
      }
    });
  }
}
