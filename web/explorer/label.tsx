/** The label that a model under labels works with. @module */
import type { Signal } from "@preact/signals";
import type { VNode } from "preact";
import type { LoadedModel } from "../../models/model_file.ts";
import type { Examples } from "../examples.ts";

/** A choice among the model's classes; nothing for a model that looks at no labels. */
export function LabelChoice(
  { model, examples, label }: { model: LoadedModel; examples: Examples; label: Signal<number> },
): VNode | null {
  if (model.classes === 0) return null;
  return (
    <label class="line">
      Under the label{" "}
      <select
        value={label.value}
        onChange={(event) => label.value = Number(event.currentTarget.value)}
      >
        {Array.from(
          { length: model.classes },
          (_, i) => <option key={i} value={i}>{examples.names[i] ?? i}</option>,
        )}
      </select>
    </label>
  );
}
