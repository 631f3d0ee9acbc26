/** The form of a setting: what its fields say, and which of them are changed. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import {
  expectedSeconds,
  fieldOf,
  type FormField,
  formOf,
  groupsOf,
  isChanged,
  valueOf,
} from "../../web/training/form.ts";

const field = (path: string, value: unknown, type = "number"): FieldDescription =>
  ({ path, value, type, default: value, description: "" }) as FieldDescription;
const usualOf = (value: unknown, usual: unknown) =>
  ({ ...field("a", value), usual, choices: [] }) as FormField;

Deno.test("a form's fields have what the base has, and what they may be", () => {
  const fields = [
    ...[field("budget", 5), field("agent.name", "dqn", "string"), field("a.on", true, "boolean")],
    ...[field("a.kind", "relu", "tanh | relu"), field("a.list", [1], "integer[]")],
    ...[field("a.free", "x", "auto | number"), field("a.none", null, "null")],
  ];
  const form = formOf(fields, [field("budget", 9)], { "agent.name": ["dqn", "ppo"] });
  deepStrictEqual(form.map(({ usual }) => usual), [9, ...Array(6).fill(undefined)]);
  deepStrictEqual(form.map(({ choices }) => choices.join()), [
    ...["", "dqn,ppo", "true,false", "tanh,relu", "", "", ""],
  ]);
  deepStrictEqual(
    groupsOf(form).map(({ name, fields }) => [name, fields.length]),
    [["", 1], ["agent", 1], ["a", 5]],
  );
  deepStrictEqual([valueOf(form, "a.kind"), valueOf(form, "kind")], ["relu", undefined]);
});

Deno.test("a field is changed where its value is not the base's, or what was typed is not", () => {
  deepStrictEqual(
    [usualOf(1, 1), usualOf(1, 2), usualOf([1], [1]), usualOf([1], [2]), usualOf(1, undefined)]
      .map((each) => isChanged(each)),
    [false, true, false, true, true],
  );
  // What was typed into a form that was refused counts in place of the value.
  const typed: [FormField, string, boolean][] = [
    [usualOf(1, 2), "2", false],
    [usualOf(1, 2), "1", true],
    [usualOf("relu", "tanh"), "tanh", false],
    [usualOf([1], [2]), "[2]", false],
    [usualOf(1, undefined), "1", true],
    [usualOf(1, 1), "", true],
  ];
  for (const [each, text, wanted] of typed) strictEqual(isChanged(each, text), wanted, text);
});

Deno.test("a setting takes the base's seconds by the share of its budget, where all are known", () => {
  const seconds = (seconds: number | null, value: unknown, usual: unknown, path = "budget") =>
    expectedSeconds({ seconds, fields: [{ ...usualOf(value, usual), path }] });
  deepStrictEqual([seconds(30, 500, 1000), seconds(30, 2000, 1000)], [
    // Evaluations take what they take.
    { seconds: 15, least: true },
    { seconds: 60, least: false },
  ]);
  const budget = { ...usualOf(2000, 1000), path: "budget" };
  const beside = (path: string, value: unknown, usual: unknown) =>
    expectedSeconds({ seconds: 30, fields: [budget, { ...usualOf(value, usual), path }] })?.seconds;
  deepStrictEqual(
    [
      beside("agent.gamma", 0.9, 0.9),
      beside("evaluation.every", 200, 100),
      beside("agent.width", 9, 8),
    ],
    [60, 60, undefined],
  );
  const unknown = [
    ...[seconds(null, 500, 1000), seconds(0, 500, 1000), seconds(30, "5k", 1000)],
    ...[seconds(30, 500, undefined), seconds(30, 500, 1000, "agent.budget")],
  ];
  deepStrictEqual(unknown, Array(5).fill(undefined));
});

Deno.test("a refusal is of the changed field that it names, of the budget, or of the seed", () => {
  const changed = ["agent.gamma", "agent.rate", "budget"];
  const of = (message: string, paths = changed) => fieldOf(message, paths);
  deepStrictEqual(
    [
      of("Cannot set agent.rate as it must be number: 2"),
      of('Cannot use "mine" as there is no field "agent.gamma"?'),
      of("Cannot use the budget as it must be whole"),
      of("Cannot use the budget as it must be whole", ["agent.rate"]),
      of("Cannot use the seed as it must be whole"),
      of("Cannot set agent.rates"),
    ],
    ["agent.rate", "agent.gamma", "budget", undefined, "seed", undefined],
  );
});
