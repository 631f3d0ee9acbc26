import { deepStrictEqual } from "node:assert";
import { mistakesIn } from "./mistakes.ts";

/** Each mistake of a code as the kind and what the code is then. */
const made = (code: string) =>
  mistakesIn(code).map(({ kind, start, end, to }) => [
    kind,
    code.slice(0, start) + to + code.slice(end),
  ]);

Deno.test("an operator, a number, a default and an argument go wrong", () => {
  deepStrictEqual(made("a + 2;"), [["operator", "a - 2;"], ["number", "a + 3;"]]);
  deepStrictEqual(made("x = 0.5;"), [["number", "x = 1;"]]);
  deepStrictEqual(made("a ?? b;"), [["always the default", "b;"]]);
  deepStrictEqual(made("x = f(a, b.c);"), [["arguments", "x = f(b.c, a);"]]);
  deepStrictEqual(made("x = f(a);"), [["call left out", "x = a;"]]);
  deepStrictEqual(made("Math.min(1 - 1, y);").map(([, code]) => code), [
    ...["Math.max(1 - 1, y);", "Math.min(2 - 1, y);", "Math.min(1 + 1, y);", "Math.min(1 - 2, y);"],
  ]);
});

Deno.test("conditions turn, statements and fields are left out", () => {
  deepStrictEqual(made("if (a) { f(); }"), [
    ["condition", "if (!(a)) { f(); }"],
    ["statement left out", "if (a) {  }"],
  ]);
  deepStrictEqual(made("a ? b : c;"), [["always the one", "b;"], ["always the other", "c;"]]);
  deepStrictEqual(made("x = { a, b: true, ...c };"), [
    ["field left out", "x = {  b: true, ...c };"],
    ["field left out", "x = { a,  ...c };"],
    ["truth", "x = { a, b: false, ...c };"],
    ["field left out", "x = { a, b: true,  };"],
  ]);
  // Where little else is there, leaving a field out is seen at once.
  deepStrictEqual(made("x = { a, b };"), []);
});

Deno.test("types, imports and what is thrown have no mistakes", () => {
  const code = `import { a } from "a.ts";
interface B { readonly c: 1 | 2 }
type D = { e: true };
function f(x: 3): void { throw new Error(\`\${x + 1}\`); }`;
  deepStrictEqual(made(code), []);
});

Deno.test("pages are read, too", () => {
  const code = "const a = () => <b class={c === d ? e : f}>{g}</b>;";
  deepStrictEqual(mistakesIn(code, true).map(({ kind }) => kind), [
    ...["always the one", "always the other", "operator"],
  ]);
});
