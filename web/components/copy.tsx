/** A button that copies a text. @module */
import type { VNode } from "preact";

/** The button; the page's own script hears it. `what`: what the text is called; left out: itself. */
export function Copy({ text, what = text }: { text: string; what?: string }): VNode {
  return (
    <button type="button" class="copy" data-copy={text} aria-label={`Copy ${what}`}>Copy</button>
  );
}
