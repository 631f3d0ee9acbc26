/** The compare page: groups of runs over seeds. @module */
import type { VNode } from "preact";
import { InputError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import { type Comparison, type ComparisonRequest, namedRuns } from "../comparison.ts";
import type { Context, LatePage, PageProps } from "../fresh.ts";
import { comparingWords } from "../compare_query.ts";
import type { Feed } from "../feed.ts";
import { filtered, unlessArchived } from "../filter.ts";
import { ComparisonView, Live } from "../islands.ts";
import { nothing, readableRequestOf } from "./api/comparison.ts";
import type { Scales } from "../axes.ts";
import type { Program } from "../program.ts";

interface Data extends Scales {
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
  /** Groups that are not drawn, each by one of its runs or by its label. */
  readonly hidden: readonly string[];
  readonly moment: number;
  readonly live: boolean;
  readonly program: Program;
}

/**
 * `?filter=TEXT` or `run=ID&run=ID…`; `metric`, `also`, `hide`, `axis`, `scale=log`, `xscale=log`,
 * `outliers=ignored`, `smoothing`, `groups`, `paired=1` as a reader left them.
 */
export function handler(
  { req, url, state: { comparisons, store, feed, live, program } }: Context<State>,
): LatePage<Data> {
  const { moment } = feed;
  const { request, query: _, ...readable } = readableRequestOf(url.searchParams);
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
    ...{ moment, live, program, request, ...readable },
  });
  const meanwhile = () => comparingWords(countOf(feed, request));
  return { title, islands: ["comparison", ...live ? ["live"] : []], meanwhile, later };
}

/** How many runs a request is of; undefined where it does not say, or asks for what no run has. */
function countOf(feed: Feed, { runs, filter }: ComparisonRequest): number | undefined {
  if (runs.length > 0) return runs.length;
  if (filter.trim() === "") return undefined;
  try {
    return unlessArchived(filtered(feed, feed.records(), filter), filter).length;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** The page. */
export default function Compare({ data }: PageProps<Data>): VNode {
  const { title, comparison, passed, problems, moment, live, ...props } = data;
  return (
    <>
      <h1>{title}</h1>
      {passed !== undefined && <p class="note">{passed}</p>}
      {problems.map((each) => <p class="problem" key={each}>{each}</p>)}
      <ComparisonView initial={comparison} {...props} />
      {live && <Live moment={moment} run={null} />}
    </>
  );
}
