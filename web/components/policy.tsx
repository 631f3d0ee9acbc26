/** The policy at work, whose player is fetched when the page is scrolled to it. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { contentsFrom } from "../live.ts";
import type { Player, PlayerProps } from "../player/player.tsx";

/** The player, or a line in its place until there is a policy. */
export function PolicyAtWork(props: PlayerProps): VNode | null {
  const { policies } = contentsFrom(props.contents);
  const place = useRef<HTMLDivElement>(null);
  const player = useSignal<{ Player: typeof Player } | null>(null);
  const none = policies.length === 0;
  useEffect(() => {
    if (none) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1)!.isIntersecting) return;
      observer.disconnect();
      void import("../player/player.tsx").then((module) => player.value = module);
    }, { rootMargin: "100px" });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [none]);
  if (none) return null;
  return (
    <div ref={place} class="player">
      {player.value === null
        ? <p class="note">The policy at work appears here.</p>
        : <player.value.Player {...props} />}
    </div>
  );
}
