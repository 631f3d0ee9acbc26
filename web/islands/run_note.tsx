/** The note of a run, to be written where it is read. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useAskBeforeLeaving } from "../components/leaving.ts";
import { connected, contentsFrom, stampOf } from "../live.ts";
import { NoteKeeper } from "../note_keeper.ts";

/** Lines that a note stands in unfolded, at most, and letters of one, about. */
const [LINES, LETTERS] = [16, 60];

/** Lines of a note, where the browser does not fit the field to it. */
function linesOf(note: string): number {
  const lines = note.split("\n").map(({ length }) => Math.max(1, Math.ceil(length / LETTERS)));
  return Math.min(LINES, lines.reduce((sum, each) => sum + each));
}

/** The island. `pause`: milliseconds without a key after which the note is kept; left out: the usual. */
export default function RunNote(
  { run, note, readOnly, pause }: { run: string; note: string; readOnly: boolean; pause?: number },
): VNode | null {
  const text = useSignal(note);
  const area = useRef<HTMLTextAreaElement>(null);
  const keeper = useMemo(() => new NoteKeeper(run, note, pause), [run, note, pause]);
  const type = (typed: string) => {
    text.value = typed;
    keeper.type(typed);
  };
  // As the browser takes the page over, the text that the server wrote into the area is lost; what a
  // hand wrote before is kept.
  useLayoutEffect(() => {
    if (area.current === null) return;
    if (area.current.value === "") area.current.value = note;
    else if (area.current.value !== note) type(area.current.value);
  }, []);
  useEffect(() => {
    const leave = () => keeper.leave();
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [keeper]);
  useEffect(() => {
    // What the server did not answer to is asked for again.
    if (connected.value) void keeper.keep();
  }, [keeper, connected.value]);
  const { note: heard } = contentsFrom({ note });
  useEffect(() => {
    if (keeper.follow(heard)) text.value = heard;
  }, [keeper, heard]);
  const stamp = stampOf(run);
  useEffect(() => {
    // The other note may have been changed once more.
    void keeper.look();
  }, [keeper, stamp]);
  const take = async () => text.value = await keeper.yield() ?? text.value;
  const { other: { value: other }, problem: { value: problem } } = keeper;
  useAskBeforeLeaving(other !== undefined || problem !== "");
  if (readOnly) return heard === "" ? null : <p>{heard}</p>;
  return (
    <div class="own-note">
      <label>
        <span class="hidden">Note</span>
        <textarea
          rows={linesOf(text.value)}
          placeholder="A note on this run"
          // No browser brings back what stood here: the note may have been changed elsewhere.
          autocomplete="off"
          ref={area}
          value={text.value}
          onInput={({ currentTarget: { value } }) => type(value)}
          onChange={() => void keeper.keep()}
        />
      </label>{" "}
      <small role="status">{keeper.isKept.value && "kept"}</small>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {other !== undefined && (
        <div role="alert">
          <p class="problem">
            What is typed here is not kept, as the note was changed elsewhere meanwhile
            {other === "" ? ": it is empty now." : " to:"}
          </p>
          {other !== "" && <blockquote>{other}</blockquote>}
          <button type="button" class="quiet" onClick={() => void keeper.overwrite()}>
            Keep what is typed here
          </button>{" "}
          <button type="button" class="quiet" onClick={() => void take()}>
            Take the other one
          </button>
        </div>
      )}
    </div>
  );
}
