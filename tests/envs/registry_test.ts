import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import * as z from "zod";
import { cartPole } from "../../envs/cartpole.ts";
import { checkEnvironment } from "../../envs/checker.ts";
import { ownEntries } from "../../envs/entries.ts";
import { definitionOf, environments, makeEnv, register } from "../../envs/mod.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import { environmentCalled, unknownEnvironment } from "../../lab/core/environment_ids.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import { VectorEnvironment } from "../../lab/core/vector.ts";

const entry = () => cartPole({ suttonBartoReward: false });

Deno.test("a registered definition is made by its id with its own limit and threshold", () => {
  register({ id: "LongPole-v2", entry, timeLimit: 2000, rewardThreshold: 1900 });
  const env = makeEnv("LongPole-v2");
  deepStrictEqual([env.id, env.timeLimit, env.rewardThreshold], ["LongPole-v2", 2000, 1900]);
  deepStrictEqual(checkEnvironment(env), []);
  strictEqual(environments.at(-1)!.id, "LongPole-v2");
});

Deno.test("a registered environment is limited, and has the options of its schema", () => {
  register({
    id: "ShortPole-v0",
    configuration: z.strictObject({ sutton: z.boolean().default(true).describe("reward") }),
    entry: ({ sutton }) => makeEnv("CartPole-v1", { suttonBartoReward: sutton }),
    timeLimit: 3,
  });
  const env = makeEnv("ShortPole-v0");
  strictEqual(env.id, "ShortPole-v0");
  env.reset({ seed: 1 });
  deepStrictEqual([1, 0, 1].map((action) => env.step(action).truncated), [false, false, true]);
  const other = makeEnv("ShortPole-v0", { sutton: false });
  other.reset({ seed: 1 });
  strictEqual(other.step(1).reward, 1);
  throws(() => makeEnv("ShortPole-v0", { suton: 1 }), /did you mean "sutton"/);
});

Deno.test("a registered environment keeps its table of transitions, with a limit of its own, too", () => {
  register({ id: "SameCliff-v0", entry: () => makeEnv("CliffWalking-v1") });
  register({ id: "ShortCliff-v0", entry: () => makeEnv("CliffWalking-v1"), timeLimit: 100 });
  const table = makeEnv("CliffWalking-v1").transitions!();
  for (const id of ["SameCliff-v0", "ShortCliff-v0"]) {
    const env = makeEnv(id);
    deepStrictEqual(env.transitions!(), table);
    if (id === "ShortCliff-v0") deepStrictEqual(checkEnvironment(env), []);
  }
  strictEqual(makeEnv("ShortPole-v0").transitions, undefined);
});

Deno.test("an outdated version says which is current, an unknown id the nearest", () => {
  register({ id: "OldPole-v3", entry });
  register({ id: "OldPole-v5", entry });
  throws(() => makeEnv("OldPole-v1"), {
    name: "InputError",
    message: /OldPole-v1 is outdated .*: OldPole-v5 is current/,
  });
  throws(() => makeEnv("CartPole-v0"), /CartPole-v1 is current/);
  throws(() => makeEnv("Taxi-v3"), /Taxi-v4 is current/);
  throws(() => makeEnv("OldPole-v6"), /did you mean "OldPole-v3"|did you mean "OldPole-v5"/);
  throws(() => makeEnv("FrozenLaek-v1"), /did you mean "FrozenLake-v1"/);
  throws(() => makeEnv("CartPole"), /did you mean "CartPole-v1"/);
});

Deno.test("versions are numbers: the tenth is newer than the ninth", () => {
  const known = ["Pole-v9", "Pole-v10", "Pole-v2", "Cart-Pole-v1"];
  match(unknownEnvironment("make", "Pole-v8", known).message, /outdated .*: Pole-v10 is current$/);
  match(unknownEnvironment("make", "Pole-v3", ["Pole-v12"]).message, /: Pole-v12 is current$/);
  match(unknownEnvironment("make", "Pole-v11", known).message, /did you mean "Pole-v10"/);
  for (const id of known) strictEqual(environmentCalled(id, known), id);
  strictEqual(environmentCalled("pole", known), "Pole-v10");
  strictEqual(environmentCalled("POLE", ["Pole-v10", "Pole-v9"]), "Pole-v10");
  strictEqual(environmentCalled("cart-pole", known), "Cart-Pole-v1");
  strictEqual(environmentCalled("cart", known), "cart");
});

Deno.test("every world of the lab has a definition, which makes the same world", () => {
  for (const { id } of ownEntries) {
    const [made, defined] = [makeEnv(id), environmentOf(definitionOf(id))];
    deepStrictEqual(defined.reset({ seed: 5 }), made.reset({ seed: 5 }));
    const action = made.actionSpace.sample(defaultRng(1));
    deepStrictEqual(defined.step(action), made.step(action));
    for (const env of [made, defined]) {
      const { scene, actionMask, transitions, ...said } = definitionOf(id);
      for (const name of ["timeLimit", "rewardThreshold", "goal", "clipsActions"] as const) {
        strictEqual(env[name], said[name], `${id}: ${name}`);
      }
      deepStrictEqual(
        [env.scene, env.actionMask, env.transitions].map((part) => part !== undefined),
        [scene, actionMask, transitions].map((part) => part !== undefined),
        id,
      );
      strictEqual(env.id, id);
      strictEqual(`${env.observationSpace}`, `${said.observationSpace}`);
      strictEqual(`${env.actionSpace}`, `${said.actionSpace}`);
    }
  }
});

