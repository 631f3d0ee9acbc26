/** What every registered environment keeps, whatever its world. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import * as z from "zod";
import { environments, makeEnv } from "../../envs/mod.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";

/** Worlds without chance in which actions change nothing. */
const unchanging = ["ValueProbe-v0", "DiscountProbe-v0", "TruncationProbe-v0"];

for (const entry of environments) {
  const make = (options: object = {}) => entry.make(entry.configuration.parse(options));

  /** `length` steps of random actions, over ends of episodes. */
  const walk = (env: Environment, length: number, seed: number) => {
    const random = defaultRng(seed);
    return Array.from({ length }, () => {
      const result = env.step(env.actionSpace.sample(random));
      const again = result.terminated || result.truncated ? env.reset().observation : null;
      return { ...result, again };
    });
  };

  Deno.test(`${entry.id}: same seed, same episodes; another seed, others`, () => {
    const episodes = [1, 1, 2].map((seed) => {
      const env = make();
      return [env.reset({ seed: BigInt(seed) << 100n }), walk(env, 300, seed)];
    });
    deepStrictEqual(episodes[0], episodes[1]);
    strictEqual(isDeepStrictEqual(episodes[0], episodes[2]), unchanging.includes(entry.id));
  });

  Deno.test(`${entry.id}: observations lie in the space and belong to the caller`, () => {
    const env = make();
    const { observation } = env.reset({ seed: 3 });
    const kept = structuredClone(observation);
    for (const result of walk(env, 300, 3)) {
      ok(env.observationSpace.contains(result.observation), `${result.observation}`);
      ok(Number.isFinite(result.reward));
    }
    deepStrictEqual(observation, kept);
  });

  Deno.test(`${entry.id}: step does not change the state it is given`, () => {
    const env = make();
    env.reset({ seed: 4 });
    const before = env.snapshot!();
    const copy = structuredClone(before);
    walk(env, 50, 4);
    deepStrictEqual(before, copy);
    env.restore!(before);
    const once = walk(env, 50, 4);
    env.restore!(JSON.parse(JSON.stringify(before)) as Json);
    deepStrictEqual(walk(env, 50, 4), once);
  });

  Deno.test(`${entry.id}: the time limit cuts an episode off at exactly its step`, () => {
    const env = make();
    const random = defaultRng(5);
    env.reset({ seed: 5 });
    for (let elapsed = 1, episodes = 0; episodes < 20;) {
      const { terminated, truncated } = env.step(env.actionSpace.sample(random));
      strictEqual(truncated, elapsed === env.timeLimit);
      elapsed++;
      if (!terminated && !truncated) continue;
      env.reset();
      elapsed = 1;
      episodes++;
    }
  });

  Deno.test(`${entry.id}: any garbage is an input error and leaves the episode as it was`, () => {
    const env = make();
    const garbage = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
    });
    env.reset({ seed: 6 });
    const before = env.snapshot!();
    fc.assert(
      fc.property(garbage, (action) => {
        // Some worlds clip: see their own tests.
        if (action instanceof Float32Array && action.length === env.actionSpace.flatSize) return;
        if (env.actionSpace.contains(action)) return;
        throws(() => env.step(action), { name: "InputError", message: /action must lie in/ });
        deepStrictEqual(env.snapshot!(), before);
      }),
      { seed: 1, numRuns: 60 },
    );
    fc.assert(
      fc.property(garbage, (seed) => {
        const isSeed = (typeof seed === "bigint" || Number.isInteger(seed)) &&
          (seed as number) >= 0;
        if (isSeed || seed === undefined) return;
        throws(() => env.reset({ seed: seed as number }), { name: "InputError" });
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  Deno.test(`${entry.id}: any options make a world or an input error`, () => {
    const { shape } = entry.configuration as unknown as z.ZodObject;
    const names = fc.constantFrom(...Object.keys(shape), "nonsense");
    const number = fc.oneof(fc.integer(), fc.double(), fc.nat(3), fc.constant(2 ** 60));
    const value = fc.oneof(
      fc.anything({ withBigInt: true }),
      number,
      fc.array(number),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 3 }), (options) => {
        try {
          makeEnv(entry.id, options).reset();
        } catch (error) {
          strictEqual((error as Error).name, "InputError", `${error}`);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  Deno.test(`${entry.id}: every option has a default and a description`, () => {
    const configuration = entry.configuration as unknown as z.ZodObject;
    strictEqual(make().id, entry.id);
    for (const [name, field] of Object.entries(configuration.shape)) {
      ok((z.globalRegistry.get(field as z.ZodType)?.description ?? "").length > 0, name);
    }
    strictEqual(configuration.safeParse({ nonsense: 1 }).success, false);
  });
}
