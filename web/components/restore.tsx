/** What takes a run back out of the trash. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { changeRuns } from "../change.ts";
import { reasonOf } from "../ask.ts";

/** The button; `restored` is told once the run is back. */
export function Restore({ run, name, restored }: {
  run: string;
  /** What the run is called, where several stand below each other. */
  name?: string;
  restored: () => void;
}): VNode {
  const problem = useSignal("");
  const restore = () =>
    changeRuns([run], { action: "restore" }).then(
      restored,
      (error: Error) => problem.value = reasonOf(error),
    );
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={name === undefined ? undefined : `Restore ${name}`}
        onClick={() => void restore()}
      >
        Restore
      </button>
      {problem.value !== "" && <span class="problem" role="alert">{problem.value}</span>}
    </>
  );
}
