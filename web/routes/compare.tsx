/** The compare page: groups of runs over seeds. @module */
import type { VNode } from "preact";
import type { State } from "../state.ts";
import { type Comparison, type ComparisonRequest, namedRuns } from "../comparison.ts";
import type { Context, LatePage, PageProps } from "../fresh.ts";
import { ComparisonView, Live } from "../islands.ts";
import { passedOver } from "../query.ts";
import { requestOf } from "./api/comparison.ts";
import type { Program } from "../program.ts";

interface Data {
  readonly title: string;
  readonly comparison: Comparison;
  readonly request: ComparisonRequest;
  /** What of the address means nothing here. */
  readonly passed: string | undefined;
  /** Metrics beside the first one. */
  readonly also: readonly string[];
  readonly moment: number;
  readonly live: boolean;
  readonly program: Program;
}

/** Metrics beside the first one, at most. */
const MOST_BESIDE = 8;

/** What an address may ask for. */
const KNOWN = [
  "run",
  "filter",
  "metric",
  "also",
  "axis",
  "smoothing",
  "groups",
  "from",
  "to",
  "paired",
];

/**
 * `?filter=TEXT` or `run=ID&run=ID…`; `metric`, `also`, `axis`, `smoothing`, `groups`, `paired=1` as a
 * reader left them.
 */
export function handler(
  { req, url, state: { comparisons, store, feed, live, program } }: Context<State>,
): LatePage<Data> {
  const { moment } = feed;
  const request = requestOf(url.searchParams);
  const { runs, missing } = namedRuns(store, request.runs);
  if (runs.length === 0 && missing.length > 0) throw missing[0]; // there is no page of none
  const title = "Compare";
  const later = async () => ({
    title,
    comparison: JSON.parse(new TextDecoder().decode(await comparisons.of(request, req.signal))),
    ...{ moment, live, program, request },
    passed: passedOver(url.searchParams, KNOWN),
    also: url.searchParams.getAll("also").slice(0, MOST_BESIDE),
  });
  return { title, islands: ["comparison", ...live ? ["live"] : []], later };
}

/** The page. */
export default function Compare({ data }: PageProps<Data>): VNode {
  const { comparison, request, passed, also, moment, live, program } = data;
  return (
    <>
      <h1>Compare</h1>
      {passed !== undefined && <p class="note">{passed}</p>}
      <ComparisonView initial={comparison} request={request} also={also} program={program} />
      {live && <Live moment={moment} run={null} />}
    </>
  );
}
