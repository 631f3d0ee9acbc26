/**
 * Temporaries apart from each other. The plan lets values share memory whose lives do not overlap;
 * on a device that orders items which have nothing else in common, and so costs dispatches.
 *
 * @module
 */
import type { Value } from "../ir.ts";
import { bytesOf, type Plan } from "../plan.ts";

/** Bytes of temporaries up to which each has a place of its own. */
const mostBytes = 1 << 24;

/** The plan with every temporary in a place of its own, where they are small enough. */
export function spread(plan: Plan, values: readonly Value[]): Plan {
  if (plan.unplannedBytes > mostBytes) return plan;
  const first = plan.scratch - plan.temporaryBytes;
  let end = plan.end;
  const addresses = plan.addresses.map((address, value) => {
    if (address === undefined || address < first || address >= plan.scratch) return address;
    end += bytesOf(values[value].size);
    return end - bytesOf(values[value].size);
  });
  return { ...plan, addresses, end };
}
