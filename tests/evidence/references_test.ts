import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import type { Peer } from "../../evidence/peers.ts";
import {
  keyOfOrder,
  readReferences,
  referenceFor,
  type References,
  writeReferences,
} from "../../evidence/references.ts";
import { main, measureReferences } from "../../evidence/references_main.ts";
import type { EvidenceRow, Reference } from "../../evidence/row.ts";
import { capturedIo } from "../cli/captured_io.ts";

const row: EvidenceRow = {
  experiment: "toy",
  page: "",
  seeds: 2,
  reference: { value: 1, source: "they say" },
};

const references = (key: string, scores: readonly (number | null)[]): References => ({
  experiment: "toy",
  peer: "Peer",
  key,
  runs: scores.map((score, i) => ({
    seed: 101 + i,
    score,
    steps: 1,
    seconds: 1,
    versions: {},
    date: "2026-11-20",
  })),
});

Deno.test("a peer's figures count for what it was asked for, of the seeds that judge", async () => {
  const root = `${await Deno.makeTempDir()}/`;
  try {
    const key = keyOfOrder({ gamma: 0.9 });
    strictEqual(await readReferences(root, row, key), undefined);
    await writeReferences(root, references(key, [1, 2, 3]));
    deepStrictEqual((await readReferences(root, row, key))!.runs.map(({ seed }) => seed), [
      101,
      102,
    ]);
    const one = await readReferences(root, { ...row, referenceSeeds: 1 }, key);
    deepStrictEqual(one!.runs.map(({ seed }) => seed), [101]);
    strictEqual(await readReferences(root, row, keyOfOrder({ gamma: 0.99 })), undefined);
    strictEqual(await readReferences(root, row, undefined), undefined);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("what was measured is the reference once every seed is there and none diverged", () => {
  strictEqual(referenceFor(row, undefined), row.reference);
  strictEqual(referenceFor(row, references("", [5])), row.reference);
  strictEqual(referenceFor(row, references("", [5, null])), row.reference);
  deepStrictEqual(referenceFor(row, references("", [5, 7])), {
    value: 6,
    standardError: 1,
    source: "Peer",
  });
  const few = { ...row, seeds: 4, referenceSeeds: 2 };
  strictEqual(
    referenceFor({ ...few, referenceSeeds: undefined }, references("", [5, 7])),
    few.reference,
  );
  strictEqual(referenceFor(few, references("", [5, 7]))!.value, 6);
});

Deno.test("a threshold stands where what was measured asks for less", () => {
  const threshold = { value: 475, margin: 0, source: "solved" };
  const against = (better: EvidenceRow["better"], reference: Reference, scores: number[]) =>
    referenceFor({ ...row, better, reference }, references("", scores));
  strictEqual(against("more", threshold, [450, 500]), threshold);
  strictEqual(against("more", threshold, [490, 490])!.value, 490);
  strictEqual(against("less", threshold, [480, 480]), threshold);
  strictEqual(against("less", threshold, [460, 460])!.value, 460);
  // What others obtained is no threshold.
  strictEqual(against("more", { value: 475, source: "they say" }, [450, 500])!.value, 475);
  strictEqual(against("more", { value: 475, source: "they say" }, [450, 500])!.source, "Peer");
});

Deno.test("each seed of a peer is kept when it has ended, and not trained again", async () => {
  const root = `${await Deno.makeTempDir()}/`;
  try {
    const peer: Peer = { name: "Peer", script: "references.py", order: {}, key: "k" };
    const asked: number[] = [];
    const [run] = references("k", [5]).runs;
    const train = (failing: boolean) => (_: Peer, seed: number) => {
      asked.push(seed);
      if (failing && seed === 102) return Promise.reject(new Error("the power went"));
      return Promise.resolve({ ...run, seed, score: seed });
    };
    const io = capturedIo({ root });
    await rejects(measureReferences(row, peer, io, train(true)), /the power went/);
    deepStrictEqual((await readReferences(root, row, "k"))!.runs.map(({ seed }) => seed), [101]);
    await measureReferences(row, peer, io, train(false));
    deepStrictEqual(asked, [101, 102, 102]);
    const { peer: name, runs } = (await readReferences(root, row, "k"))!;
    deepStrictEqual([name, runs.map(({ score }) => score)], ["Peer", [101, 102]]);
    // One of another script is trained again, one of which nobody knows by which is not.
    const [first, { script: _, ...second }] = runs;
    const kept = [{ ...first, script: "of before" }, second];
    await writeReferences(root, { experiment: "toy", peer: "Peer", key: "k", runs: kept });
    await measureReferences(row, peer, io, train(false));
    deepStrictEqual(asked, [101, 102, 102, 101]);
    const again = (await readReferences(root, row, "k"))!;
    deepStrictEqual(again.runs.map(({ script }) => script), [first.script, undefined]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a row without a peer says so, and why; other words are refused", async () => {
  const io = capturedIo({ root: "/nowhere/" });
  strictEqual(await main(["cartpole-dqn-quick", "--seed", "1"], io), 0);
  match(io.written.out, /^cartpole-dqn-quick: no peer, a preset of the lab's own$/m);
  strictEqual(await main(["cartpole-dqn", "--seed", "101"], io), 2);
});
