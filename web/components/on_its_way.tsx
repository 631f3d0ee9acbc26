/** What stands in the place of a part that is not there yet. @module */
import type { VNode } from "preact";

/** A line; `again` tries it anew, where it has failed. */
export function OnItsWay(
  { what, again }: { what: string; again: (() => void) | undefined },
): VNode {
  if (again === undefined) return <p class="note">{what} appears here.</p>;
  return (
    <p class="problem" role="alert">
      {what} cannot be fetched, as the server does not answer.{" "}
      <button type="button" class="quiet" onClick={again}>Try again</button>
    </p>
  );
}
