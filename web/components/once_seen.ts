/** A large part of a page, which is fetched when the page is scrolled to it. @module */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reconnections } from "../live.ts";

/** The part, and where it will stand. */
export interface OnceSeen<Module> {
  readonly place: RefObject<HTMLDivElement>;
  /** Null until it is there. */
  readonly module: Module | null;
  /** Fetches it again; undefined: it did not fail. */
  readonly again: (() => void) | undefined;
}

/**
 * Fetches a module once `place` is seen, and again after it failed as soon as the server is back.
 *
 * @param load Fetches it.
 * @param isWanted Whether there is anything for it yet.
 * @param rootMargin From how far off it is seen.
 */
export function useOnceSeen<Module extends object>(
  load: () => Promise<Module>,
  isWanted = true,
  rootMargin = "0px",
): OnceSeen<Module> {
  const place = useRef<HTMLDivElement>(null);
  const module = useSignal<Module | null>(null);
  const isSeen = useSignal(false);
  const hasFailed = useSignal(false);
  const tries = useSignal(0);
  useEffect(() => {
    if (!isWanted) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1)!.isIntersecting) return;
      observer.disconnect();
      isSeen.value = true;
    }, { rootMargin });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [isWanted, rootMargin]);
  useEffect(() => {
    if (!isSeen.value || module.peek() !== null) return;
    load().then((loaded) => module.value = loaded, () => hasFailed.value = true);
  }, [isSeen.value, tries.value, reconnections.value]);
  const again = () => {
    hasFailed.value = false;
    tries.value += 1;
  };
  const isMissing = hasFailed.value && module.value === null;
  return { place, module: module.value, again: isMissing ? again : undefined };
}
