/** A run that starts from another one acts as that one does, which takes more than its weights. */
import { deepStrictEqual, rejects } from "node:assert";
import { startFrom } from "../../lab/experiment/warm_start.ts";
import { defaultRng } from "../../lab/core/random.ts";
import type { Snapshot } from "../../lab/core/snapshot.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { definitions, knownFields, subjectOf, worldFor } from "./laboratory.ts";

const fields = {
  ...{ hiddenSizes: [8], normalizeObservations: true, normalizeRewards: true },
  ...{ learningStarts: 100, batchSize: 8, environments: 2, trainEvery: 64 },
  ...{ rolloutLength: 32, minibatchSize: 32, recurrentSize: 8, sequenceLength: 8 },
};

const normalizing = Object.keys(definitions)
  .filter((agent) => "normalizeObservations" in knownFields(agent, fields));

/** The moments of observations and rewards, wherever a checkpoint has them. */
function momentsOf({ values }: Snapshot): unknown[] {
  const { world, normalizer } = (values as {
    resumables: { world: { observations: unknown; rewards: { moments: unknown } | null } } & {
      normalizer?: unknown;
    };
  }).resumables;
  return [world.observations, world.rewards?.moments, normalizer];
}

for (const agent of normalizing) {
  const trainerOf = async (seed: number, changed: object = {}): Promise<Trainer> => {
    const own = { ...knownFields(agent, fields), ...changed };
    return (await subjectOf(agent, worldFor(agent), own, { seed })).trainer;
  };

  Deno.test(`${agent}: right after a warm start both act alike on 100 observations`, async () => {
    const source = await trainerOf(1);
    for (let i = 0; i < 4; i++) await source.iterate();
    const { lent: _, ...kept } = await source.snapshot();
    const trainer = await trainerOf(2);
    await startFrom(trainer, kept);
    deepStrictEqual(momentsOf(await trainer.snapshot()), momentsOf(kept));
    const { observationSpace } = worldFor(agent)();
    const random = defaultRng(3);
    for (let i = 0; i < 100; i++) {
      const seen = observationSpace.sample(random) as Float32Array;
      const observation = seen.map((x) => Math.min(Math.max(x, -3), 3));
      deepStrictEqual(await trainer.act!(observation), await source.act!(observation));
    }
    await trainer.iterate();
    for (const each of [source, trainer]) each.dispose();
  });
}

for (const agent of normalizing) {
  Deno.test(`${agent}: a warm start from observations seen otherwise is refused in one line`, async () => {
    const trainerOf = async (normalizeObservations: boolean) => {
      const own = { ...knownFields(agent, fields), normalizeObservations };
      return (await subjectOf(agent, worldFor(agent), own)).trainer;
    };
    const [plain, normalised] = [await trainerOf(false), await trainerOf(true)];
    await rejects(startFrom(plain, await normalised.snapshot()), {
      name: "InputError",
      message: "Cannot start from these weights as observations are not normalised " +
        "(agent.normalizeObservations): for them they were normalised",
    });
    await rejects(startFrom(normalised, await plain.snapshot()), /they were not normalised$/);
    for (const each of [plain, normalised]) each.dispose();
  });
}
