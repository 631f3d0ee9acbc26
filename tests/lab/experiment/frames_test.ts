/** Values through a pipe, however it cuts them. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { framesOf, FrameWriter } from "../../../lab/experiment/frames.ts";

const values = [
  { kind: "report", metrics: { a: NaN, b: -0 }, big: 2n ** 70n },
  Float32Array.of(1.5, -2),
  "",
  null,
  new Map([["key", [undefined, 1]]]),
];

/** What the writer puts into a pipe, as one piece. */
async function written(): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const writer = new FrameWriter(new WritableStream({ write: (part) => void parts.push(part) }));
  for (const value of values) await writer.write(value);
  strictEqual(parts.length, values.length, "a write each");
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

async function read(parts: Iterable<Uint8Array>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of framesOf(ReadableStream.from(parts))) found.push(value);
  return found;
}

Deno.test("values come through a pipe as they were, whatever pieces it hands over", async () => {
  const bytes = await written();
  for (const size of [1, 2, 3, 5, 7, 16, bytes.length]) {
    const parts = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    deepStrictEqual(await read(parts), values, `pieces of ${size}`);
  }
});

Deno.test("each value stands behind its length, and a cut one is left out", async () => {
  const bytes = await written();
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const _ of values) at += 4 + view.getUint32(at);
  strictEqual(at, bytes.length);
  deepStrictEqual(await read([bytes.slice(0, -1)]), values.slice(0, -1));
  deepStrictEqual(await read([]), []);
});

Deno.test("a view of shared memory is copied, and a pipe that nobody reads is an error", async () => {
  const shared = new Float32Array(new SharedArrayBuffer(8));
  shared.set([1, 2]);
  const parts: Uint8Array[] = [];
  const writer = new FrameWriter(new WritableStream({ write: (part) => void parts.push(part) }));
  await writer.write({ shared });
  shared.fill(0);
  const [{ shared: copy }] = await read(parts) as [{ shared: Float32Array }];
  deepStrictEqual([...copy], [1, 2]);
  const closed = new FrameWriter(
    new WritableStream({ write: () => Promise.reject(new Error("nobody reads")) }),
  );
  await rejects(closed.write(1), /nobody reads/);
});
