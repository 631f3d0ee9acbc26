/** The label or kind that a model works with. @module */
import type { Signal } from "@preact/signals";
import type { VNode } from "preact";
import type { LoadedModel } from "../../models/model_file.ts";
import type { Examples } from "../examples.ts";

/** A choice among the model's classes, or its kinds where it makes something of codes; else nothing. */
export function LabelChoice(
  { model, examples, label }: { model: LoadedModel; examples: Examples; label: Signal<number> },
): VNode | null {
  const kinds = model.decode === undefined ? 0 : model.kinds;
  if (model.classes + kinds === 0) return null;
  return (
    <label class="line">
      {kinds > 0 ? "Of the kind" : "Under the label"}{" "}
      <select
        value={label.value}
        onChange={(event) => label.value = Number(event.currentTarget.value)}
      >
        {Array.from(
          { length: model.classes + kinds },
          (_, i) => <option key={i} value={i}>{kinds > 0 ? i : examples.names[i] ?? i}</option>,
        )}
      </select>
    </label>
  );
}
