/** A button that copies a text. @module */
import type { VNode } from "preact";

/** The button; the page's own script hears it. */
export function Copy({ text }: { text: string }): VNode {
  return (
    <button type="button" class="copy" data-copy={text} aria-label={`Copy ${text}`}>Copy</button>
  );
}
