/**
 * What a report's runs are configured with and how its figures are made, as a hash: a page that has
 * another one by now is to be written anew.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { run, seedAfter } from "../cli/commands/run.ts";
import { parsedWords } from "../cli/command.ts";
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { described } from "../lab/experiment/describe.ts";
import { loadDefinition } from "../lab/experiment/load.ts";
import { setAt } from "../lab/experiment/resolve.ts";
import type { Manifest, Run, RunStatus } from "../lab/store/store.ts";
import { registries } from "../registries.ts";
import type { ShippedReport } from "./reports.ts";

/** Raised where the statistics of a page are made in another way. */
const STATISTICS = 2;

/** Where a run stands that is whole: what it gave is a result. */
const ENDS: readonly RunStatus[] = ["completed", "stopped", "diverged"];

/** Hashes by the report's name, as docs/reports/keys.json holds them. */
export type ReportKeys = { readonly [report: string]: string };

/** What decides a run's figures; of a sweep's, whose seeds follow from what it finds, without the seed. */
type Determined = Pick<Manifest["determined"], "experiment" | "version" | "configuration"> & {
  readonly seed?: string;
};

/** The hash of what a report's lines mean. @throws InputError where a line cannot be run. */
export async function keyOfLines({ runs }: Pick<ShippedReport, "runs">): Promise<string> {
  const configured: Determined[] = [];
  for (const line of runs) {
    const { names, set, budget, sweep, seed = 1, seeds = 1 } = parsedRun(line);
    for (const name of names) {
      const loaded = await loadDefinition(name, registries);
      const { version, configuration } = await described(loaded, registries, { set, budget });
      for (let i = 0; i < seeds; i++) {
        const determined = { experiment: name, version, configuration };
        configured.push(without({ ...determined, seed: `${seedAfter(seed, i)}` }, sweep));
      }
    }
  }
  return hashOf(configured);
}

/** The hash of what its runs were trained with, those that have not ended left out. */
export function keyOfRuns({ runs }: Pick<ShippedReport, "runs">, trained: readonly Run[]): string {
  const swept = runs.flatMap((line) => parsedRun(line).sweep);
  const ended = trained.filter(({ status }) => ENDS.includes(status));
  return hashOf(ended.map(({ manifest }) => without(manifest.determined, swept)));
}

/** Whether a line tries values, where the same line goes on with what it has begun. */
export function isSweep(line: string): boolean {
  return parsedRun(line).sweep.length > 0;
}

function parsedRun(line: string) {
  return parsedWords(
    run.parser({ experiments: [], runs: [] }),
    line.split(" "),
    `run ${run.usage}`,
  );
}

/** Without when it is saved, which decides no result, and without what a sweep chooses. */
function without(
  { experiment, version, configuration, seed }: Determined,
  swept: readonly (readonly [path: string, range: string])[],
): Determined {
  const kept = structuredClone(configuration) as { [field: string]: Json };
  delete kept.checkpoint;
  for (const [path] of swept) setAt(kept, path.split("."), undefined);
  const determined = { experiment, version, configuration: kept };
  return swept.length > 0 ? determined : { ...determined, seed };
}

/** SHA-256 over those that differ, in whichever order. */
function hashOf(configured: readonly Determined[]): string {
  const texts = configured.map((each) => encodeCanonicalJson(each as unknown as Json));
  const text = [`${STATISTICS}`, ...new Set(texts.sort())].join("\n");
  return createHash("sha256").update(text).digest("hex");
}
