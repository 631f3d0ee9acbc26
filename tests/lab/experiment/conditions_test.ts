/** Conditions on fields: where dates begin and end, how numbers, words and lists are compared. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import {
  conditionsIn,
  holdsCondition,
  meets,
  type Operator,
  queryIn,
  type Reading,
  term,
  type Value,
  written,
  type Zone,
} from "../../../lab/experiment/conditions.ts";
import { inZone } from "../../zone.ts";

const operators: Operator[] = ["=", "!=", "<", "<=", ">", ">="];

/** By which operators a value meets a condition with what is wanted. */
const metBy = (value: Value, wanted: string, reading?: Reading) =>
  operators.filter((operator) => meets(value, { key: "k", operator, wanted }, reading)).join(" ");

Deno.test("a date is the whole of its year, month, day, minute or second, by local time", () => {
  const at = (...parts: [number, number, ...number[]]) => new Date(...parts).getTime();
  const stretches: [string, from: number, to: number][] = [
    ["2026", at(2026, 0, 1), at(2027, 0, 1)],
    ["2026-11", at(2026, 10, 1), at(2026, 11, 1)],
    ["2026-12", at(2026, 11, 1), at(2027, 0, 1)],
    ["2028-02-29", at(2028, 1, 29), at(2028, 2, 1)],
    ["2026-11-20 07:25", at(2026, 10, 20, 7, 25), at(2026, 10, 20, 7, 26)],
    ["2026-11-20T23:59", at(2026, 10, 20, 23, 59), at(2026, 10, 21)],
    ["2026-11-20 07:25:09", at(2026, 10, 20, 7, 25, 9), at(2026, 10, 20, 7, 25, 10)],
  ];
  for (const [wanted, from, to] of stretches) {
    strictEqual(metBy(from - 1, wanted, "time"), "!= < <=", wanted);
    for (const within of [from, to - 1]) strictEqual(metBy(within, wanted, "time"), "= <= >=");
    strictEqual(metBy(to, wanted, "time"), "!= > >=", wanted);
  }
  const none = [
    ...["2026-13", "2026-00", "2026-02-30", "2026-02-00", "26", "2026-1", "2026-11-20 7:25"],
    ...["2026-11-20 24:00", "2026-11-20 07:60", "2026-11-20 07:25:60", "2026-11-20 07", "today"],
  ];
  for (const wanted of none) {
    throws(() => meets(0, { key: "created", operator: "<", wanted }, "time"), {
      name: "InputError",
      message: /^Cannot filter runs by created<.* as created is a time, written as 2026-11-20, "/,
    }, wanted);
  }
});

Deno.test("dates are of UTC where that is asked for, or where they say so", () =>
  inZone("America/New_York", () => {
    const moment = Date.UTC(2026, 10, 20, 1, 30);
    const meetsBy = (wanted: string, zone?: Zone) =>
      meets(moment, { key: "started", operator: "=", wanted }, "time", zone);
    strictEqual(new Date(moment).getDate(), 19);
    deepStrictEqual(["2026-11-19", "2026-11-20"].map((day) => meetsBy(day)), [true, false]);
    deepStrictEqual(["2026-11-19", "2026-11-20"].map((day) => meetsBy(day, "UTC")), [false, true]);
    for (const told of ["2026-11-20 UTC", "2026-11-20 01:30 UTC", "2026-11-20T01:30:00Z"]) {
      deepStrictEqual([meetsBy(told), meetsBy(told, "UTC")], [true, true], told);
    }
    const other = { key: "started", operator: "!=", wanted: "2026-11-20" } as const;
    deepStrictEqual([meets(moment, other, "time"), meets(moment, other, "time", "UTC")], [
      true,
      false,
    ]);
  }));

Deno.test("numbers are compared as numbers, big ones to the last digit", () => {
  deepStrictEqual([2, 3, 4].map((value) => metBy(value, "3")), ["!= < <=", "= <= >=", "!= > >="]);
  strictEqual(metBy(0.5, "5e-1"), "= <= >=");
  strictEqual(metBy(2n ** 64n, "18446744073709551615"), "!= > >=");
  strictEqual(metBy(2n ** 64n, "18446744073709551616"), "= <= >=");
  strictEqual(metBy(7, "+7"), "= <= >=");
  strictEqual(metBy(NaN, "NaN"), "=");
  strictEqual(metBy(NaN, "3"), "!=");
  strictEqual(metBy(Infinity, "∞"), "= <= >=");
  strictEqual(metBy(-Infinity, "-∞"), "= <= >=");
  throws(() => metBy(3, "many"), {
    message: "Cannot filter runs by k=many as k is a number: many",
  });
});

