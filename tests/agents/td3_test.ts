/** When TD3's policy takes a gradient step, and where. */
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import { Box } from "../../lab/core/space.ts";
import { subjectOf, worldFor } from "./laboratory.ts";

Deno.test("the policy steps with every policyDelay-th step of the critics, not before", async () => {
  const stepped = async (policyDelay: number) => {
    const { trainer } = await subjectOf("td3", worldFor("td3"), {
      ...{ learningStarts: 27, batchSize: 4, bufferSize: 500, hiddenSizes: [8], policyDelay },
    });
    const policy = async () => (await trainer.snapshot()).parameters["policy/0/kernel"].values;
    const before = (await policy()).slice();
    await trainer.iterate();
    const { gradientSteps } = trainer.progress;
    const moved = (await policy()).some((value, i) => value !== before[i]);
    trainer.dispose();
    return [gradientSteps, moved];
  };
  const [taken] = await stepped(1);
  deepStrictEqual(await stepped(taken as number + 1), [taken, false]);
  deepStrictEqual(await stepped(taken as number), [taken, true]);
});

Deno.test("the policy steps where actions were chosen, not where they led to", async () => {
  // An episode is one action, from 1 to 0: at 0 the first kernel has no gradient.
  const space = new Box({ low: -1, high: 1, shape: [1] });
  const world = defineEnvironment({
    id: "Once-v0",
    observationSpace: space,
    actionSpace: space,
    reset: () => 1,
    step: (_: number, action: Float32Array) => ({ state: 0, reward: action[0], terminated: true }),
    observe: (state) => Float32Array.of(state),
  });
  const { trainer } = await subjectOf("td3", world, {
    ...{ learningStarts: 8, batchSize: 4, bufferSize: 500, hiddenSizes: [8] },
  });
  const kernel = async () => [...(await trainer.snapshot()).parameters["policy/0/kernel"].values];
  const before = await kernel();
  await trainer.iterate();
  notDeepStrictEqual(await kernel(), before);
  trainer.dispose();
});
