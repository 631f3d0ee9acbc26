/** A picture of the store. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The picture; where its file cannot be shown, a line in its place. */
export function StoredPicture(
  { hash, label, onWhite, width }: {
    hash: string;
    label: string;
    /** Whether it is of points on white. */
    onWhite: boolean;
    /** Of its place, as the style has it; left out: its own. */
    width?: string;
  },
): VNode {
  const image = useRef<HTMLImageElement>(null);
  /** The last one that did not come. */
  const missing = useSignal("");
  useEffect(() => {
    // It may have failed before the page's script was there to hear of it.
    if (image.current?.complete && image.current.naturalWidth === 0) missing.value = hash;
  }, [hash]);
  if (missing.value === hash) {
    return (
      <span class="problem" role="alert">
        {label} cannot be shown: its file is missing or damaged.
      </span>
    );
  }
  return (
    <img
      ref={image}
      class={onWhite ? "points-on-white" : undefined}
      style={width === undefined ? undefined : { width }}
      src={`/artifacts/${hash}`}
      alt={label}
      onError={() => missing.value = hash}
    />
  );
}
