/** Grammars: entropies and probabilities against enumeration, exact fractions and what is drawn. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { textOf } from "../../../lab/core/text.ts";
import {
  drawText,
  type Grammar,
  logProbability,
  sentenceMeans,
} from "../../../models/datasets/grammar.ts";
import {
  drawSentences,
  sentenceGrammar,
  sentenceVocabulary,
} from "../../../models/datasets/sentences.ts";

/** Palindromes of a and b around an x: every sentence has one derivation. */
const mirror: Grammar = { s: [[2, "x"], [1, "a", "s", "a"], [1, "b", "s", "b"]] };

/** Every sentence of at most `depth` replacements in a line, with its probability. */
function sentencesOf(grammar: Grammar, depth: number): [text: string, probability: number][] {
  const expand = (symbols: readonly string[], left: number): [string, number][] => {
    if (symbols.length === 0) return [["", 1]];
    const [first, ...rest] = symbols;
    const alternatives = grammar[first];
    if (alternatives !== undefined && left === 0) return [];
    const starts: [string, number][] = alternatives === undefined ? [[first, 1]] : alternatives
      .flatMap(([weight, ...to]) => {
        const total = alternatives.reduce((sum, [w]) => sum + w, 0);
        return expand(to, left - 1).map(([text, p]) =>
          [text, p * weight / total] as [string, number]
        );
      });
    return starts.flatMap(([head, p]) =>
      expand(rest, left).map(([tail, q]) => [head + tail, p * q] as [string, number])
    );
  };
  return expand([Object.keys(grammar)[0]], depth);
}

Deno.test("a grammar's entropy and length are those of all its sentences", () => {
  // Deeper sentences have 2⁻³⁰ of the probability; the sums are geometric series.
  const enumerated = Array.from({ length: 30 }, (_, depth) => {
    const [each, count] = [4 ** -depth / 2, 2 ** depth];
    return { p: each * count, length: 2 * depth + 1, nats: -Math.log(each) };
  });
  const total = (of: (sentence: typeof enumerated[number]) => number) =>
    enumerated.reduce((sum, sentence) => sum + sentence.p * of(sentence), 0);
  const { length, entropy } = sentenceMeans(mirror);
  ok(Math.abs(total(() => 1) - 1) < 1e-8);
  ok(Math.abs(length - total((sentence) => sentence.length)) < 1e-6, `${length}`);
  ok(Math.abs(entropy - total((sentence) => sentence.nats)) < 1e-6, `${entropy}`);
  // By hand: a sentence of depth k has 2k + 1 characters and probability 4⁻ᵏ/2.
  strictEqual(length, 3);
  ok(Math.abs(entropy - 3 * Math.LN2) < 1e-12);
});

Deno.test("a finite grammar's means equal those of the list of its sentences", () => {
  const { object: _, ...others } = sentenceGrammar;
  // Without objects that begin anew every sentence ends.
  const finite: Grammar = {
    ...others,
    object: [[1, "it"], [2, "them"]],
    "one-clause": [[4, ""], [1, " that sings"]],
    "many-clause": [[4, ""], [1, " that sing"]],
  };
  const all = sentencesOf(finite, 6);
  ok(all.length > 500, `${all.length}`);
  strictEqual(new Set(all.map(([text]) => text)).size, all.length, "one derivation each");
  const sum = (of: (text: string, p: number) => number) =>
    all.reduce((total, [text, p]) => total + p * of(text, p), 0);
  const { length, entropy } = sentenceMeans(finite);
  ok(Math.abs(sum(() => 1) - 1) < 1e-9);
  ok(Math.abs(length - sum((text) => text.length)) < 1e-9);
  ok(Math.abs(entropy - sum((_, p) => -Math.log(p))) < 1e-9);
});

Deno.test("probabilities of all beginnings of a length sum to 1, and split among what follows", () => {
  const characters = ["a", "b", "x"];
  let beginnings = [""];
  for (let length = 1; length <= 6; length++) {
    beginnings = beginnings.flatMap((text) => characters.map((next) => text + next));
    const total = beginnings.reduce((sum, text) => sum + Math.exp(logProbability(mirror, text)), 0);
    ok(Math.abs(total - 1) < 1e-12, `${length}: ${total}`);
  }
  strictEqual(logProbability(mirror, "axb"), -Infinity);
  // axa and then bx: 1/4·1/2 of the first sentence, 1/4·1/2 of the second one's beginning.
  ok(Math.abs(Math.exp(logProbability(mirror, "axabx")) - 1 / 64) < 1e-15);
});

Deno.test("text is drawn as often as it is probable, and its mean nats near the entropy", () => {
  const random = defaultRng(3);
  const counts = new Map<string, number>();
  const drawn = 20_000;
  for (let i = 0; i < drawn; i++) {
    const text = drawText(mirror, 3, random);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const [text, count] of counts) {
    const p = Math.exp(logProbability(mirror, text));
    const deviation = Math.sqrt(p * (1 - p) / drawn);
    ok(Math.abs(count / drawn - p) < 5 * deviation, `${text}: ${count / drawn}, not ${p}`);
  }
});

Deno.test("sentences: nats of a character come near the closed form as texts grow", () => {
  const { length, entropy } = sentenceMeans(sentenceGrammar);
  const rate = entropy / length;
  const { count, values } = drawSentences(60, 600, defaultRng(4));
  let nats = 0;
  for (let i = 0; i < count; i++) {
    const text = textOf(values.subarray(i * 600, (i + 1) * 600), sentenceVocabulary);
    nats -= logProbability(sentenceGrammar, text) / (count * 600);
  }
  // Sixty texts of 600 characters: a deviation of 0.3 %, and 0.3 % for the cut sentences.
  ok(Math.abs(nats / rate - 1) < 0.015, `${nats}, ${rate}`);
});

Deno.test("every sentence has one derivation, so that its entropy is that of the text", () => {
  const all = sentencesOf(sentenceGrammar, 5);
  ok(all.length > 1000);
  deepStrictEqual(new Set(all.map(([text]) => text)).size, all.length);
});

Deno.test("a grammar whose sentences need not end is refused", () => {
  throws(() => sentenceMeans({ s: [[1, "x"], [3, "a", "s", "s"]] }), {
    name: "InputError",
    message: "Cannot use a grammar as its sentences must end: their length is infinite",
  });
});
