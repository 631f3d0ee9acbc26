import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { matches, term } from "../../web/filter.ts";

const run = {
  id: "aaaaaa",
  name: "First try",
  experiment: "cartpole-ppo",
  world: "CartPole-v1",
  method: "ppo",
  seed: "1",
  status: "completed",
  backend: "wasm",
  tags: ["figures", "second try"],
};

Deno.test("words of a filter stand anywhere, those with = hold exactly", () => {
  for (
    const found of [
      ...["", "  ", "ppo", "CARTPOLE", "first agent=PPO", "tag=figures", "aaaa wasm", "seed=1"],
      ...['tag="second try"', '"tag=second try" ppo', '"First try"', '"'],
    ]
  ) strictEqual(matches(run, found), true, found);
  for (
    const missed of [
      ...["dqn", "ppo dqn", "agent=pp", "tag=figure", "colour=red", "seed=", "seed=10"],
      ...['"try first"', "tag=second try"],
    ]
  ) strictEqual(matches(run, missed), false, missed);
  deepStrictEqual([matches({ ...run, seed: "10" }, "seed=1")], [false]);
});

Deno.test("the word for a value finds it, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (tag) => {
      strictEqual(matches({ ...run, tags: [tag] }, term("tag", tag)), true);
    }),
    { examples: [["try & error"], ['a "b" c'], ["tab\tand line\n"], ["x=y"]] },
  );
});
