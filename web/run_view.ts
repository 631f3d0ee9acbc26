/**
 * How a reader looks at the figures of a run, as it stands in the address of its page.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { Axis } from "./axes.ts";
import type { View } from "./components/series_chart.tsx";
import {
  axisFrom,
  keepScales,
  logFrom,
  passedOver,
  smoothingFrom,
  trimmedFrom,
  zoomFrom,
} from "./query.ts";

/** How figures are drawn, and which. */
export interface RunView extends View {
  /** What metrics are searched by; left out: nothing. */
  readonly search?: string;
  /** Sections that are unfolded; left out: none. */
  readonly open?: readonly string[];
}

/** What an address asks for. */
export interface AskedView {
  readonly view: RunView;
  /** Why parts of the address are passed over. */
  readonly problems: readonly string[];
  /** What of it means nothing here. */
  readonly passed: string | undefined;
}

/** What an address may ask for. */
const KEYS = ["axis", "smoothing", "from", "to", "scale", "xscale", "outliers", "search", "open"];

/** The view that a query asks for; `axis`: the usual one of the run. */
export function viewFrom(query: URLSearchParams, axis: Axis): AskedView {
  const problems: string[] = [];
  const read = <Value>(of: () => Value, usual: Value): Value => {
    try {
      return of();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      return usual;
    }
  };
  const range = read(() => zoomFrom(query), undefined);
  const [search, open] = [query.get("search") ?? "", query.getAll("open")];
  const view = {
    axis: read(() => axisFrom(query, axis), axis),
    smoothing: read(() => smoothingFrom(query), 0),
    ...range && { range },
    ...read(() => logFrom(query, "y"), false) && { log: true },
    ...read(() => logFrom(query, "x"), false) && { logX: true },
    ...read(() => trimmedFrom(query), false) && { trimmed: true },
    ...search !== "" && { search },
    ...open.length > 0 && { open },
  };
  return { view, problems, passed: passedOver(query, KEYS) };
}

/** The query that asks for a view; what is usual is left out. */
export function queryOfView(view: RunView, usual: Axis): string {
  const { axis, smoothing, range, search = "", open = [] } = view;
  const query = new URLSearchParams();
  if (axis !== usual) query.set("axis", axis);
  if (smoothing !== 0) query.set("smoothing", String(smoothing));
  for (const [end, x] of Object.entries(range ?? {})) query.set(end, String(x));
  keepScales(query, view);
  if (search !== "") query.set("search", search);
  for (const section of open) query.append("open", section);
  return query.toString();
}
