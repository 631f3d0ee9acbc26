/** Trains as a thread of a suite does, and answers with digests of the modules that it compiles. */
import { createHash } from "node:crypto";

/** What is asked of the thread. */
export interface Asked {
  readonly experiment: string;
  readonly seed: number;
  readonly budget: number;
}

const digests: string[] = [];
WebAssembly.Module = class extends WebAssembly.Module {
  constructor(bytes: BufferSource) {
    super(bytes);
    digests.push(createHash("sha256").update(bytes as Uint8Array).digest("hex"));
  }
};
// Imported here, so that whatever the lab compiles is seen.
const { train } = await import("../../../../mod.ts");
const { experiments } = await import("../../../../experiments/mod.ts");

self.onmessage = async ({ data: { experiment, seed, budget } }: MessageEvent<Asked>) => {
  const entry = experiments.find(({ name }) => name === experiment)!;
  const { dispose } = await train(await entry.load(), { seed, budget });
  dispose();
  self.postMessage(digests);
};
self.postMessage("ready");
