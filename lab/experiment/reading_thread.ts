/**
 * The thread of {@linkcode readAhead}.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { webpBinary } from "./codecs.ts";
import { type MakeDecoder, phase, type Reading } from "./read_ahead.ts";

/** How long it stays without anything to read, in milliseconds. */
const REST = 1000;

let decoding: ReturnType<MakeDecoder> | undefined;
let leaving: ReturnType<typeof setTimeout> | undefined;

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Reading }) => Promise<void>;
  close(): void;
};

scope.onmessage = async ({ data: { paths, values, size, word, decoder, options } }) => {
  clearTimeout(leaving);
  let ended: number = phase.failed;
  try {
    decoding ??= (import(decoder) as Promise<{ decoderOf: MakeDecoder }>)
      .then(({ decoderOf }) => decoderOf(options, { webpBinary }));
    const decode = await decoding;
    paths.forEach((path, i) => values.set(decode(readFileSync(path)), i * size));
    ended = phase.waits;
  } catch {
    // Who needs the examples reads them, and says what is wrong.
  }
  Atomics.store(word, 0, ended);
  Atomics.notify(word, 0);
  leaving = setTimeout(() => {
    if (Atomics.compareExchange(word, 0, phase.waits, phase.left) !== phase.reads) scope.close();
  }, REST);
};
