import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import { InputError } from "../../../lab/core/errors.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { defineExperiment } from "../../../lab/experiment/definition.ts";
import { fieldsOf } from "../../../lab/experiment/fields.ts";
import { excessIn } from "../../../lab/experiment/memory.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { registries } from "../../../registries.ts";

Deno.test("every count of an agent, a model or a data set has a greatest value", async () => {
  const unbounded: string[] = [];
  for (const entry of [...registries.agents, ...registries.models, ...registries.datasets]) {
    for (const { path, type, range } of fieldsOf((await entry.load()).configuration, entry.name)) {
      if (type.startsWith("integer") && !/ … \d/.test(range ?? "")) unbounded.push(path);
    }
  }
  deepStrictEqual(unbounded, []);
});

Deno.test("an absurd size is refused in one line that names its field", async () => {
  const refused = async (name: string, path: string, value: string, line: RegExp) => {
    const definition = await registries.experiments.find((each) => each.name === name)!.load();
    await rejects(resolve(definition, registries, { set: [[path, value]] }), (error) => {
      strictEqual((error as Error).constructor, InputError);
      const { message } = error as Error;
      match(message, line);
      strictEqual(message.startsWith(`Cannot set ${path} as `), true, message);
      return true;
    });
  };
  await refused("cartpole-ppo", "agent.hiddenSizes", "[1e9]", /each 1 … 65536/);
  await refused("cartpole-ppo", "agent.epochs", "1e15", /1 … 1000000: 10{15}$/);
  await refused("cartpole-ppo", "agent.environments", "1e6", /1 … 65536/);
  await refused("cartpole-ppo", "agent.hiddenSizes", "[60000,60000]", /networks take 53\.6 GB/);
  await refused("cartpole-ppo", "agent.rolloutLength", "1000000000", /1 … 1000000/);
  await refused("cartpole-dqn", "agent.bufferSize", "1e12", /1 … 1000000000/);
  // As many as are allowed, of the six numbers that Acrobot shows.
  await refused("acrobot-dqn", "agent.bufferSize", "1e9", /replay buffer takes 44\.7 GB/);
  await refused("ring-wgan-gp", "model.width", "60000", /networks take 107\.3 GB/);
  const single = /it must be finite in 32 bits, within ±3\.4e38: -?1e\+39$/;
  await refused("cartpole-ppo", "agent.maximumGradientNorm", "1e39", single);
  await refused("pendulum-ppo", "agent.initialLogStd", "-1e39", single);
  await refused("glyphs-vae", "model.beta", "1e39", single);
});

Deno.test("what a configuration takes at least is counted from its sizes", () => {
  strictEqual(excessIn({ hiddenSizes: [64, 64], bufferSize: 1_000_000 }, 4), undefined);
  const of = (...sizes: Parameters<typeof excessIn>) => excessIn(...sizes)?.field;
  // 16 bytes a weight: 2²⁸ weights are 4 GB.
  strictEqual(of({ hiddenSizes: [2 ** 14, 2 ** 14] }, 0), undefined);
  strictEqual(of({ hiddenSizes: [2 ** 14, 2 ** 14] }, 1), "hiddenSizes");
  strictEqual(of({ hiddenSizes: [2 ** 10] }, 0, 2 ** 18), undefined);
  strictEqual(of({ hiddenSizes: [2 ** 10] }, 0, 2 ** 18 + 1), "hiddenSizes");
  strictEqual(of({ gamma: 1 }, 2 ** 20, 2 ** 20), undefined); // a table's own rule
  strictEqual(of({ width: 2 ** 14, layers: 2 }, 1), "width");
  strictEqual(of({ width: 2 ** 14, layers: 1 }, 1), undefined);
  strictEqual(of({ recurrentSize: 9_000 }, 900), undefined);
  strictEqual(of({ recurrentSize: 9_000 }, 2_000), "recurrentSize");
  // A transition holds two observations.
  strictEqual(of({ bufferSize: 2 ** 20 }, 2 ** 12), undefined);
  strictEqual(of({ bufferSize: 2 ** 20 + 1 }, 2 ** 12), "bufferSize");
  strictEqual(of({ bufferSize: 2 ** 20 + 1, storeBytes: true }, 2 ** 12), undefined);
  strictEqual(of({ environments: 2 ** 16, rolloutLength: 2 ** 17 }, 1), undefined);
  strictEqual(of({ environments: 2 ** 16, rolloutLength: 2 ** 17 }, 2), "rolloutLength");
  strictEqual(of({ hiddenSizes: [2 ** 10], batchSize: 2 ** 20 }, 1), undefined);
  strictEqual(of({ hiddenSizes: [2 ** 10], minibatchSize: 2 ** 20 + 1 }, 1), "minibatchSize");
});

Deno.test("a world of more actions than a network can tell apart is refused before training", async () => {
  const environment = defineEnvironment({
    id: "Wide-v0",
    observationSpace: new Discrete(2),
    actionSpace: new Discrete(2 ** 31 - 1),
    reset: () => 0,
    step: () => ({ state: 0, reward: 0, terminated: true }),
    observe: () => 0,
  });
  const wide = defineExperiment({ name: "wide", environment, agent: { name: "ppo" }, budget: 10 });
  await rejects(resolve(wide, registries), /agent\.hiddenSizes as its networks take 2048\.0 GB/);
});
