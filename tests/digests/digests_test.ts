/**
 * A run stays what it was: short trainings of every agent and every model, with their fields at other
 * values too, give the digests that they gave. It is no proof that they are right, which other tests give,
 * but what changes a bit must be meant, and said.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { digestOf, subjects, unvariedFields } from "./cases.ts";
import { currentDefaults, defaultsPath, readPinned } from "./pinned.ts";

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

/** Fields that all trainings leave as they are, and why. */
const unvaried: Readonly<Record<string, string>> = {
  judge: "the small data set has no judge",
  storeBytes: "no small world shows pictures",
  workers: "several are not reproducible",
  "dqn.bufferSize": "it is never full",
  "hopfield.sampleSteps": "it has settled before",
  "iwae.evaluationDraws": "the end of a run draws finalDraws",
  "wgan.beta1": "its optimizer has no momentum",
};

Deno.test("some training has another value of every field", () => {
  const met = new Set<string>();
  for (const subject of subjects) {
    for (const { field: { path } } of unvariedFields(subject, pinned[subject.name] ?? [])) {
      const key = [`${subject.name}.${path}`, path].find((each) => each in unvaried);
      ok(key !== undefined, `${subject.name} is trained with one ${path}: add a training`);
      met.add(key);
    }
  }
  deepStrictEqual(Object.keys(unvaried).filter((key) => !met.has(key)), [], "varied");
});

Deno.test("fields are what they were where nothing is said", async () => {
  const known = JSON.parse(await Deno.readTextFile(defaultsPath));
  const found = JSON.parse(JSON.stringify(await currentDefaults()));
  deepStrictEqual(Object.keys(found).sort(), Object.keys(known).sort());
  for (const [name, fields] of Object.entries(found)) {
    deepStrictEqual(
      fields,
      known[name],
      `${name}: where the change is meant, deno task test:digests, and say so in the commit`,
    );
  }
});
