import { deepStrictEqual } from "node:assert";
import { shortNames } from "../../web/short_names.ts";

Deno.test("names keep what tells them apart, and stay whole where nothing else would", () => {
  deepStrictEqual(shortNames(["learningRate=0.003", "learningRate=0.0003"]), ["0.003", "0.0003"]);
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
