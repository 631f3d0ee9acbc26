/** Where an error comes from, as people are told. */
import { strictEqual } from "node:assert";
import { stackOf, withPlace } from "../../../lab/core/stack.ts";

const root = new URL("../../../", import.meta.url).href;

/** An error whose stack has these places. */
function errorAt(...places: string[]): Error {
  const error = new TypeError("no luck");
  const calls = places.map((place) => `\n    at step (${place})`);
  return Object.assign(error, { stack: `TypeError: no luck${calls.join("")}` });
}

Deno.test("a line names the first place that is neither the lab's nor a package's, once", () => {
  const labs = `${root}lab/core/vector.ts:2:3`;
  const packages = "file:///home/me/node_modules/zod/index.js:4:5";
  const own = "file:///home/me/my%20worlds%20(new)/corridor.ts:13:27";
  const error = errorAt("ext:core/01_core.js:1:2", labs, packages, own, "file:///home/me/b.ts:1:1");
  const line = "no luck (corridor.ts:13:27)";
  strictEqual(withPlace("no luck", error), line);
  strictEqual(withPlace(line, error), line);
  strictEqual(
    withPlace("refused", new Error("refused", { cause: error })),
    `refused (corridor.ts:13:27)`,
  );
  strictEqual(withPlace("no luck", errorAt(labs, packages)), "no luck");
  strictEqual(withPlace("no luck", "thrown as text"), "no luck");
  // A file that a newcomer writes into the lab's own folder is the newcomer's.
  strictEqual(
    withPlace("no luck", errorAt(labs, `${root}corridor.ts:3:4`)),
    "no luck (corridor.ts:3:4)",
  );
});

Deno.test("a stack is that of what came first, without colours", () => {
  const cause = Object.assign(new Error("first"), {
    stack: "Error: \x1b[31mfirst\x1b[0m\n    at x",
  });
  strictEqual(stackOf(new Error("second", { cause })), "Error: first\n    at x");
  strictEqual(stackOf("text"), "");
});
