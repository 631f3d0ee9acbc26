import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as z from "zod";
import { commonSchema } from "../../../lab/experiment/common_schema.ts";
import { fieldsOf, parseValue } from "../../../lab/experiment/fields.ts";

Deno.test("nothing is no number", () => {
  const [field] = fieldsOf(z.strictObject({ gamma: z.number().max(1).default(0.9) }), "agent");
  strictEqual(parseValue(" 0.5 ", field), 0.5);
  deepStrictEqual(["+.5", "5e-1", "0.50", "-0.0"].map((text) => parseValue(text, field)), [
    ...[0.5, 0.5, 0.5, -0],
  ]);
  // What is hexadecimal, binary or octal is a hash or an id that was pasted into the wrong place.
  for (const text of ["", " ", "x", "1e999", "NaN", "0x10", "0b1", "0o7", "Infinity", "1k"]) {
    throws(() => parseValue(text, field), { name: "InputError", message: /agent\.gamma/ });
  }
});

Deno.test("a field's default is the group's where that gives one, its type and bounds are told", () => {
  const schema = z.strictObject({
    size: z.int().min(1),
    rate: z.number().positive().default(0.5).meta({ description: "The rate", unit: "1/s" }),
    share: z.number().min(0).max(1).default(0.25),
    below: z.number().lt(1).min(-2).default(0),
    layers: z.array(z.int().min(1).max(9)).default([3]),
    mixed: z.array(z.union([z.number(), z.boolean()])).default([]),
    kind: z.enum(["a", "b"]).default("b"),
    any: z.union([z.literal("auto"), z.number().max(4)]).default("auto"),
    inner: z.strictObject({
      given: z.number().default(1),
      own: z.number().default(2),
      deep: z.strictObject({ flag: z.boolean().default(false) }).prefault({}),
    }).default({ given: 7, own: 2, deep: { flag: true } }),
    group: z.strictObject({ times: z.int().default(3) }).nullable().default(null),
  });
  const fields = fieldsOf(schema, "agent").map(({ path, type, default: usual, range, ...more }) => [
    ...[path, type, usual, range, more.unit, more.description, more.group],
  ]);
  const row = (path: string, type: string, usual: unknown, range?: string) => [
    ...[`agent.${path}`, type, usual, range, undefined, "", false],
  ];
  deepStrictEqual(fields, [
    row("size", "integer", null, "≥ 1"),
    ["agent.rate", "number", 0.5, "> 0", "1/s", "The rate", false],
    row("share", "number", 0.25, "0 … 1"),
    row("below", "number", 0, "≥ -2, < 1"),
    row("layers", "integer[]", [3], "each 1 … 9"),
    row("mixed", "(number | boolean)[]", []),
    row("kind", "a | b", "b"),
    row("any", "auto | number", "auto", "≤ 4"),
    row("inner.given", "number", 7),
    row("inner.own", "number", 2),
    row("inner.deep.flag", "boolean", true),
    ["agent.group", "object | null", null, undefined, undefined, "", true],
    row("group.times", "integer", 3),
  ]);
  const read = (path: string, text: string) =>
    parseValue(text, fieldsOf(schema, "agent").find((each) => each.path === `agent.${path}`)!);
  const cases = [
    [["kind", "a"], "a"],
    [["any", "auto"], "auto"],
    [["any", "3"], 3],
    [["layers", "[1, 2]"], [1, 2]],
    [["inner.deep.flag", " true "], true],
    [["group", "null"], null],
    [["group", '{"times":4}'], { times: 4 }],
  ] as const;
  for (const [[path, text], value] of cases) deepStrictEqual(read(path, text), value);
  for (const path of ["size", "layers", "kind", "inner.deep.flag", "group"]) {
    strictEqual(read(path, " default "), undefined);
  }
  const texts = z.strictObject({ file: z.string(), way: z.enum(["default", "other"]) });
  const taken = fieldsOf(texts, "").map((field) => parseValue("default", field));
  deepStrictEqual(taken, ["default", "default"]);
  throws(
    () => read("layers", "x"),
    /agent\.layers as it must be integer\[\], each 1 … 9, as \[3\]: x/,
  );
});

Deno.test("a whole number is typed as a budget is, in the field's own unit alone", () => {
  const schema = z.strictObject({
    every: z.int().min(1).meta({ unit: "environment steps" }),
    size: z.int().min(1),
  });
  const [every, size] = fieldsOf(schema, "");
  const read = (text: string) => [every, size].map((field) => parseValue(text, field));
  deepStrictEqual(["1k", "2.5M", "10,000", "2e3", "-3"].map(read), [
    ...[[1000, 1000], [2.5e6, 2.5e6], [10_000, 10_000], [2000, 2000], [-3, -3]],
  ]);
  strictEqual(parseValue("10k-steps", every), 10_000);
  for (
    const [text, field] of [["10k-steps", size], ["3k-examples", every], ["0x10", size]] as const
  ) {
    throws(() => parseValue(text, field), { name: "InputError", message: /must be integer, ≥ 1/ });
  }
});

Deno.test("the fields that all experiments have keep their bounds and their defaults", () => {
  const agents = commonSchema(true, 5000, "environmentSteps");
  const parse = (changes: object) => agents.safeParse({ budget: 5000, ...changes });
  deepStrictEqual(parse({}).data, {
    ...{ budget: 5000, evaluation: { every: 500, episodes: 100 }, stop: null },
    checkpoint: { everyIterations: 0, everySeconds: 10, keepLast: 2 },
  });
  const model = commonSchema(false, 7, "examples");
  deepStrictEqual((model.parse({ budget: 7 }) as { evaluation: object }).evaluation, { every: 1 });
  strictEqual(model.safeParse({ budget: 7, evaluation: { episodes: 3 } }).success, false);
  deepStrictEqual(parse({ stop: { atLeast: 3 } }).data, {
    ...parse({}).data as object,
    stop: { metric: "evaluation/return_mean", atLeast: 3, times: 1 },
  });
  strictEqual(model.safeParse({ budget: 7, stop: { atLeast: 3 } }).success, false);
  const bounds = [
    ...[["budget", 1, 0], ["evaluation.every", 1, 0], ["evaluation.episodes", 1, 0]] as const,
    ...[["evaluation.episodes", 1_000_000, 1_000_001], ["stop.times", 1, 0]] as const,
    ...[["checkpoint.everyIterations", 0, -1], ["checkpoint.everySeconds", 0.001, 0]] as const,
    ...[["checkpoint.keepLast", 1, 0]] as const,
  ];
  for (const [path, right, wrong] of bounds) {
    const [group, name] = path.split(".");
    const more = group === "stop" ? { atLeast: 1 } : {};
    const takes = (value: number) =>
      parse(name === undefined ? { [group]: value } : { [group]: { ...more, [name]: value } })
        .success;
    deepStrictEqual([path, takes(right), takes(wrong)], [path, true, false]);
  }
  for (const field of ["evaluation", "checkpoint", "stop"]) {
    strictEqual(parse({ [field]: { unknown: 1 } }).success, false, field);
  }
});
