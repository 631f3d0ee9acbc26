/**
 * A small font of strokes, for pictures that are drawn without a browser: letters as lines, which
 * scale to any size.
 *
 * @module
 */

/** Positions along a stroke in heights of the font; (0, 0) is left on the base line, y up. */
export type Stroke = readonly (readonly [x: number, y: number])[];

/** Strokes separated by spaces; a point is two digits, x and y, where capitals reach from 2 to 8. */
const glyphs: Readonly<Record<string, string>> = {
  " ": "",
  "!": "0804 02",
  '"': "0806 2826",
  "#": "1218 3238 0444 0646",
  $: "473818070615354443321203 2921",
  "%": "0248 0708181707 3233434232",
  "&": "420718270403122244",
  "'": "0806",
  "(": "18060412",
  ")": "08161402",
  "*": "2327 0446 0644",
  "+": "0545 2327",
  ",": "1200",
  "-": "0535",
  ".": "02",
  "/": "0238",
  "0": "120307182837332212",
  "1": "071812 0222",
  "2": "07182837360232",
  "3": "07182837362515 253433221203",
  "4": "22280434",
  "5": "3808052534332202",
  "6": "372818070312223334251504",
  "7": "083812",
  "8": "15060718283736251504031222333425",
  "9": "031222333728180706152536",
  ":": "02 06",
  ";": "0200 06",
  "<": "370533",
  "=": "0444 0646",
  ">": "073503",
  "?": "07182837361514 12",
  "@": "353415163647381807031242",
  A: "022842 1434",
  B: "02083847463505 3544433202",
  C: "4738180703123243",
  D: "02082847432202",
  E: "48080242 0535",
  F: "480802 0535",
  G: "47381807031232434525",
  H: "0208 4248 0545",
  I: "0222 0828 1218",
  J: "0312223338",
  K: "0208 480542",
  L: "080242",
  M: "0208254842",
  N: "02084248",
  O: "120307183847433212",
  P: "02083847463505",
  Q: "120307183847433212 2442",
  R: "02083847463505 2542",
  S: "473818070615354443321203",
  T: "0848 2822",
  U: "080312324348",
  V: "082248",
  W: "0812253248",
  X: "0248 0842",
  Y: "082548 2522",
  Z: "08480242",
  "[": "18080212",
  "\\": "0832",
  "]": "08181202",
  "^": "062846",
  _: "0141",
  "`": "0817",
  a: "16263532 341403122233",
  b: "0802 0516263533221203",
  c: "3526160503122233",
  d: "3832 3526160503122233",
  e: "04343526160503122233",
  f: "281712 0626",
  g: "3631201001 3526160503122233",
  h: "0802 0516263532",
  i: "0602 08",
  j: "161100 18",
  k: "0802 360432",
  l: "080312",
  m: "0602 05162522 25364542",
  n: "0602 0516263532",
  o: "120305162635332212",
  p: "0600 0516263533221203",
  q: "3630 3526160503122233",
  r: "0602 051626",
  s: "35261605142433221203",
  t: "181322 0626",
  u: "0603122233 3632",
  v: "062246",
  w: "0612253246",
  x: "0632 0236",
  y: "0622 461000",
  z: "06360232",
  "{": "28171605141322",
  "|": "0008",
  "}": "08171625141302",
  "~": "04152435",
  "−": "0545",
  "×": "0347 0743",
  "·": "05",
  "…": "02 22 42",
  "°": "0718271607",
  "↑": "2228 062846",
  "↓": "2228 042244",
  "←": "0545 270523",
  "→": "0545 274523",
};

/** Stands for a letter that the font does not have. */
const unknown = "0208383202";

/** Height of a capital in heights of the font. */
export const capHeight = 0.7;
const unit = capHeight / 6;

/** Thickness of a stroke in heights of the font. */
export const strokeWidth = 0.1;

const spaceBetween = 2;
const spaceWidth = 2;

interface Glyph {
  readonly strokes: readonly Stroke[];
  readonly width: number;
}

const known = new Map<string, Glyph>();

function glyphOf(letter: string): Glyph {
  let glyph = known.get(letter);
  if (glyph === undefined) {
    const code = glyphs[letter] ?? glyphs[letter.normalize("NFD")[0]] ?? unknown;
    const strokes = code.split(" ").filter((stroke) => stroke !== "").map((stroke) =>
      stroke.match(/../g)!.map((point): [number, number] => [
        Number(point[0]),
        Number(point[1]) - 2,
      ])
    );
    const width = code === "" ? spaceWidth : Math.max(...strokes.flat().map(([x]) => x));
    glyph = { strokes, width };
    known.set(letter, glyph);
  }
  return glyph;
}

/** Strokes and width of a line of text, in heights of the font. */
interface TextLayout {
  /** All strokes of all letters. */
  readonly strokes: readonly Stroke[];
  /** From the first letter's left to the last one's right. */
  readonly width: number;
}

const laidOut = new Map<string, TextLayout>();

/**
 * The strokes of a line of text. Letters lose accents that the font lacks; those that it lacks
 * altogether become boxes.
 *
 * @example
 * ```ts
 * import { layOut } from "./render_font.ts";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(layOut("HH").strokes.length, 6);
 * ```
 */
export function layOut(text: string): TextLayout {
  let layout = laidOut.get(text);
  if (layout === undefined) {
    const strokes: Stroke[] = [];
    let end = 0;
    for (const letter of text) {
      const glyph = glyphOf(letter);
      const start = end === 0 ? 0 : end + spaceBetween;
      for (const stroke of glyph.strokes) {
        strokes.push(stroke.map(([x, y]) => [(start + x) * unit, y * unit] as const));
      }
      end = start + glyph.width;
    }
    layout = { strokes, width: end * unit };
    if (laidOut.size >= 1024) laidOut.clear();
    laidOut.set(text, layout);
  }
  return layout;
}
