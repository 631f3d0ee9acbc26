/** The digest of a run, live. @module */
import type { VNode } from "preact";
import { contentsFrom } from "../live.ts";

/** The island. `digest`: what the run had when the page was made. */
export default function RunDigest({ digest: initial }: { digest: string | null }): VNode {
  const { digest } = contentsFrom({ digest: initial });
  return <code>{digest ?? "not finished"}</code>;
}
