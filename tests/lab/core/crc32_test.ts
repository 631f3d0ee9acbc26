/** Checks of bytes: the values that their catalogues give for "123456789", and zlib's. */
import { strictEqual } from "node:assert";
import { crc32 as zlibs } from "node:zlib";
import { crc32, crc32c } from "../../../lab/core/crc32.ts";
import { streamOf } from "../../../lab/core/random.ts";

Deno.test("the digits 1 to 9 have the checks of their catalogues, and no bytes 0", () => {
  const digits = new TextEncoder().encode("123456789");
  strictEqual(crc32(digits), 0xcbf43926);
  strictEqual(crc32c(digits), 0xe3069283);
  strictEqual(crc32(new Uint8Array(0)), 0);
});

Deno.test("CRC-32 is zlib's, of any bytes", () => {
  const random = streamOf(1, "bytes");
  for (const length of [1, 2, 255, 5000]) {
    const bytes = Uint8Array.from({ length }, () => random.integers(256));
    strictEqual(crc32(bytes), zlibs(bytes));
  }
});
