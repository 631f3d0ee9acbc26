/** The arrays that another library's models learn from. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { hashOfPython, type Peer, peerModels, peerOf, peerOfModel } from "../../evidence/peers.ts";
import { resolve } from "../../lab/experiment/resolve.ts";
import { registries } from "../../registries.ts";
import { evidence } from "../../evidence/rows.ts";
import { decodeSafetensors } from "../../lab/core/safetensors.ts";
import { inFolder } from "../cli/folder.ts";

/** What a peer of a row gets for a seed. */
async function arraysFor(experiment: string, seed: number) {
  const peer = await peerOf(evidence.find((row) => row.experiment === experiment)!) as Peer;
  let bytes = new Uint8Array();
  await inFolder(async (folder) => {
    await peer.writeArrays!(seed, `${folder}/arrays`);
    bytes = await Deno.readFile(`${folder}/arrays`);
  });
  return decodeSafetensors(bytes).tensors;
}

Deno.test("a peer of points gets those of the run, with the mixture that they are drawn from", async () => {
  const found = await arraysFor("ring-wgan-gp", 101);
  const { centers, deviation, train, test } = found;
  deepStrictEqual(Object.keys(found).sort(), [
    ...["centers", "deviation", "test", "test_labels", "train", "train_labels"],
  ]);
  deepStrictEqual([centers.shape, deviation.shape], [[8, 2], []]);
  for (const split of ["train", "test"]) {
    const { shape: [count, columns], dtype, values } = found[split];
    const labels = found[`${split}_labels`].values;
    deepStrictEqual([columns, dtype, values.length], [2, "float32", 2 * count]);
    // Each point is of the Gaussian that its label names.
    for (let i = 0; i < 500; i++) {
      const [x, y] = [0, 1].map((axis) =>
        values[2 * i + axis] - centers.values[2 * labels[i] + axis]
      );
      ok(Math.hypot(x, y) < 6 * deviation.values[0], `${split} ${i}`);
    }
  }
  ok(train.shape[0] > test.shape[0] && train.values[0] !== test.values[0]);
});

Deno.test("a peer of labelled examples gets the labels of both splits", async () => {
  const found = await arraysFor("glyphs-classifier-100", 101);
  deepStrictEqual(Object.keys(found).sort(), ["test", "test_labels", "train", "train_labels"]);
  for (const split of ["train", "test"]) {
    const [examples, labels] = [found[split], found[`${split}_labels`]];
    deepStrictEqual([labels.dtype, labels.shape], ["int32", [examples.shape[0]]]);
    strictEqual(examples.shape[1], 28 * 28);
    deepStrictEqual([...new Set(labels.values)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  strictEqual(found.train.shape[0], 100);
});

Deno.test("what ends a run early is no other library's: such a row has no peer", async () => {
  const row = evidence.find(({ experiment }) => experiment === "glyphs-early-stopping")!;
  match(`${await peerOf(row)}`, /callbacks/);
});

Deno.test("a sentence, a note and a blank are no code of a script, all else is", () => {
  const plain = hashOfPython('import json\ndef a(x):\n    return f"{x}" # b\n');
  strictEqual(
    hashOfPython(
      '"""Trains.\n\nTwo lines.\n"""\n\nimport json\n\n\n# A note\ndef a(x):\n    """Sums."""\n' +
        '    # Another\n    return f"{x}" # b\n',
    ),
    plain,
  );
  ok(hashOfPython('import json\ndef a(x):\n    return f"{x}!" # b\n') !== plain);
});

Deno.test("a model with a field that its peer's script does not read has no peer", async () => {
  const row = evidence.find(({ experiment }) => experiment === "glyphs-vae")!;
  const entry = registries.experiments.find(({ name }) => name === row.experiment)!;
  const { configuration, fields } = await resolve(await entry.load(), registries);
  const peerWith = (more: object) => {
    const model = { ...configuration.model as object, ...more };
    return peerOfModel(row, { ...configuration, model }, fields);
  };
  ok(typeof peerWith({ beta: 2 }) === "object");
  strictEqual(peerWith({ freeBits: 0.5 }), "bench/peers has no freeBits of 0.5");
  match(`${peerWith({ likelihood: "gaussian" })}`, /no likelihood of "gaussian"$/);
});

Deno.test("the fields that models' peers are told of are those that their script reads", async () => {
  const script = await Deno.readTextFile(new URL("../../bench/peers/models.py", import.meta.url));
  const read = [...script.matchAll(/\bfields(?:\.get\(|\[)"(\w+)"/g)].map(([, name]) => name);
  const told = Object.values(peerModels).flatMap(({ reads }) => reads);
  deepStrictEqual([...new Set(told)].sort(), [...new Set(read)].sort());
});
