/** What may be wider than its place. @module */
import type { ComponentChildren, VNode } from "preact";

/** A place that scrolls sideways, by keys, too, where nothing in it takes the focus. */
export function Scrolled(
  { name, children }: { name: string; children: ComponentChildren },
): VNode {
  return <div class="scroll" role="region" tabIndex={0} aria-label={name}>{children}</div>;
}
