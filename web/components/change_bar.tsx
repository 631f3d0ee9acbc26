/** What can be done with the runs that are chosen. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { reasonOf } from "../ask.ts";
import { changeRuns } from "../change.ts";
import type { Change } from "../routes/api/change.ts";
import { ARCHIVED, STARRED } from "../tags.ts";

/** The bar; `left` is told of runs that the table shows no more. */
export function ChangeBar(
  { chosen, left }: { chosen: ReadonlySet<string>; left: () => void },
): VNode | null {
  const said = useSignal<{ text: string; undo?: () => void; isRefused?: boolean } | null>(null);
  const runs = [...chosen];
  const many = (count: number) => count === 1 ? "1 run" : `${count} runs`;
  const make = async (change: Change, text: string, back: Change) => {
    try {
      // Of those that were so before nothing is to be taken back.
      const changed = await changeRuns(runs, change);
      const undo = () => {
        void changeRuns(changed, back).then(
          () => said.value = { text: "Undone." },
          (error) => said.value = { text: reasonOf(error), isRefused: true },
        );
      };
      said.value = {
        text: `${many(runs.length)} ${text}.`,
        undo: changed.length === 0 ? undefined : undo,
      };
      if (change.action === "trash" || ("tag" in change && change.tag === ARCHIVED)) left();
    } catch (error) {
      said.value = { text: reasonOf(error as Error), isRefused: true };
    }
  };
  const tagged = (tag: string, text: string) =>
    void make({ action: "tag", tag }, text, { action: "untag", tag });
  if (runs.length === 0 && said.value === null) return null;
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
      <span role="status" class={said.value?.isRefused ? "refused" : undefined}>
        {said.value?.text}{" "}
        {said.value?.undo && (
          <button type="button" class="quiet" onClick={said.value.undo}>Undo</button>
        )}
      </span>
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
