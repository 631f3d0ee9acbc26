/** One metric of many runs, grouped over seeds. @module */
import { InputError } from "../../../lab/core/errors.ts";
import { shortened } from "../../../lab/core/printable.ts";
import { MOST_BESIDE } from "../../comparison_size.ts";
import type { Scales } from "../../axes.ts";
import type { State } from "../../state.ts";
import type { Comparison, ComparisonRequest } from "../../comparison.ts";
import type { Context } from "../../fresh.ts";
import {
  axisFrom,
  groupsFrom,
  logFrom,
  passedOver,
  smoothingFrom,
  trimmedFrom,
  zoomFrom,
} from "../../query.ts";

/** The comparison that a URL asks for. */
export function requestOf(query: URLSearchParams): ComparisonRequest {
  return {
    runs: query.getAll("run"),
    filter: query.get("filter") ?? "",
    metric: query.get("metric") ?? undefined,
    axis: query.has("axis") ? axisFrom(query, "environmentSteps") : undefined,
    smoothing: smoothingFrom(query),
    most: groupsFrom(query),
    range: zoomFrom(query),
    ...logFrom(query, "x") && { logX: true },
    ...query.get("paired") === "1" ? { paired: true } : {},
  };
}

/** Parts of a URL that have a form of their own, each with what it goes with. */
const FORMED = [
  ...[["axis"], ["scale"], ["xscale"], ["outliers"], ["smoothing"], ["groups"]],
  ["from", "to"],
];

/** What is compared where the address asks for what no run has. */
export const nothing: Comparison = {
  ...{ metric: "", axis: "environmentSteps", filter: "", names: [], groups: [], findings: [] },
  ...{ suite: null, found: 0, left: 0, notes: [] },
};

/** What an address may ask for. */
const KNOWN = ["run", "filter", "metric", "also", "hide", "paired", ...FORMED.flat()];

/** What the address of a page that compares asks for. */
interface Readable extends Scales {
  readonly request: ComparisonRequest;
  /** The query that makes it. */
  readonly query: URLSearchParams;
  /** Metrics beside the first one. */
  readonly also: readonly string[];
  /** Groups that are not drawn, each by one of its runs or by its label. */
  readonly hidden: readonly string[];
  /** What of the address means nothing here. */
  readonly passed: string | undefined;
  /** Why parts of it are passed over. */
  readonly problems: readonly string[];
}

/** How axes lie. */
function scalesFrom(query: URLSearchParams): Scales {
  return {
    log: logFrom(query, "y"),
    logX: logFrom(query, "x"),
    trimmed: trimmedFrom(query),
  };
}

/** The comparison that an address asks for, without the parts that it cannot have, and why not. */
export function readableRequestOf(address: URLSearchParams): Readable {
  const query = new URLSearchParams(address);
  const problems: string[] = [];
  for (const names of FORMED) {
    try {
      const only = new URLSearchParams([...query].filter(([name]) => names.includes(name)));
      requestOf(only);
      scalesFrom(only);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      for (const name of names) query.delete(name);
    }
  }
  const beside = query.getAll("also");
  const also = beside.slice(0, MOST_BESIDE);
  if (beside.length > also.length) {
    const passed = shortened(beside.slice(MOST_BESIDE).join(", "));
    problems.push(`Cannot draw more than ${MOST_BESIDE} metrics beside the first: ${passed}`);
  }
  return {
    ...{ request: requestOf(query), query, also, hidden: query.getAll("hide") },
    ...{ ...scalesFrom(query), passed: passedOver(query, KNOWN), problems },
  };
}

/** `?metric=SERIES&axis=environmentSteps&smoothing=0.05`, `filter=TEXT` or `run=ID&run=ID…`, `groups=100`, `xscale=log`, `paired=1`. */
export async function handler(
  { req, url, state: { comparisons } }: Context<State>,
): Promise<Response> {
  const json = await comparisons.of(requestOf(url.searchParams), req.signal);
  return new Response(json, { headers: { "content-type": "application/json" } });
}
