/** The policy at work, whose player is fetched when the page is scrolled to it. @module */
import type { VNode } from "preact";
import { contentsFrom } from "../live.ts";
import type { PlayerProps } from "../player/player.tsx";
import { useOnceSeen } from "./once_seen.ts";
import { OnItsWay } from "./on_its_way.tsx";

/** The player, or a line in its place until there is a policy. */
export function PolicyAtWork(props: PlayerProps): VNode | null {
  const none = contentsFrom(props.contents).policies.length === 0;
  const load = () => import("../player/player.tsx");
  const { place, module, again } = useOnceSeen(load, !none, "100px");
  if (none) return null;
  return (
    <div ref={place} class="player">
      {module === null
        ? <OnItsWay what="The policy at work" again={again} />
        : <module.Player {...props} />}
    </div>
  );
}
