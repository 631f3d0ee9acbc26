/**
 * A run stays what it was: short trainings of every agent and every model, with their fields at other
 * values too, give the digests that they gave. It is no proof that they are right, which other tests give,
 * but what changes a bit must be meant, and said.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { digestOf, subjects } from "./cases.ts";
import { readPinned } from "./pinned.ts";

const pinned = await readPinned();

Deno.test("every agent and model, and nothing else, has digests", () => {
  deepStrictEqual(Object.keys(pinned).sort(), subjects.map(({ name }) => name).sort());
});

for (const subject of subjects) {
  Deno.test(`${subject.name}: trainings give the digests that they gave`, async () => {
    const cases = pinned[subject.name] ?? [];
    ok(cases.length > 0, "none: deno task test:digests");
    for (const { digest, ...training } of cases) {
      strictEqual(
        await digestOf(subject, training),
        digest,
        `on ${training.on} with ${
          JSON.stringify(training.settings)
        } runs are no longer what they were. ` +
          "Where the change is meant, deno task test:digests, and say so in the commit",
      );
    }
  });
}
