/** Listens to the server and says when it does not answer. @module */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { connected, listen } from "../live.ts";

/** The island: one a page. `moment` is the feed's, `run` the one that the page shows. */
export default function Live({ moment, run }: { moment: number; run: string | null }): VNode {
  useEffect(() => listen(moment, run), []);
  return (
    <p class="offline" role="status" data-connected={connected.value}>
      {connected.value === false && "The server does not answer; what stands here may be old."}
    </p>
  );
}
