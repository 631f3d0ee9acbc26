/** Adam's ε reaches the optimizer of every network of the agents that have it as a field. */
import { deepStrictEqual, ok } from "node:assert";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { definitions, knownFields, subjectOf, worldFor } from "./laboratory.ts";

const small = {
  ...{ hiddenSizes: [8], learningStarts: 64, batchSize: 8, environments: 2, trainEvery: 2 },
  ...{ rolloutLength: 32, minibatchSize: 32, recurrentSize: 8, sequenceLength: 8 },
};

/** The greatest change of each network's tensors in one iteration. */
async function changes(agent: string, adamEpsilon: number): Promise<Record<string, number>> {
  const fields = { ...knownFields(agent, small), adamEpsilon };
  const { trainer } = await subjectOf(agent, worldFor(agent), fields);
  const parametersOf = async (): Promise<NamedTensors> => (await trainer.snapshot()).parameters;
  const before = await parametersOf();
  await trainer.iterate();
  const after = await parametersOf();
  trainer.dispose();
  const greatest: Record<string, number> = {};
  for (const [name, { values }] of Object.entries(before)) {
    const [network] = name.split("/");
    const moved = Array.from(values, (value, i) => Math.abs(after[name].values[i] - value));
    greatest[network] = Math.max(greatest[network] ?? 0, ...moved);
  }
  return greatest;
}

const agents = Object.keys(definitions)
  .filter((agent) => "adamEpsilon" in knownFields(agent, { adamEpsilon: 1 }));

Deno.test("DQN, SAC, TD3 and DDPG have Adam's ε as a field, as PPO has", () =>
  deepStrictEqual(agents.toSorted(), ["ddpg", "dqn", "ppo", "recurrent-ppo", "sac", "td3"]));

for (const agent of agents) {
  Deno.test(`${agent}: an Adam's ε far above all gradients stops every network`, async () => {
    for (const [network, moved] of Object.entries(await changes(agent, 1e9))) {
      ok(moved < 1e-7, `${network} moves by ${moved}`);
    }
    for (const [network, moved] of Object.entries(await changes(agent, 1e-8))) {
      ok(moved > 1e-5, `${network} moves by ${moved}`);
    }
  });
}
