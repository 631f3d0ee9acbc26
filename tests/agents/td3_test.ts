/** When TD3's policy takes a gradient step. */
import { deepStrictEqual } from "node:assert";
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
