/** The compare page: groups of runs over seeds. @module */
import type { VNode } from "preact";
import { InputError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import { type Comparison, type ComparisonRequest, namedRuns } from "../comparison.ts";
import type { Context, LatePage, PageProps } from "../fresh.ts";
import { ComparisonView, Live } from "../islands.ts";
import { passedOver } from "../query.ts";
import { readableRequestOf } from "./api/comparison.ts";
import type { Program } from "../program.ts";

interface Data {
  readonly title: string;
  readonly comparison: Comparison;
  readonly request: ComparisonRequest;
  /** What of the address means nothing here. */
  readonly passed: string | undefined;
  /** Why parts of it are passed over. */
  readonly problems: readonly string[];
  /** Why nothing is compared; empty: something is. */
  readonly problem: string;
  /** Metrics beside the first one. */
  readonly also: readonly string[];
  readonly moment: number;
  readonly live: boolean;
  readonly program: Program;
}

/** Metrics beside the first one, at most. */
const MOST_BESIDE = 8;

/** What is compared where the address asks for what no run has. */
const nothing: Comparison = {
  ...{ metric: "", axis: "environmentSteps", filter: "", names: [], groups: [], findings: [] },
  ...{ suite: null, found: 0, left: 0, notes: [] },
};

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
  const { request, problems } = readableRequestOf(url.searchParams);
  const { runs, missing } = namedRuns(store, request.runs);
  if (runs.length === 0 && missing.length > 0) throw missing[0]; // there is no page of none
  const title = "Compare";
  const compared = async () => {
    try {
      const json = new TextDecoder().decode(await comparisons.of(request, req.signal));
      return { comparison: JSON.parse(json), problem: "" };
    } catch (error) {
      // A filter that was kept in an address may ask for what no run has any more: it is mended there.
      if (!(error instanceof InputError)) throw error;
      return { comparison: nothing, problem: error.message };
    }
  };
  const later = async () => ({
    title,
    ...await compared(),
    ...{ moment, live, program, request, problems },
    passed: passedOver(url.searchParams, KNOWN),
    also: url.searchParams.getAll("also").slice(0, MOST_BESIDE),
  });
  return { title, islands: ["comparison", ...live ? ["live"] : []], later };
}

/** The page. */
export default function Compare({ data }: PageProps<Data>): VNode {
  const { comparison, request, passed, problems, problem, also, moment, live, program } = data;
  return (
    <>
      <h1>Compare</h1>
      {passed !== undefined && <p class="note">{passed}</p>}
      {problems.map((each) => <p class="problem" key={each}>{each}</p>)}
      <ComparisonView initial={comparison} {...{ request, problem, also, program }} />
      {live && <Live moment={moment} run={null} />}
    </>
  );
}
