/** What can be done with the runs that are chosen. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { LONGEST_TAG } from "../../lab/experiment/tags.ts";
import { NO_ANSWER, reasonOf } from "../ask.ts";
import { changeRuns } from "../change.ts";
import { connected } from "../live.ts";
import type { Change } from "../routes/api/change.ts";
import { ARCHIVED, STARRED } from "../tags.ts";

/** The bar; `left` is told of runs that the table shows no more. */
export function ChangeBar(
  { chosen, left }: { chosen: ReadonlySet<string>; left: () => void },
): VNode | null {
  /** The last change that was made, and how it is taken back. */
  const said = useSignal<{ text: string; undo?: () => void } | null>(null);
  /** Why the one after it was not. */
  const refused = useSignal("");
  useEffect(() => {
    // The server is back.
    if (connected.value && refused.peek() === NO_ANSWER) refused.value = "";
  }, [connected.value]);
  const runs = [...chosen];
  const many = (count: number) => count === 1 ? "1 run" : `${count} runs`;
  const tell = (made: NonNullable<typeof said.value>) => {
    said.value = made;
    refused.value = "";
  };
  const refuse = (error: Error) => refused.value = reasonOf(error);
  const make = async (change: Change, text: string, back: Change) => {
    try {
      // Of those that were so before nothing is to be taken back.
      const changed = await changeRuns(runs, change);
      const undo = () => {
        void changeRuns(changed, back).then(() => tell({ text: "Undone." }), refuse);
      };
      tell({
        text: `${many(runs.length)} ${text}.`,
        undo: changed.length === 0 ? undefined : undo,
      });
      if (change.action === "trash" || ("tag" in change && change.tag === ARCHIVED)) left();
    } catch (error) {
      refuse(error as Error);
    }
  };
  const tagged = (tag: string, text: string) =>
    void make({ action: "tag", tag }, text, { action: "untag", tag });
  if (runs.length === 0 && said.value === null && refused.value === "") return null;
  return (
    <div class="toolbar">
      {runs.length > 0 && (
        <>
          <button type="button" class="quiet" onClick={() => tagged(STARRED, "starred")}>
            Star
          </button>
          <TagField title="Tag" enter={(tag) => tagged(tag, `tagged “${tag}”`)} />
          <TagField
            title="Take the tag away"
            enter={(tag) =>
              void make({ action: "untag", tag }, `without “${tag}”`, { action: "tag", tag })}
          />
          <button type="button" class="quiet" onClick={() => tagged(ARCHIVED, "archived")}>
            Archive
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() =>
              void make({ action: "trash" }, "moved to the trash", { action: "restore" })}
          >
            Move to the trash
          </button>
        </>
      )}
      <span role="status">
        {said.value?.text}{" "}
        {said.value?.undo && (
          <button type="button" class="quiet" onClick={said.value.undo}>Undo</button>
        )}
      </span>
      {refused.value !== "" && <span role="alert" class="refused">{refused.value}</span>}
    </div>
  );
}

/** A field for a tag: Enter takes it, Escape empties the field, and who leaves it changes nothing. */
function TagField({ title, enter }: { title: string; enter: (tag: string) => void }): VNode {
  return (
    <label>
      {title}{" "}
      <input
        class="key"
        enterKeyHint="done"
        maxLength={LONGEST_TAG}
        onKeyDown={({ currentTarget, key, isComposing }) => {
          if (isComposing || (key !== "Enter" && key !== "Escape")) return;
          const tag = currentTarget.value.trim();
          currentTarget.value = "";
          if (key === "Enter" && tag !== "") enter(tag);
        }}
      />
    </label>
  );
}
