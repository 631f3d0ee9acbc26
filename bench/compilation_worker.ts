/**
 * A thread that runs one step for the first time, then once more in another workspace.
 *
 * @module
 */
import type { FirstRuns } from "./compilation.ts";
import { steps } from "./steps/mod.ts";
import { bound } from "./updates.ts";
import { labWorkspace } from "./workspaces.ts";

declare const self: DedicatedWorkerGlobalScope;

async function firstRun(name: string): Promise<number | string> {
  const step = steps.find((each) => each.name === name)!;
  const workspace = await labWorkspace();
  const startedAt = performance.now();
  const run = bound(step, workspace);
  const milliseconds = performance.now() - startedAt;
  workspace.dispose();
  return typeof run === "string" ? run : milliseconds;
}

self.onmessage = async ({ data: name }: MessageEvent<string>) => {
  const first = await firstRun(name);
  const answer: FirstRuns = typeof first === "string"
    ? { missing: first }
    : { first, second: await firstRun(name) as number };
  self.postMessage(answer);
};
