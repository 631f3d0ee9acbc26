/** What belongs to an episode ends with it where a checkpoint's world cannot be kept. */
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { makeEnv } from "../../../envs/mod.ts";
import type { Snapshot } from "../../../lab/core/snapshot.ts";
import { forgetful, subjectOf } from "../laboratory.ts";

const replay = { hiddenSizes: [8], learningStarts: 10, batchSize: 8, noise: "ornstein-uhlenbeck" };
const recurrent = { environments: 2, rolloutLength: 16, sequenceLength: 8, minibatchSize: 16 };

/** By agent: its fields, what a checkpoint holds of the episodes, and that before their first step. */
const remembered = {
  ddpg: { fields: replay, part: "processes", fresh: [0] },
  td3: { fields: replay, part: "processes", fresh: [0] },
  "recurrent-ppo": { fields: recurrent, part: "memory", fresh: [1, 1] },
};

for (const [agent, { fields, part, fresh }] of Object.entries(remembered)) {
  const ofEpisode = ({ values }: Snapshot) => {
    const kept = (values as { resumables: Record<string, unknown> }).resumables[part];
    return Array.isArray(kept) ? kept : (kept as { started: number[] }).started;
  };

  Deno.test(`${agent} starts anew what belongs to episodes that do not go on`, async () => {
    const { trainer } = await subjectOf(agent, () => forgetful(makeEnv("Pendulum-v1")), fields);
    await trainer.iterate();
    const snapshot = await trainer.snapshot();
    notDeepStrictEqual(ofEpisode(snapshot), fresh);
    await trainer.restore(snapshot);
    deepStrictEqual(ofEpisode(await trainer.snapshot()), fresh);
    await trainer.iterate();
    trainer.dispose();
  });

  Deno.test(`${agent} keeps it where they go on`, async () => {
    const { trainer } = await subjectOf(agent, () => makeEnv("Pendulum-v1"), fields);
    await trainer.iterate();
    const snapshot = await trainer.snapshot();
    await trainer.restore(snapshot);
    deepStrictEqual(ofEpisode(await trainer.snapshot()), ofEpisode(snapshot));
    trainer.dispose();
  });
}
