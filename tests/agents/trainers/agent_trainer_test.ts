/** What belongs to an episode ends with it where a checkpoint's world cannot be kept. */
import { deepStrictEqual, notDeepStrictEqual, rejects, throws } from "node:assert";
import { AgentTrainer } from "../../../agents/trainers/agent_trainer.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { defaultRng } from "../../../lab/core/random.ts";
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

Deno.test("an own trainer whose parts lack its world is refused, where it is measured or goes on", async () => {
  class Worldless extends AgentTrainer {
    protected readonly evaluator = undefined as never;
    protected readonly parts;
    constructor(resumables: object) {
      super(100);
      const workspace = { read: () => Promise.resolve({}), write() {}, dispose() {} };
      this.parts = { name: "mine", workspace, groups: [], resumables } as never;
    }
    iterate(): never {
      throw new Error("it is not asked to learn");
    }
  }
  const random = defaultRng(1);
  for (
    const [resumables, found] of [
      [{ actions: random, policy: random }, "it holds actions, policy"],
      [{}, "it holds nothing"],
      [{ actions: random, world: random }, "a Generator"],
    ] as const
  ) {
    const trainer = new Worldless(resumables);
    const refusal = {
      name: "InputError",
      message:
        "Cannot train mine as parts.resumables must hold its World, with episodes, as world: " +
        found,
    };
    throws(() => trainer.requireWhole(), refusal);
    await rejects(async () => await trainer.evaluate({ random }), refusal);
    const snapshot = await trainer.snapshot();
    await rejects(() => trainer.restore(snapshot), refusal);
  }
});
