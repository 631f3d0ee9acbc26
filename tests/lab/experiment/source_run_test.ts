import { deepStrictEqual, strictEqual } from "node:assert";
import { InputError, LabError } from "../../../lab/core/errors.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import { refusedSource, sourceEvent } from "../../../lab/experiment/source_run.ts";
import type { Run } from "../../../lab/store/store.ts";

type Configuration = { readonly [key: string]: Json };

const sourceOf = (configuration: Configuration) =>
  ({ id: "1abc", manifest: { determined: { configuration } } }) as unknown as Run;

const ppo: Configuration = {
  agent: { name: "ppo", activation: "tanh", normalizeRewards: false, learningRate: 0.1 },
  environment: { id: "CartPole-v1" },
  budget: 100,
};
const withAgent = (agent: Configuration): Configuration => ({
  ...ppo,
  agent: { ...ppo.agent as Configuration, ...agent },
});

Deno.test("a start from a run of other choices is a warning, of other numbers a line", () => {
  const from = (configuration: Configuration) => sourceEvent(sourceOf(ppo), configuration);
  strictEqual(from({ ...ppo, budget: 7 }), undefined);
  const meaning = ": its weights may mean something else here";
  deepStrictEqual(from(withAgent({ learningRate: 0.2, activation: "relu" })), {
    level: "warning",
    message: "starts from run 1abc, which had agent.activation=tanh (here relu), " +
      `agent.learningRate=0.1 (here 0.2)${meaning}`,
  });
  deepStrictEqual(from(withAgent({ normalizeRewards: true }))!.level, "warning");
  deepStrictEqual(from(withAgent({ learningRate: 0.2, targetKl: 0.1 })), {
    level: "info",
    message: "starts from run 1abc, which had agent.learningRate=0.1 (here 0.2), " +
      "agent.targetKl=unset (here 0.1)",
  });
  // Another world is what one starts from a run for; one of its words decides nothing that weights compute.
  const world = { ...ppo, environment: { id: "CartPole-v0" } };
  deepStrictEqual(from(world)!.level, "info");
  // Of another agent only what both have is told.
  deepStrictEqual(from({ ...ppo, agent: { name: "a2c", activation: "tanh", entropy: 1 } }), {
    level: "warning",
    message: `starts from run 1abc, which had agent.name=ppo (here a2c)${meaning}`,
  });
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`field${i}`, i]));
  strictEqual(
    from(withAgent({ ...many, activation: "relu" }))!.message.endsWith(
      `agent.field4=unset (here 4) and 4 more that differ${meaning}`,
    ),
    true,
  );
});

Deno.test("weights that do not fit are refused in words of the runs", () => {
  const names = Array.from({ length: 46 }, (_, i) => `flow/${i}`);
  const unfit = new InputError(
    `Cannot start from these weights as they must have flow/lower: they are ${names.join(", ")}`,
  );
  const lineOf = (error: unknown, configuration: Configuration) => {
    const refused = refusedSource(error, sourceOf(ppo), configuration) as Error;
    strictEqual(refused.constructor, (error as Error).constructor);
    return refused.message;
  };
  strictEqual(
    lineOf(unfit, { model: { name: "spline-flow" } }),
    "Cannot start spline-flow from run 1abc as it must be of spline-flow, or of what has the same " +
      "weights: it is of ppo",
  );
  strictEqual(
    lineOf(unfit, withAgent({ learningRate: 0.2 })),
    "Cannot start from run 1abc as they must have flow/lower: they are flow/0, flow/1, flow/2 and " +
      "43 more; it had agent.learningRate=0.1 (here 0.2)",
  );
  const shape = "Cannot start from these weights as w must be [3,1]: [6,1]";
  strictEqual(
    lineOf(new InputError(shape), ppo),
    "Cannot start from run 1abc as w must be [3,1]: [6,1]",
  );
  for (const other of [new InputError("Cannot train"), new LabError(shape)]) {
    strictEqual(refusedSource(other, sourceOf(ppo), {}), other);
  }
});
