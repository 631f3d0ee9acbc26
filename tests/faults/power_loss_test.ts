import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { compiledDisk, onDisk } from "./disk.ts";
import { afterPowerLoss, type Operation } from "./power_loss.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const did = (kind: Operation["kind"], path: string, rest: Partial<Operation> = {}): Operation => ({
  kind,
  path,
  other: "",
  offset: 0,
  bytes: bytes(""),
  ...rest,
});

Deno.test("without power a file has the content of its last sync, a folder the names of its own", () => {
  const operations = [
    did("d", "/r/a"),
    did("c", "/r/a/x"),
    did("w", "/r/a/x", { bytes: bytes("one") }),
    did("s", "/r/a/x"),
    did("w", "/r/a/x", { offset: 3, bytes: bytes(" two") }),
    did("s", "/r/a"),
    did("s", "/r"),
    did("r", "/r/a/x", { other: "/r/a/y" }),
    did("s", "/r/a/y"),
    did("s", "/r/a"),
  ];
  const at = (count: number) => {
    const { files } = afterPowerLoss(operations, count, "/r");
    return [...files].map(([path, content]) => `${path}: ${new TextDecoder().decode(content)}`);
  };
  deepStrictEqual([at(4), at(6), at(7), at(8)], [[], [], ["/r/a/x: one"], ["/r/a/x: one"]]);
  deepStrictEqual([at(9), at(10)], [["/r/a/x: one two"], ["/r/a/y: one two"]]);
});

Deno.test({
  name: "a loss of power leaves a whole store with every checkpoint told of, and the same digest",
  ignore: compiledDisk === undefined,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const log = `${folder}/log`;
      const [digest, root] = (await onDisk("recorded_run.ts", [], { FAULT_LOG: log })).split(" ");
      const lines = (await onDisk("replayed_run.ts", [log, root])).split("\n");
      const stores = lines.map((line) => JSON.parse(line));
      for (const { moment, told, found, damaged, ...store } of stores) {
        deepStrictEqual(damaged, [], moment);
        ok(
          (found ?? 0) >= told,
          `${moment}: a checkpoint at ${told} was told of, ${found} is there`,
        );
        if (found !== null) strictEqual(store.digest, digest, moment);
      }
      ok(stores.filter(({ found, told }) => found !== null && told > 0).length >= 10);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "what sync and backup have brought is there after a loss of power, with its journals",
  ignore: compiledDisk === undefined,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const lines = (await onDisk("copied_store.ts", [], { FAULT_LOG: `${folder}/log` })).split(
        "\n",
      );
      const found = lines.map((line) => JSON.parse(line));
      deepStrictEqual(found.map(({ name }) => name), ["synced", "backup"]);
      for (const { name, before, after } of found) {
        ok(before.pictures > 0, name);
        const { pictures } = before;
        deepStrictEqual(before, { same: true, pictures, sweeps: ["rates"], damaged: [] }, name);
        deepStrictEqual(after, before, name);
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
