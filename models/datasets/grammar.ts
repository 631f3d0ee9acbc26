/**
 * Probabilistic context-free grammars: text without end is drawn from one, and both its entropy and
 * the probability of every beginning of it are known exactly.
 *
 * Grenander, "Syntax-controlled probabilities" (1967) for expected lengths and entropies; Jelinek,
 * Lafferty, "Computation of the Probability of Initial Substring Generation by Stochastic Context-Free
 * Grammars" (1991) for beginnings, here by the stacks that a leftmost derivation may have.
 *
 * @module
 */
import { Matrix, solve } from "ml-matrix";
import { log } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";

/** A way to go on: its weight among its siblings, and what it becomes, symbol by symbol. */
export type Alternative = readonly [weight: number, ...symbols: string[]];

/**
 * Rules by the symbol that they replace, the first one beginning every sentence; any other string
 * stands for itself. No rule may lead back to its own symbol before a character. The entropy is that of
 * the text where no sentence has two derivations.
 */
export type Grammar = Readonly<Record<string, readonly Alternative[]>>;

/** What is left to be written, the next symbol in front; undefined: the sentence is at its end. */
type Stack = { readonly symbol: string; readonly rest: Stack } | undefined;

function pushed(symbols: readonly string[], rest: Stack): Stack {
  return symbols.reduceRight<Stack>((below, symbol) => ({ symbol, rest: below }), rest);
}

function totalOf(alternatives: readonly Alternative[]): number {
  return alternatives.reduce((sum, [weight]) => sum + weight, 0);
}

/** The first `length` characters of sentences without end. */
export function drawText(grammar: Grammar, length: number, random: Generator): string {
  const [start] = Object.keys(grammar);
  let text = "";
  let stack: Stack;
  while (text.length < length) {
    const { symbol, rest }: NonNullable<Stack> = stack ?? { symbol: start, rest: undefined };
    const alternatives = grammar[symbol];
    if (alternatives === undefined) text += symbol;
    let left = alternatives === undefined ? 0 : random.random() * totalOf(alternatives);
    const chosen = alternatives?.find(([weight]) => (left -= weight) < 0);
    stack = chosen === undefined ? rest : pushed(chosen.slice(1) as string[], rest);
  }
  return text.slice(0, length);
}

/** What a sentence has on average. */
export interface SentenceMeans {
  /** Characters. */
  readonly length: number;
  /** −Σ p ln p over sentences, nats. */
  readonly entropy: number;
}

/**
 * Expected length and entropy of a sentence: each is Σ_A n_A·own_A over symbols A, where n solves
 * n = e_start + Mᵀn with M_AB the expected number of B in one replacement of A. Their ratio is the
 * entropy of a character of the text.
 *
 * @throws InputError where sentences have no expected length.
 */
export function sentenceMeans(grammar: Grammar): SentenceMeans {
  const symbols = Object.keys(grammar);
  const own = symbols.map((symbol) => {
    const total = totalOf(grammar[symbol]);
    return grammar[symbol].map(([weight, ...to]) => ({ share: weight / total, to }));
  });
  const expected = (
    from: number,
    count: (alternative: { readonly share: number; readonly to: readonly string[] }) => number,
  ) => own[from].reduce((sum, each) => sum + each.share * count(each), 0);
  const equations = new Matrix(
    symbols.map((symbol, row) =>
      symbols.map((_, from) =>
        Number(row === from) - expected(from, ({ to }) => to.filter((s) => s === symbol).length)
      )
    ),
  );
  const starts = Matrix.columnVector(symbols.map((_, i) => Number(i === 0)));
  const times = solve(equations, starts).to1DArray();
  if (!times.every((n) => Number.isFinite(n) && n >= 0)) {
    throw new InputError(
      "Cannot use a grammar as its sentences must end: their length is infinite",
    );
  }
  const sum = (of: Parameters<typeof expected>[1]) =>
    times.reduce((total, n, from) => total + n * expected(from, of), 0);
  return {
    length: sum(({ to }) => to.filter((s) => !(s in grammar)).join("").length),
    entropy: sum(({ share }) => -log(share)),
  };
}

/** A stack that a derivation may have after what has been read, its next symbol no rule's, and how
 * probable it is among all of them. */
interface Reading {
  readonly stack: NonNullable<Stack>;
  readonly share: number;
}

/**
 * ln p of a text as the beginning of sentences without end, in nats; −∞ where it is none.
 */
export function logProbability(grammar: Grammar, text: string): number {
  const [start] = Object.keys(grammar);
  /** With every rule replaced that stands in front; characters in front end the search. */
  const opened = (stack: Stack, share: number): Reading[] => {
    const { symbol, rest } = stack ?? { symbol: start, rest: undefined };
    const alternatives = grammar[symbol];
    if (alternatives === undefined) {
      return symbol === "" ? opened(rest, share) : [{ stack: { symbol, rest }, share }];
    }
    const total = totalOf(alternatives);
    return alternatives.flatMap(([weight, ...to]) =>
      opened(pushed(to, rest), share * weight / total)
    );
  };
  let readings = opened(undefined, 1);
  let sum = 0;
  for (const character of text) {
    const fitting = readings.filter(({ stack: { symbol } }) => symbol.startsWith(character));
    const probability = fitting.reduce((total, { share }) => total + share, 0);
    if (probability === 0) return -Infinity;
    sum += log(probability);
    readings = fitting.flatMap(({ stack: { symbol, rest }, share }) =>
      opened({ symbol: symbol.slice(character.length), rest }, share / probability)
    );
  }
  return sum;
}
