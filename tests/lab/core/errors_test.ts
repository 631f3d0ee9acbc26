import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  InputError,
  LabError,
  nearest,
  nearestNames,
  unknownName,
} from "../../../lab/core/errors.ts";

const known = ["cartpole-dqn", "cartpole-ppo", "glyphs-vae"];

Deno.test("the nearest known name is the one with the fewest edits, whatever the case", () => {
  strictEqual(nearest("cartpole-dqm", known), "cartpole-dqn");
  strictEqual(nearest("CartPole-PPO", known), "cartpole-ppo");
  strictEqual(nearest("glyph-vae", known), "glyphs-vae");
});

Deno.test("no name is near where most letters differ or nothing is known", () => {
  strictEqual(nearest("zzz", known), undefined);
  strictEqual(nearest("cartpole-dqn", []), undefined);
});

Deno.test("a known name is nearest to itself", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), {
    minLength: 1,
    selector: (name) => name.toLowerCase(),
  });
  fc.assert(fc.property(names, fc.nat(), (names, pick) => {
    const name = names[pick % names.length];
    strictEqual(nearest(name, names), name);
  }));
});

Deno.test("a name with one letter changed, left out or added finds its way back", () => {
  const name = "glyphs-autoencoder";
  fc.assert(fc.property(fc.nat(name.length - 1), fc.constantFrom("", "x", "xy"), (at, letters) => {
    strictEqual(nearest(name.slice(0, at) + letters + name.slice(at + 1), [...known, name]), name);
  }));
});

Deno.test("names near come by words first, then by edits; another spelling of one stands alone", () => {
  const names = ["cartpole-ppo", "cartpole-ppo-quick", "pendulum-sac", "acrobot-ppo", "taxi-sarsa"];
  deepStrictEqual(nearestNames("ppo", names), [
    "acrobot-ppo",
    "cartpole-ppo",
    "cartpole-ppo-quick",
  ]);
  deepStrictEqual(nearestNames("ppo", ["pppp", "cartpole-ppo"]), ["cartpole-ppo", "pppp"]);
  deepStrictEqual(nearestNames("quick ppo", names), ["cartpole-ppo-quick"]);
  deepStrictEqual(nearestNames("PPO_CartPole", names), ["cartpole-ppo"]);
  deepStrictEqual(nearestNames("cartpole-pop", names, 2), ["cartpole-ppo", "acrobot-ppo"]);
  deepStrictEqual(nearestNames("learning_rate", ["annealLearningRate", "learningRate"]), [
    "learningRate",
  ]);
});

Deno.test("a known name among the words of the one asked for is nearer than many edits, not than one", () => {
  deepStrictEqual(nearestNames("tfjs-cpu", ["tfjs-wasm", "wasm", "cpu"], 1), ["cpu"]);
  deepStrictEqual(nearestNames("agent.gama", ["agent", "agent.gamma"], 1), ["agent.gamma"]);
});

Deno.test("two neighbours swapped are one edit", () => {
  // Of "tanh": "tahn" is one swap, "tank" one substitution and "thin" two edits away.
  deepStrictEqual(nearestNames("tahn", ["thin", "tanh"]), ["tanh", "thin"]);
  strictEqual(nearest("ab", ["ba"]), "ba");
});

Deno.test("of many names the three nearest are named, and where all of them are", () => {
  const names = ["dqn", "ddpg", "dyna-q", "ppo", ...Array.from({ length: 20 }, (_, i) => `x${i}y`)];
  strictEqual(
    unknownName("train", "agent", "dqq", names, "list agents").message,
    'Cannot train as there is no agent "dqq" (did you mean "dqn"?): `list agents` shows all 24',
  );
  strictEqual(
    unknownName("train", "agent", "x1", names).message,
    'Cannot train as there is no agent "x1" (did you mean "x1y", "x10y" or "x11y"?): there are 24',
  );
});

Deno.test("an unknown name's message names action, kind, name, nearest and all known ones", () => {
  const error = unknownName("train", "experiment", "cartpole-dqm", known);
  ok(error instanceof InputError);
  strictEqual(
    error.message,
    'Cannot train as there is no experiment "cartpole-dqm" (did you mean "cartpole-dqn"?): ' +
      "known are cartpole-dqn, cartpole-ppo, glyphs-vae",
  );
  strictEqual(
    unknownName("train", "experiment", "zzz", []).message,
    'Cannot train as there is no experiment "zzz": known are none',
  );
});

Deno.test("the two kinds of error carry their names", () => {
  strictEqual(String(new InputError("a")), "InputError: a");
  strictEqual(String(new LabError("b")), "LabError: b");
  ok(!(new LabError("b") instanceof InputError));
});
