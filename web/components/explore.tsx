/** The model at work, whose explorer is fetched when the page is scrolled to it. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Explorer, ExplorerProps } from "../explorer/explorer.tsx";

/** The explorer, or a line in its place. */
export function Explore(props: ExplorerProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const explorer = useSignal<{ Explorer: typeof Explorer } | null>(null);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1)!.isIntersecting) return;
      observer.disconnect();
      void import("../explorer/explorer.tsx").then((module) => explorer.value = module);
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} class="explorer">
      {explorer.value === null
        ? <p class="note">The model at work appears here.</p>
        : <explorer.value.Explorer {...props} />}
    </div>
  );
}
