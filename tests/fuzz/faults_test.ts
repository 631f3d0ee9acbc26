/** Faults one by one: what tests/faults samples, in full. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { inFolder } from "../cli/folder.ts";
import { typedLines } from "../faults/command_lines.ts";
import { onFailingDisk } from "../faults/disk.ts";
import { history } from "../faults/history.ts";
import { killed, kinds as runs } from "../faults/kills.ts";
import { loaders, refusals } from "../faults/mutations.ts";
import { kinds, randomDamages } from "../faults/random_damages.ts";

for (const what of ["toy", "gridworld-dqn"]) {
  Deno.test(`whichever write of ${what} fails, its store is whole and it resumes to the same digest`, async () => {
    const outcomes = await onFailingDisk(what, what === "toy" ? "all" : "spread-60");
    for (const { fault, damaged, same, failed } of outcomes) {
      deepStrictEqual([damaged, same !== false, failed.includes("\n")], [[], true, false], fault);
    }
    const resumed = outcomes.filter(({ same }) => same).length;
    console.log(`${what}: ${outcomes.length} faults, ${resumed} resumed to the same digest`);
  });
}

Deno.test("of 300 random damages to each kind of file none is read as other numbers", async () => {
  const { damages, seen } = await randomDamages(17, 300);
  strictEqual(damages, 300 * kinds.length);
  console.log(`${damages} damages, ${seen} noticed, 0 silently wrong`);
});

for (const loader of loaders) {
  Deno.test(`10,000 mutations are read or refused in one line: ${loader.name}`, async () => {
    console.log(`${loader.name}: 10,000 mutations, ${await refusals(loader, 19, 10_000)} refused`);
  });
}

for (const seed of [1, 2, 3]) {
  Deno.test(`a history of 120 steps loses nothing and changes no digest: seed ${seed}`, () =>
    inFolder(async (folder) => {
      console.log(JSON.stringify(await history(folder, seed, (step) => step < 120)));
    }));
}

for (const kind of Object.keys(runs) as (keyof typeof runs)[]) {
  Deno.test(`25 kills at random instants lose nothing and change no digest: ${kind}`, async () => {
    console.log(`${kind}: 25 kills, ${await killed(kind, 29, 25)} before the end, all resumed`);
  });
}

Deno.test("1,000 command lines end with a code and no stack", async () => {
  const codes = [...await typedLines(23, 1000)].sort(([a], [b]) => a - b);
  console.log(
    `1,000 lines: ${codes.map(([code, count]) => `${count} ended with ${code}`).join(", ")}`,
  );
});
