import { strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { defaultRng } from "../../../lab/core/random.ts";
import { sha256 } from "../../../lab/core/sha256.ts";

Deno.test("the hash is the engine's own, whatever the length", () => {
  const random = defaultRng(1);
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const bytes = Uint8Array.from({ length }, () => random.integers(0, 256));
    strictEqual(sha256(bytes), createHash("sha256").update(bytes).digest("hex"), `${length}`);
  }
});
