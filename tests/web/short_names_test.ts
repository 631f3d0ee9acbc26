import { deepStrictEqual } from "node:assert";
import { cutNames, shortNames } from "../../web/short_names.ts";

Deno.test("names keep what tells them apart, and stay whole where nothing else would", () => {
  deepStrictEqual(shortNames(["learningRate=0.003", "learningRate=0.0003"]), [
    "learningRate=0.003",
    "learningRate=0.0003",
  ]);
  deepStrictEqual(
    shortNames([
      "cartpole-ppo-quick (learningRate=0.01)",
      "cartpole-a2c-quick (learningRate=0.01)",
      "cartpole-a2c-quick (learningRate=0.02)",
    ]),
    ["ppo 0.01", "a2c 0.01", "a2c 0.02"],
  );
  deepStrictEqual(shortNames(["gamma=0.9", "the others' settings"]), [
    "gamma=0.9",
    "the others' settings",
  ]);
  deepStrictEqual(shortNames(["ppo", "ppo-quick"]), ["ppo", "ppo-quick"]);
  deepStrictEqual(shortNames(["only one"]), ["only one"]);
});

Deno.test("names are cut where it does not make two the same", () => {
  deepStrictEqual(cutNames(["abcdefgh", "xyz"], 6), ["abcde…", "xyz"]);
  deepStrictEqual(cutNames(["abcdefgh", "abcdefgi"], 6), ["abc…gh", "abc…gi"]);
  deepStrictEqual(cutNames(["abc1efgh", "abc2efgh"], 4), ["…1e…", "…2e…"]);
  deepStrictEqual(cutNames(["abcd1fgh", "abcd2fgh"], 5), ["…1fgh", "…2fgh"]);
  // One that is short already may not be taken for another one.
  deepStrictEqual(cutNames(["abcdef", "abcd…"], 5), ["ab…ef", "abcd…"]);
  deepStrictEqual(cutNames(["abcdefgh", "abcdefgh"], 6), ["abcde…", "abcde…"]);
});
