/** A button that copies a text. @module */
import type { VNode } from "preact";

/**
 * The button, and where it is told aloud what came of it: the page's own script does both.
 *
 * @param what What the text is called; left out: itself.
 */
export function Copy({ text, what = text }: { text: string; what?: string }): VNode {
  return (
    <>
      <button type="button" class="copy" data-copy={text} aria-label={`Copy ${what}`}>Copy</button>
      <span class="hidden" role="status"></span>
    </>
  );
}
