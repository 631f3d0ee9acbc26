import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { decodeCanonicalJson, encodeCanonicalJson } from "../../../lab/core/canonical_json.ts";
import { InputError } from "../../../lab/core/errors.ts";
import type { Json } from "../../../lab/core/snapshot.ts";

/** JSON with every double, and keys that look like the encoding's own. */
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.array(tie("value")),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("$number", "$", "$$number", "__proto__")),
      tie("value"),
      { noNullPrototype: true },
    ),
    fc.record({ $number: fc.constantFrom("NaN", "Infinity", "x") }, { noNullPrototype: true }),
  ),
}));

Deno.test("every value comes back from its canonical text, also NaN, infinities and minus zero", () => {
  fc.assert(fc.property(json, (value) => {
    const text = encodeCanonicalJson(value as Json);
    const back = decodeCanonicalJson(text);
    deepStrictEqual(back, value);
    strictEqual(encodeCanonicalJson(back), text);
    JSON.parse(text);
  }));
});

Deno.test("the text does not depend on the order of keys and has no white space", () => {
  strictEqual(encodeCanonicalJson({ b: 1, a: [1, " "], 10: {} }), '{"10":{},"a":[1," "],"b":1}');
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
    const reversed = Object.fromEntries(Object.entries(value).reverse());
    strictEqual(encodeCanonicalJson(reversed), encodeCanonicalJson(value));
  }));
});

Deno.test("numbers are written as documented", () => {
  strictEqual(
    encodeCanonicalJson([0.1, 1e21, 5e-324, -0, NaN, -Infinity]),
    '[0.1,1e+21,5e-324,-0.0,{"$number":"NaN"},{"$number":"-Infinity"}]',
  );
  strictEqual(encodeCanonicalJson({ $number: "NaN" }), '{"$$number":"NaN"}');
});

Deno.test("undefined properties are left out", () => {
  strictEqual(encodeCanonicalJson({ a: undefined, b: 1 } as unknown as Json), '{"b":1}');
});

Deno.test("what is no JSON is an input error that names its place", () => {
  const cases: [unknown, RegExp][] = [
    [{ a: [1, undefined] }, /the value\.a\[1\].*undefined/],
    [{ a: 1n }, /the value\.a.*bigint/],
    [new Float32Array(2), /the value must be plain JSON: \[object Float32Array\]/],
    [new Map(), /Map/],
    [() => 0, /function/],
  ];
  for (const [value, message] of cases) {
    throws(() => encodeCanonicalJson(value as Json), (error: Error) => {
      return error instanceof InputError && message.test(error.message);
    });
  }
  for (const text of ["", "{", '{"$other":1}', '{"$number":"1","a":2}']) {
    throws(() => decodeCanonicalJson(text), InputError);
  }
});

Deno.test("what is nested too deep or has a key twice is an input error of one short line", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  deepStrictEqual(encodeCanonicalJson(decodeCanonicalJson(nested(100))), nested(100));
  const cases: [string, RegExp][] = [
    [nested(101), /deeper than 100/],
    [nested(1e6), /deeper than 100/],
    ['{"a":'.repeat(1e5), /deeper than 100/],
    ['{"a":1,"b":{"c":[{"d":1,"d":2}]}}', /a key stands twice/],
    ['{"a":1,"\\u0061":1}', /a key stands twice/],
    [`{"$${"x".repeat(1e4)}\\n":1}`, /has no meaning/],
    [`["${"x".repeat(1e4)}`, /must be JSON/],
  ];
  for (const [text, line] of cases) {
    throws(() => decodeCanonicalJson(text), (error: Error) => {
      match(error.message, line);
      strictEqual(error.message.length < 500 && !error.message.includes("\n"), true);
      return error instanceof InputError;
    });
  }
  let deep: Json = 0;
  for (let i = 0; i < 101; i++) deep = [deep];
  throws(() => encodeCanonicalJson(deep), InputError);
  deepStrictEqual(decodeCanonicalJson('{"a:":":\\"{[","b":":"}'), { "a:": ':"{[', b: ":" });
});
