/**
 * Writes the digests that every agent and every model is held to: of the trainings that are listed, anew,
 * and of what is registered and not listed; and what fields are where nothing is said.
 *
 * @module
 */
import { casesOf, digestOf, subjects } from "./cases.ts";
import { currentDefaults, defaultsPath, type Pinned, pinnedPath, readPinned } from "./pinned.ts";

const before = await readPinned();
const written: Record<string, Pinned[]> = {};
for (const subject of subjects) {
  const { name } = subject;
  const listed: readonly Partial<Pinned>[] | undefined = before[name];
  written[name] = [];
  for (const training of before[name] ?? await casesOf(subject)) {
    const { on, settings } = training;
    written[name].push({ on, settings, digest: await digestOf(subject, training) });
  }
  const isNew = (digest: string) => listed?.every((old) => old.digest !== digest) ?? true;
  const count = written[name].filter(({ digest }) => isNew(digest)).length;
  if (count > 0) console.log(`${name}: ${count} of ${written[name].length} digests are new`);
}
const entries = Object.entries(written).map(([name, pinned]) => {
  const lines = pinned.map((each) => `    ${JSON.stringify(each)}`);
  return `  ${JSON.stringify(name)}: [\n${lines.join(",\n")}\n  ]`;
});
await Deno.writeTextFile(pinnedPath, `{\n${entries.join(",\n")}\n}\n`);
const defaults = Object.entries(await currentDefaults())
  .map(([name, fields]) => `  ${JSON.stringify(name)}: ${JSON.stringify(fields)}`);
await Deno.writeTextFile(defaultsPath, `{\n${defaults.join(",\n")}\n}\n`);
Deno.exit(0);
