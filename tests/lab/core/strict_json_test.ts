import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { DEEPEST, parseStrictJson } from "../../../lab/core/strict_json.ts";

Deno.test("JSON is read as JSON.parse reads it, colons and brackets within strings included", () => {
  const texts = [
    '{"a:b": ":", "c": [{"d": 1}, {"d": {"e": null}}], "f": "\\":{"}',
    '["a", "\\\\", {"x": "]]]"}]',
    '[{}, [], 1, "", {"": ""}]',
    '"a: b"',
    "12",
    "null",
  ];
  for (const text of texts) deepStrictEqual(parseStrictJson(text), JSON.parse(text), text);
});

Deno.test("a key that stands twice in one object is refused, in two objects it is none", () => {
  const twice = ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "c": 2, "a": 3}}]', '{"a": 1, "\\u0061": 2}'];
  for (const text of twice) {
    throws(() => parseStrictJson(text), { name: "SyntaxError", message: /stands twice/ }, text);
  }
  deepStrictEqual(parseStrictJson('[{"a": 1}, {"a": 2}]'), [{ a: 1 }, { a: 2 }]);
  throws(() => parseStrictJson('{"a": 1'), SyntaxError);
});

Deno.test("JSON may nest a hundred deep, and no deeper, however many lie side by side", () => {
  strictEqual(DEEPEST, 100);
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
    const text = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    deepStrictEqual(parseStrictJson(text(100)), JSON.parse(text(100)));
    throws(() => parseStrictJson(text(101)), { message: "it is nested deeper than 100" });
  }
  const wide = `[${Array(300).fill(nested(3)).join()}]`;
  strictEqual((parseStrictJson(wide) as unknown[]).length, 300);
  // Refused before the parser runs out of stack.
  throws(() => parseStrictJson(nested(1_000_000)), { message: "it is nested deeper than 100" });
});
