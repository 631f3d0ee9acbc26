/**
 * What the island of a comparison is given in a page that was written without its address.
 *
 * @module
 */
import { ask } from "../ask.ts";
import type { Scales } from "../axes.ts";
import type { Comparison, ComparisonRequest } from "../comparison.ts";
import { nothing, readableRequestOf } from "../routes/api/comparison.ts";

/** What an address changes of it. */
interface Compared extends Scales {
  readonly initial: Comparison;
  readonly request: ComparisonRequest;
  /** What is passed over, and why nothing is compared. */
  readonly problem: string;
  readonly also: readonly string[];
  readonly hidden: readonly string[];
}

/** The comparison that an address asks for; of what no run has nothing, and why. */
export async function comparedBy(address: URLSearchParams): Promise<Compared> {
  const { query, passed, problems, ...readable } = readableRequestOf(address);
  const response = await ask(`/api/comparison?${query}`);
  const [initial, problem] = response.ok
    ? [await response.json(), undefined]
    : [nothing, await response.text()];
  const said = [passed, ...problems, problem].filter((each) => each !== undefined);
  return { initial, problem: said.join(" "), ...readable };
}
