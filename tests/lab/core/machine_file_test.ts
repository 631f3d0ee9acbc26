/** Files that compute: a program written by hand, what is kept of it, and what is refused. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import type { Machine } from "../../../lab/core/machine.ts";
import {
  describeMachine,
  encodeFile,
  type FileContent,
  type FileKind,
  openFile,
  runningMachine,
} from "../../../lab/core/machine_file.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../lab/core/safetensors.ts";
import type { Json } from "../../../lab/core/snapshot.ts";

/**
 * Imports `env.memory`; `run0` adds the number at 4 to that at 0, and writes at 8 that sum times the
 * number at 12.
 */
const binary = Uint8Array.fromHex(
  "0061736d01000000" + "01050160017f00" + "020f0103656e76066d656d6f7279020001" + "03020100" +
    "0708010472756e300000" + "0a24012200" +
    "410041002a020041002a02049238020041" + "0041002a020041002a020c943802080b",
);

const number = (value: number) =>
  ({ shape: [1], dtype: "float32", values: Float32Array.of(value) }) as const;
const machine: Machine = {
  binary,
  pages: 1,
  state: { "parameters/w": { address: 0, tensor: number(2) } },
  constants: [{ address: 12, tensor: number(10) }],
  inputs: { x: { address: 4, length: 1 } },
  outputs: { y: { address: 8, length: 1 } },
};
const lengths = { inputs: { x: 1 }, outputs: { y: 1 } };
const toy: FileKind = { name: "toy", key: "reverie.toy", format: 3 };

Deno.test("a machine is its program, its state by name, its constants in order, and where all of it lies", () => {
  const values = { dtype: "uint8", shape: [binary.length], values: binary } as const;
  const description = {
    ...{ pages: 1, state: { "parameters/w": 0 }, constants: [12] },
    ...{ inputs: { x: [4, 1] }, outputs: { y: [8, 1] } },
  };
  deepStrictEqual(describeMachine(machine), {
    tensors: { "program": values, "parameters/w": number(2), "constant/0": number(10) },
    description,
  });
  deepStrictEqual(describeMachine(machine, "actor"), {
    tensors: { "program/actor": values, "parameters/w": number(2), "constant/actor/0": number(10) },
    description,
  });
});

Deno.test("a described machine runs as it did, by its name, from its own memory", () => {
  for (const name of [undefined, "actor"]) {
    const { tensors, description } = describeMachine(machine, name);
    const [first, second] = [0, 1].map(() =>
      runningMachine(toy, description, tensors, lengths, name)
    );
    const run = (running: typeof first, x: number) => {
      running.input("x")[0] = x;
      running.run();
      return running.output("y")[0];
    };
    deepStrictEqual([run(first, 3), run(first, 4), run(second, 1)], [50, 90, 30]);
    first.restart();
    strictEqual(run(first, 3), 50);
    strictEqual(tensors["parameters/w"].values[0], 2);
  }
});

Deno.test("a machine that does not fit what is asked of it, or is none, is refused in a line", () => {
  const { tensors, description } = describeMachine(machine);
  const refused = (
    changes: object,
    message: RegExp,
    more: Partial<typeof lengths> = {},
    of = tensors,
  ) =>
    throws(
      () =>
        runningMachine(toy, { ...description as object, ...changes } as Json, of, {
          ...lengths,
          ...more,
        }),
      (error: Error) =>
        error.name === "InputError" && message.test(error.message) &&
        error.message.startsWith("Cannot load the toy as its program must be whole: "),
      `${message}`,
    );
  refused({}, /: it reads 1 numbers of x$/, { inputs: { x: 2 } });
  refused({ inputs: { x: [4, 2] } }, /: it reads 2 numbers of x$/);
  refused({}, /: it writes 1 numbers of y$/, { outputs: { y: 2 } });
  // What writes more than is asked for will do.
  ok(runningMachine(toy, { ...description as object, outputs: { y: [8, 5] } }, tensors, lengths));
  for (const address of [2, -4, 1.5, 2 ** 60, "0", null]) {
    refused({ state: { "parameters/w": address } }, /: no address: /);
    refused({ constants: [address] }, /: no address: /);
    refused({ inputs: { x: [address, 1] } }, /: no address: /);
    refused({ outputs: { y: [address, 1] } }, /: no address: /);
  }
  refused({ constants: [12, 16] }, /./);
  refused({ inputs: {} }, /./);
  refused({ pages: 0 }, /./);
  refused({}, /./, {}, { ...tensors, program: number(1) });
  refused({}, /./, {}, {});
});

const content: FileContent = {
  tensors: { "a/b": number(5) },
  description: { world: "Line-v0", sizes: [1, 2] },
  about: { run: "4abcde", note: "größe" },
};

/** The file with other metadata, or other tensors, and what it had else. */
function altered(
  { metadata = {}, tensors }: {
    readonly metadata?: Record<string, string | undefined>;
    readonly tensors?: FileContent["tensors"];
  },
): Uint8Array {
  const held = decodeSafetensors(encodeFile(toy, content));
  const all = Object.entries({ ...held.metadata, ...metadata })
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
  return encodeSafetensors(tensors ?? held.tensors, Object.fromEntries(all));
}

Deno.test("a file holds tensors, a description and what is told of it, and nothing else comes out", () => {
  deepStrictEqual(openFile(toy, encodeFile(toy, content), (held) => held), content);
  deepStrictEqual(openFile(toy, altered({}), (held) => held), content);
});

Deno.test("a file of another kind or format, or one that is not as it was written, is refused", () => {
  const refused = (bytes: Uint8Array, message: RegExp | string) =>
    throws(() => openFile(toy, bytes, (held) => held), { name: "InputError", message });
  const other: FileKind = { ...toy, key: "reverie.other" };
  refused(
    encodeFile(other, content),
    /^Cannot load the toy as its metadata must have reverie\.toy: .*reverie\.other/,
  );
  refused(
    encodeSafetensors(content.tensors, {}),
    "Cannot load the toy as its metadata must have reverie.toy: none",
  );
  refused(
    encodeFile({ ...toy, format: 4 }, content),
    "Cannot load the toy as its format must be 3: 4",
  );
  refused("text" as never, 'Cannot load the toy as its bytes must be a Uint8Array: "text"');
  const hash = /^Cannot load the toy as it must have the hash that it was written with: /;
  refused(altered({ tensors: { "a/b": number(6) } }), hash);
  refused(altered({ tensors: { "a/c": number(5) } }), hash);
  refused(altered({ metadata: { run: "4abcdf" } }), hash);
  refused(altered({ metadata: { more: "" } }), hash);
  refused(altered({ metadata: { "reverie.sha256": undefined } }), hash);
  refused(altered({ metadata: { "reverie.toy": '{"format":3}' } }), hash);
  refused(altered({ metadata: { "reverie.toy": "{" } }), /must be JSON/);
  refused(encodeFile(toy, content).subarray(0, -1), /./);
});

Deno.test("what opens a file refuses it in its own words, or the file is called damaged", () => {
  const opened = (error: Error) => () =>
    openFile(toy, encodeFile(toy, content), () => {
      throw error;
    });
  const own = Object.assign(new Error("own"), { name: "other" });
  throws(opened(own), {
    name: "InputError",
    message: "Cannot load the toy as its description must be whole: own",
  });
  let refusal: Error | undefined;
  throws(() => openFile(toy, new Uint8Array(3), () => 0), (error: Error) => {
    refusal = error;
    return error.name === "InputError";
  });
  throws(opened(refusal!), refusal!);
});