Deno.test("a definition has its options and its registration's id; an environment has none", () => {
  strictEqual(
    definitionOf("GridWorld-v0", { diagonal: true }).actionSpace.toString(),
    "Discrete(8)",
  );
  register({ id: "NamedPole-v0", entry, timeLimit: 9 });
  const { id, timeLimit } = definitionOf("NamedPole-v0");
  deepStrictEqual([id, timeLimit], ["NamedPole-v0", 9]);
  register({ id: "MadePole-v0", entry: () => makeEnv("CartPole-v1") });
  throws(() => definitionOf("MadePole-v0"), /MadePole-v0 as it must be registered as one/);
  throws(() => definitionOf("CartPoel-v1"), /did you mean "CartPole-v1"/);
  throws(() => definitionOf("CartPole-v1", { sutton: 1 }), /suttonBartoReward/);
});

Deno.test("a registration is refused where a field is wrong, before anything is made", () => {
  const known = environments.length;
  const wrong: [object, RegExp][] = [
    [{ entry: undefined }, /entry must be a function: undefined$/],
    [{ timeLimt: 5 }, /no field "timeLimt" \(did you mean "timeLimit"\?\)/],
    [{ timeLimit: 2.5 }, /its timeLimit must be a whole number ≥ 1: 2.5$/],
    [{ timeLimit: "5" }, /timeLimit must be a number: "5"$/],
    [{ rewardThreshold: "5" }, /rewardThreshold must be a number: "5"$/],
    [{ configuration: 5 }, /configuration must be an object: 5$/],
  ];
  for (const [parts, message] of wrong) {
    throws(() => register({ id: "WrongPole-v0", entry, ...parts }), {
      name: "InputError",
      message,
    });
  }
  strictEqual(environments.length, known);
});

Deno.test("what an entry makes is an environment that lasts as long as its registration says", () => {
  register({ id: "NoPole-v0", entry: () => undefined as never });
  throws(() => makeEnv("NoPole-v0"), /its entry must return a definition or an environment: undef/);
  throws(() => definitionOf("NoPole-v0"), /its entry must return a definition or an environment/);
  register({ id: "LastingPole-v0", entry: () => makeEnv("CartPole-v1"), timeLimit: 501 });
  throws(() => makeEnv("LastingPole-v0"), {
    name: "InputError",
    message: "Cannot make LastingPole-v0 with a time limit of 501 as what its entry makes ends " +
      "after 500 steps: let it return the definition",
  });
});

Deno.test("what an entry makes has all that a world must have", () => {
  const pole = makeEnv("CartPole-v1");
  const { reset, step, observationSpace, actionSpace } = pole;
  const parts = {
    reset: reset.bind(pole),
    step: step.bind(pole),
    ...{ observationSpace, actionSpace },
  };
  for (const name of ["reset", "step", "observationSpace", "actionSpace"] as const) {
    const id = `${name}LessPole-v0`;
    register({ id, entry: () => ({ ...parts, [name]: undefined }) as never });
    for (const make of [makeEnv, definitionOf]) {
      throws(() => make(id), {
        name: "InputError",
        message: `Cannot make ${id} as its entry must return a definition or an environment, ` +
          `with its ${name}: undefined`,
      });
    }
  }
  register({ id: "PartsPole-v0", entry: () => ({ ...parts, more: 1 }) as never });
  strictEqual(makeEnv("PartsPole-v0").reset({ seed: 1 }).observation.length, 4);
});

Deno.test("the options of a registration are checked by a zod schema", () => {
  const parse = (given: unknown) => given as object;
  for (const configuration of [{ parse }, {}, []]) {
    throws(() => register({ id: "ParsedPole-v0", configuration, entry } as never), {
      name: "InputError",
      message: /^Cannot register ParsedPole-v0 as its configuration must be a zod schema: /,
    });
  }
  // One of another copy of zod is no instance of this one's classes.
  const schema = z.strictObject({ sutton: z.boolean().default(true) });
  const configuration = {
    parse: (given: unknown) => schema.parse(given),
    safeParse: (given: unknown) => schema.safeParse(given),
  };
  register({
    id: "CopiedPole-v0",
    configuration,
    entry: ({ sutton }) => cartPole({ suttonBartoReward: sutton }),
  });
  const env = makeEnv("CopiedPole-v0");
  env.reset({ seed: 1 });
  strictEqual(env.step(1).reward, 0);
  throws(() => makeEnv("CopiedPole-v0", { sutton: 5 }), /sutton is wrong .*: 5$/);
});

Deno.test("ids that are taken or have no version are refused", () => {
  throws(() => register({ id: "CartPole-v1", entry }), /CartPole-v1 as the id is taken/);
  throws(() => register({ id: "Pole", entry }), /end in a version.*"Pole"/);
});

Deno.test("a world that is changed to show something else shows it in vectors, too", () => {
  for (const { id } of ownEntries) {
    const changed = {
      ...definitionOf(id),
      observationSpace: new Box({ low: -1, high: 1 }),
      observe: () => Float32Array.of(-1),
    };
    const vector = new VectorEnvironment(() => environmentOf(changed), 2, {
      autoreset: "disabled",
    });
    vector.reset({ seed: 3 });
    const action = vector.actionSpace.sample(defaultRng(3));
    const actions = action instanceof Float32Array
      ? Float32Array.of(...action, ...action)
      : [action, action];
    deepStrictEqual(vector.step(actions).observations, Float32Array.of(-1, -1), id);
  }
});
