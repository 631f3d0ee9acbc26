/** A button that plays, and a slider over what it goes through. @module */
import type { ComponentChildren, VNode } from "preact";

/** The row of both; who shows it has the timer. */
export function Playback(
  { playing, toggle, play, stop, moment, told, last, at, go, children }: {
    playing: boolean;
    /** Plays, or stops. */
    toggle: () => void;
    /** What the button is called while it stands still, and while it plays. */
    play: string;
    stop: string;
    /** What the slider is called, and where it stands. */
    moment: string;
    told: string;
    /** The last place; the first is 0. */
    last: number;
    at: number;
    go: (place: number) => void;
    /** What stands behind the slider. */
    children?: ComponentChildren;
  },
): VNode {
  return (
    <div class="playback">
      <button type="button" class="quiet" aria-label={playing ? stop : play} onClick={toggle}>
        {playing ? "■" : "▶"}
      </button>
      <input
        type="range"
        aria-label={moment}
        aria-valuetext={told}
        min={0}
        max={last}
        value={at}
        onInput={({ currentTarget: { value } }) => go(Number(value))}
      />
      {children}
    </div>
  );
}
