import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../lab/core/safetensors.ts";
import {
  allocate,
  type Dtype,
  type NamedTensors,
  sizeOf,
  type TensorData,
} from "../../../lab/core/tensor_data.ts";

// Made by Python's safetensors with small.py beside them.
const read = (name: string) =>
  Deno.readFileSync(new URL(`../../golden/safetensors/${name}`, import.meta.url));

const small: NamedTensors = {
  "policy/0/kernel": {
    shape: [2, 3],
    dtype: "float32",
    values: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25),
  },
  "0": { shape: [2], dtype: "int32", values: Int32Array.of(1, -2) },
  scalar: { shape: [], dtype: "float64", values: Float64Array.of(1e-300) },
  bytes: { shape: [3], dtype: "uint8", values: Uint8Array.of(0, 127, 255) },
  empty: { shape: [0, 4], dtype: "float32", values: new Float32Array(0) },
};
const metadata = { note: "größe", format: "lab" };

Deno.test("a file of Python's safetensors is read, and written to the same bytes", () => {
  const golden = read("small.safetensors");
  deepStrictEqual(decodeSafetensors(golden), { tensors: small, metadata });
  deepStrictEqual(encodeSafetensors(small, metadata), new Uint8Array(golden));
});

const tensor: fc.Arbitrary<TensorData> = fc.record({
  shape: fc.array(fc.nat(4), { maxLength: 3 }),
  dtype: fc.constantFrom<Dtype>("float32", "float64", "int32", "uint8"),
  fill: fc.oneof(fc.double(), fc.integer()),
}).map(({ shape, dtype, fill }) => ({
  shape,
  dtype,
  values: allocate(dtype, sizeOf(shape)).fill(fill),
}));
const named = fc.dictionary(fc.string({ unit: "grapheme" }), tensor, { noNullPrototype: true });

Deno.test("tensors come back as they were, whatever order they were given in", () => {
  fc.assert(fc.property(named, (tensors) => {
    const bytes = encodeSafetensors(tensors);
    deepStrictEqual(decodeSafetensors(bytes).tensors, tensors);
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    deepStrictEqual(encodeSafetensors(reversed), bytes);
  }));
});

Deno.test("a view into a larger buffer is read and written by its own part", () => {
  const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  const bytes = encodeSafetensors({ part: { shape: [2], dtype: "float32", values } });
  const padded = new Uint8Array(bytes.length + 3);
  padded.set(bytes, 3);
  deepStrictEqual([...decodeSafetensors(padded.subarray(3)).tensors.part.values], [1, 2]);
});

Deno.test("every truncation of a file is an input error", () => {
  const bytes = encodeSafetensors(small, metadata);
  for (let length = 0; length < bytes.length; length++) {
    throws(() => decodeSafetensors(bytes.subarray(0, length)), InputError, `${length} bytes`);
  }
});

Deno.test("an altered byte never gives anything but tensors or an input error", () => {
  const bytes = encodeSafetensors(small, metadata);
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (position, value) => {
    const altered = bytes.slice();
    altered[position] = value;
    try {
      decodeSafetensors(altered);
    } catch (error) {
      ok(error instanceof InputError, String(error));
    }
  }));
});

/** A file with this header and this many bytes after it. */
function file(header: unknown, size: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + text.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

Deno.test("what is wrong with a file is named", () => {
  const entry = (begin: number, end: number, shape = [1], dtype = "F32") => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const cases: [Uint8Array, RegExp][] = [
    [read("int64.safetensors"), /"count" must have a type of F64, F32, I32, U8: I64/],
    [file({ mask: entry(0, 1, [1], "BOOL") }, 1), /"mask".*: BOOL/],
    [file("{", 0), /must be JSON/],
    [file("[]", 0), /JSON object/],
    [file({ a: 3 }, 0), /"a" must be described by an object: 3/],
    [file({ a: entry(0, 8) }, 8), /"a" \(F32 \[1\]\) must have 4 bytes: 0 to 8/],
    [file({ a: entry(4, 0) }, 8), /must have 4 bytes: 4 to 0/],
    [file({ a: entry(0, 4), b: entry(2, 6) }, 6), /"b" must start at byte 4.*overlaps it from 2/],
    [file({ a: entry(0, 4), b: entry(8, 12) }, 12), /"b" must start at byte 4.*a gap at 8/],
    [file({ a: entry(0, 4) }, 3), /have 4 bytes: the file holds 3 \(truncated\)/],
    [file({ a: entry(0, 4) }, 5), /have 4 bytes: the file holds 5$/],
    [file({ a: entry(0, 4, [-1]) }, 4), /"a" must have a shape of counts: \[-1\]/],
    [file({ a: { dtype: "F32", shape: [1] } }, 4), /"a" must have two data offsets/],
    [file({ __metadata__: { a: 1 } }, 0), /"__metadata__" must map text to text/],
    [file('{"a":{"dtype":"F32","shape":[0],"shape":[0],"data_offsets":[0,0]}}', 0), /stands twice/],
    [file("[".repeat(1e5), 0), /nested deeper than 100/],
    [file({ [`${"x".repeat(1e5)}\n`]: 3 }, 0), /^Cannot read safetensors as "x{299}….{0,40}$/],
    [new Uint8Array(8).fill(255), /at most 100000000 bytes: 18446744073709551615/],
  ];
  for (const [bytes, message] of cases) {
    throws(() => decodeSafetensors(bytes), (error: Error) => {
      ok(error instanceof InputError && message.test(error.message), error.message);
      return true;
    });
  }
});

Deno.test("a header that is no UTF-8 is refused, not read with other letters", () => {
  const bytes = encodeSafetensors({ a: small.scalar }, { note: "zz" });
  const at = bytes.findIndex((byte, i) => byte === 0x7a && bytes[i + 1] === 0x7a);
  deepStrictEqual(decodeSafetensors(bytes).metadata, { note: "zz" });
  for (const wrong of [0xff, 0xc3, 0x80]) {
    throws(() => decodeSafetensors(bytes.with(at, wrong)), {
      name: "InputError",
      message: /the header must be JSON/,
    });
  }
});

Deno.test("tensors that do not fill their shape or take the format's name are not written", () => {
  const values = new Float32Array(3);
  throws(
    () => encodeSafetensors({ a: { shape: [2], dtype: "float32", values } }),
    /"a".*\[2\] needs 2 values: 3/,
  );
  throws(
    () => encodeSafetensors({ __metadata__: { shape: [3], dtype: "float32", values } }),
    InputError,
  );
});

Deno.test("the tensors start at a multiple of eight bytes", () => {
  for (const name of ["a", "ab", "abc", "abcd", "abcde", "ä"]) {
    const bytes = encodeSafetensors({ [name]: small.scalar });
    strictEqual(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  }
});
