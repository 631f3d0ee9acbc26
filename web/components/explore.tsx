/** The model at work, whose explorer is fetched when the page is scrolled to it. @module */
import type { VNode } from "preact";
import type { ExplorerProps } from "../explorer/explorer.tsx";
import { useOnceSeen } from "./once_seen.ts";
import { OnItsWay } from "./on_its_way.tsx";

/** The explorer, or a line in its place. */
export function Explore(props: ExplorerProps): VNode {
  const { place, module, again } = useOnceSeen(() => import("../explorer/explorer.tsx"));
  return (
    <div ref={place} class="explorer">
      {module === null
        ? <OnItsWay what="The model at work" again={again} />
        : <module.Explorer {...props} />}
    </div>
  );
}
