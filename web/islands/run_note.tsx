/** The note of a run, to be written where it is read. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { changeRuns } from "../change.ts";

/** The island. */
export default function RunNote(
  { run, note, readOnly }: { run: string; note: string; readOnly: boolean },
): VNode | null {
  const said = useSignal("");
  const text = useSignal(note);
  const area = useRef<HTMLTextAreaElement>(null);
  // As the browser takes the page over, the text that the server wrote into the area is lost; what a
  // hand wrote before is kept.
  useLayoutEffect(() => {
    if (area.current === null) return;
    if (area.current.value === "") area.current.value = note;
    else text.value = area.current.value;
  }, []);
  if (readOnly) return note === "" ? null : <p>{note}</p>;
  return (
    <label class="own-note">
      <span class="hidden">Note</span>
      <textarea
        rows={note === "" ? 1 : Math.min(8, note.split("\n").length + 1)}
        placeholder="A note on this run"
        ref={area}
        value={text.value}
        onInput={({ currentTarget: { value } }) => text.value = value}
        onChange={({ currentTarget: { value } }) =>
          void changeRuns([run], { action: "note", note: value }).then(
            () => said.value = "kept",
            (error) => said.value = error.message,
          )}
      />
      <small role="status">{said.value}</small>
    </label>
  );
}
