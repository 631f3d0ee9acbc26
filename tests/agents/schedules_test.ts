/** What the budget's share that is spent changes, reaches every network of the agents with replay. */
import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { definitions, hasReplay, knownFields, subjectOf, worldFor } from "./laboratory.ts";

const small = {
  ...{ hiddenSizes: [8], learningStarts: 512, batchSize: 8, environments: 1, trainEvery: 512 },
  ...{ bufferSize: 2000, policyDelay: 1, targetUpdateEvery: 512 },
};

for (const agent of Object.keys(definitions).filter(hasReplay)) {
  Deno.test(`${agent}: an annealed learning rate ends at 0 for every network`, async () => {
    for (const annealLearningRate of [true, false]) {
      const fields = { ...knownFields(agent, small), annealLearningRate };
      const { trainer } = await subjectOf(agent, worldFor(agent), fields, { budget: 1536 });
      const networks = async () => {
        const { parameters } = await trainer.snapshot();
        const found: Record<string, number[]> = {};
        for (const [name, { values }] of Object.entries(parameters)) {
          (found[name.split("/")[0]] ??= []).push(...values);
        }
        return Object.entries(found);
      };
      while (trainer.progress.environmentSteps < 1024) await trainer.iterate();
      const before = await networks();
      await trainer.iterate();
      for (const [i, network] of (await networks()).entries()) {
        if (annealLearningRate) deepStrictEqual(network, before[i]);
        else notDeepStrictEqual(network, before[i]);
      }
      trainer.dispose();
    }
  });
}
