/**
 * A thread that runs one step for the first time, then once more in another workspace.
 *
 * @module
 */
import type { FirstRuns } from "./compilation.ts";
import { steps } from "./steps/mod.ts";
import { unlessUnlowered } from "./updates.ts";
import { labWorkspace } from "./workspaces.ts";

async function firstRun(name: string): Promise<number | string> {
  const step = steps.find((each) => each.name === name)!;
  const workspace = await labWorkspace();
  const run = step.bind(workspace);
  const startedAt = performance.now();
  const refused = unlessUnlowered(run);
  const milliseconds = performance.now() - startedAt;
  workspace.dispose();
  return typeof refused === "string" ? refused : milliseconds;
}

self.onmessage = async ({ data: name }: MessageEvent<string>) => {
  const first = await firstRun(name);
  const runs: FirstRuns = typeof first === "string"
    ? { missing: first }
    : { first, second: await firstRun(name) as number };
  self.postMessage(runs);
};
