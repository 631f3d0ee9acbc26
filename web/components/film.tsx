/** What a run left over its training, gone through by a slider or as a film. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chosenIteration, nearestTo } from "../moment.ts";
import { Playback } from "./playback.tsx";

/** Milliseconds that a moment stands while a film plays. */
const FRAME = 350;

/** A slider over moments and a button that plays them, for all of the page that follows them. */
export function Film(
  { name, title, moments, isThere = true }: {
    /** What is gone through. */
    name: string;
    /** What is shown now. */
    title: string;
    /** Oldest first. */
    moments: readonly { readonly iteration: number }[];
    /** Whether what is chosen is shown by now; until then the film waits. */
    isThere?: boolean;
  },
): VNode | null {
  const last = moments.length - 1;
  const playing = useSignal(false);
  // New ones come while it plays.
  const latest = useRef(moments);
  latest.current = moments;
  useEffect(() => {
    if (!playing.value || !isThere) return;
    const timer = setInterval(() => {
      const { current: moments } = latest;
      const at = moments.indexOf(nearestTo(moments, chosenIteration.peek())!);
      chosenIteration.value = moments[(at + 1) % moments.length].iteration;
    }, FRAME);
    return () => clearInterval(timer);
  }, [playing.value, isThere]);
  if (moments.length < 2) return null;
  return (
    <Playback
      playing={playing.value}
      toggle={() => playing.value = !playing.value}
      play={`Play ${name} over training`}
      stop={`Stop ${name}`}
      moment={`Iteration of ${name}`}
      told={title}
      last={last}
      at={moments.indexOf(nearestTo(moments, chosenIteration.value)!)}
      go={(at) =>
        chosenIteration.value = at === last
          ? undefined // the newest, also when further ones arrive
          : moments[at].iteration}
    />
  );
}
