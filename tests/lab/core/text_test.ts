import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { joined, textOf, textsOf, tokensOf } from "../../../lab/core/text.ts";

const vocabulary = ["\n", "a", "b", "🙂"];

Deno.test("a text's tokens are the places of its characters, and give it back", () => {
  const tokens = tokensOf("ab🙂\na", vocabulary, "read");
  deepStrictEqual([...tokens], [1, 2, 3, 0, 1]);
  strictEqual(textOf(Float32Array.from(tokens), vocabulary), "ab🙂\na");
  strictEqual(tokensOf("", vocabulary, "read").length, 0);
});

Deno.test("the first character that the vocabulary lacks is named with its place, counted in characters", () => {
  throws(() => tokensOf("a🙂cd", vocabulary, "continue the text"), {
    name: "InputError",
    message: "Cannot continue the text as characters must be of the vocabulary " +
      '"\\nab🙂": "c" at 3',
  });
});

Deno.test("texts lie one after the other, and are joined by an empty line each", () => {
  const values = Float32Array.of(1, 2, 2, 1, 3, 0, 1, 1);
  deepStrictEqual(textsOf({ count: 3, length: 2, vocabulary, values }), ["ab", "ba", "🙂\n"]);
  strictEqual(joined(["a\nb", "c\n\n\n", ""]), "a\nb\n\nc\n\n\n");
  strictEqual(joined([]), "");
});