Deno.test("words, lists and truth values are equal or not, a field that is not there is not", () => {
  const equal = (value: Value, wanted: string, reading?: Reading) =>
    (["=", "!="] as const).map((operator) => meets(value, { key: "k", operator, wanted }, reading));
  deepStrictEqual(equal("ppo", "ppo"), [true, false]);
  deepStrictEqual(equal("ppo2", "ppo"), [false, true]);
  deepStrictEqual(equal("4abcde", "4ab", "id"), [true, false]);
  deepStrictEqual(equal("4abcde", "abc", "id"), [false, true]);
  deepStrictEqual(equal(["a", "bc"], "bc"), [true, false]);
  deepStrictEqual(equal(["a", "bc"], "b"), [false, true]);
  deepStrictEqual(equal(true, "true"), [true, false]);
  strictEqual(metBy(undefined, "3"), "!=");
  // A number of other runs.
  const less = { key: "agent.clip", operator: "<", wanted: "0.5" } as const;
  strictEqual(meets("null", less), false);
  throws(() => meets("ppo", { key: "agent", operator: "<", wanted: "x y" }), {
    message: 'Cannot filter runs by agent<"x y" as agent is no number: = and != compare it',
  });
});

Deno.test("conditions and words are read as they are typed, and written as they are read", () => {
  const condition = (key: string, operator: Operator, wanted: string) => ({
    key,
    operator,
    wanted,
  });
  deepStrictEqual(conditionsIn(`a==1 AND b != 'x and y' and c>=2`), [
    condition("a", "=", "1"),
    condition("b", "!=", "x and y"),
    condition("c", ">=", "2"),
  ]);
  deepStrictEqual(queryIn(`"second try" and seed = 3 'or' note="it's"`), {
    conditions: [condition("seed", "=", "3"), condition("note", "=", "it's")],
    words: ["second try", "or"],
  });
  deepStrictEqual(queryIn("first a=[64, 64] [x y] b=[[1,2],[3]]"), {
    conditions: [condition("a", "=", "[64, 64]"), condition("b", "=", "[[1,2],[3]]")],
    words: ["first", "[x", "y]"],
  });
  deepStrictEqual([holdsCondition("ppo first"), holdsCondition("ppo seed=1")], [false, true]);
  // A key with a space, a sign or a quote in it, as other programs call series.
  deepStrictEqual(queryIn(`"Episode Reward" >= 3 and 'loss=a'<1 "second try"`), {
    conditions: [condition("Episode Reward", ">=", "3"), condition("loss=a", "<", "1")],
    words: ["second try"],
  });
  for (
    const each of [
      ...[condition("a", "<=", "x y"), condition("b", "=", `it's`)],
      ...[condition("Episode Reward", ">", "3"), condition("a and b", "!=", "x and y")],
      ...[condition("loss<1", "=", "a"), condition(`it's`, "=", "x")],
    ]
  ) {
    deepStrictEqual(conditionsIn(written(each)), [each]);
  }
  throws(() => conditionsIn(`""=3`), /a condition is KEY=VALUE.*: "?""=3"?$/);
  for (const text of ["a=1 or b=2", "ppo OR dqn"]) {
    throws(() => queryIn(text), { name: "InputError", message: /joined by and, never by or/ });
  }
  deepStrictEqual(queryIn("or").words, ["or"]);
  throws(() => conditionsIn("agent"), /a condition is KEY=VALUE.*: "agent"$/);
  // A forgotten and would make one value of both, which every run differs from.
  throws(() => conditionsIn("agent!=dqn seed=7"), {
    name: "InputError",
    message: "Cannot filter runs as conditions are joined by and (a value that looks like one is " +
      "written in quotes): agent!=dqn seed=7",
  });
  throws(() => conditionsIn("name=a and"), /a condition is KEY=VALUE.*: "name=a and"$/);
  deepStrictEqual(conditionsIn("name='a and'"), [condition("name", "=", "a and")]);
  deepStrictEqual(conditionsIn("note='a seed=7'"), [condition("note", "=", "a seed=7")]);
});

Deno.test("a condition without a value asks for one, whatever its operator", () => {
  const missing = { "seed<=": "<=", "seed <": "<", "name==": "=", "name=": "=", "name!= ": "!=" };
  for (const [text, operator] of Object.entries(missing)) {
    for (const read of [conditionsIn, queryIn]) {
      throws(() => read(text), {
        name: "InputError",
        message: `Cannot filter runs by ${
          text.slice(0, 4)
        } as a value must stand behind ${operator}: nothing`,
      }, text);
    }
  }
  deepStrictEqual(conditionsIn(`note="" and a==b=c`), [
    { key: "note", operator: "=", wanted: "" },
    { key: "a", operator: "=", wanted: "b=c" },
  ]);
});

Deno.test("the term that asks for a value finds that value, whatever quotes are in it", () => {
  deepStrictEqual(
    ["first-1.x", "second try", `say "no"`, `it's "so much" more`, `'"`].map((value) =>
      term("tag", value)
    ),
    ["tag=first-1.x", 'tag="second try"', `tag='say "no"'`, '"so much"', ""],
  );
});

Deno.test("nothing is no number and no id: a variable that the shell has not set matches no run", () => {
  const wanted = (key: string, operator: "=" | ">=") => ({ key, operator, wanted: "" });
  for (const [value, reading] of [["1rsv7v", "id"], [0, "plain"], [7n, "plain"]] as const) {
    throws(() => meets(value, wanted("each", "="), reading), {
      name: "InputError",
      message: "Cannot filter runs by each as a value must stand behind =: nothing",
    });
  }
  strictEqual(meets("", wanted("note", "="), "plain"), true);
});
