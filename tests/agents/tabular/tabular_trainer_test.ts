/** Methods over tables of a user's own: what does not fit the world's table is refused by name. */
import { deepStrictEqual, rejects } from "node:assert";
import { differenceConfiguration } from "../../../agents/tabular/tables.ts";
import {
  differenceMethod,
  tabularAgent,
  type TabularMethod,
} from "../../../agents/tabular/tabular_trainer.ts";
import { makeEnv } from "../../../envs/mod.ts";
import { streamOf } from "../../../lab/core/random.ts";
import type { Workspace } from "../../../lab/compute/workspace.ts";

/** FrozenLake's 16 × 4. */
const SIZE = 64;

/** A trainer on FrozenLake by Q-learning's own method, with other parts in place of some. */
function trainerWith(other: (method: TabularMethod) => unknown) {
  const definition = tabularAgent({
    name: "mine",
    summary: "A method of one's own",
    configuration: differenceConfiguration,
    method: (setup) => {
      const method = differenceMethod(({ reward }) => reward, setup);
      const changed = other(method);
      return (changed instanceof Promise ? changed : { ...method, ...changed as object }) as never;
    },
  });
  return definition.create({
    configuration: differenceConfiguration.parse({}),
    budget: 100,
    workspace: undefined as unknown as Workspace,
    seed: 1,
    stream: (name) => streamOf(1, name),
    makeEnvironment: () => makeEnv("FrozenLake-v1"),
  });
}

const withNaN = Float64Array.from({ length: SIZE }, (_, i) => i === 7 ? NaN : 0);
const table = new Float64Array(SIZE);
const short = new Float64Array(60);
const must = (name: string) => `${name} must be a Float64Array of 16 × 4 numbers:`;

for (
  const [message, parts] of [
    [`${must("q")} it has 60`, { q: short }],
    [`${must("q")} Float32Array`, { q: new Float32Array(SIZE) }],
    [`${must("q")} Array`, { q: new Array(SIZE).fill(0) }],
    [`${must("q")} NaN for action 3 in state 1`, { q: withNaN }],
    [`${must("first/table")} it has 60`, { parameters: { "first/table": short } }],
    [`${must("visits/table")} undefined`, { state: { "visits/table": undefined } }],
    ["q must be an object: undefined", { q: undefined }],
    ["choose must be a function: undefined", { choose: undefined }],
    ['learn must be a function: "later"', { learn: "later" }],
    ["state must be an object: 3", { state: 3 }],
  ] as const
) {
  Deno.test(`a method is refused: ${message}`, async () => {
    const refusal = {
      name: "InputError",
      message: `Cannot train mine by its method as ${message}`,
    };
    await rejects(() => trainerWith(() => parts), refusal);
  });
}

Deno.test("a method that is a promise is refused", async () => {
  await rejects(() => trainerWith((method) => Promise.resolve(method)), {
    name: "InputError",
    message: "Cannot train mine by its method as q must be an object: undefined",
  });
});

Deno.test("what is no number of an error is refused at the step that returned it", async () => {
  for (
    const [given, found] of [["0.5", '"0.5"'], [undefined, "undefined"], [1n, "1"], [[1], "[1]"]]
  ) {
    let calls = 0;
    const trainer = await trainerWith(() => ({ learn: () => ++calls < 30 ? 0.5 : given }));
    await rejects(() => trainer.iterate(), {
      name: "InputError",
      message: `Cannot train mine by its method as learn must return a number, the error: ${found}`,
    });
    deepStrictEqual(calls, 30);
  }
});

Deno.test("tables of the world's size are taken, infinite ones too", async () => {
  const q = new Float64Array(SIZE).fill(Infinity);
  const trainer = await trainerWith(() => ({
    q,
    parameters: { "first/table": q, "second/table": table },
    state: { "visits/table": withNaN },
    learn: () => -0.25,
  }));
  const { metrics } = await trainer.iterate();
  deepStrictEqual(metrics["losses/td_error"], 0.25);
});
