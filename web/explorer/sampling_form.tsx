/** The fields that a model may draw its samples by, to be changed. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import { ask } from "../ask.ts";
import { Field } from "../components/setting_form.tsx";
import { formOf } from "../training/form.ts";

/** Fields by their paths, and what was typed into them. */
export type Typed = Readonly<Record<string, string>>;

/** What the form is told. */
export interface SamplingFormProps {
  readonly run: string;
  readonly typed: Typed;
  /** Whether the model that draws so is on its way. */
  readonly waits: boolean;
  /** Why there is none, in a line; empty: nothing is wrong. */
  readonly problem: string;
  /** The path of the field that this is of. */
  readonly at: string | undefined;
  readonly choose: (typed: Typed) => void;
}

/** The fields, where the model has any. */
export function SamplingForm(
  { run, typed, waits, problem, at, choose }: SamplingFormProps,
): VNode | null {
  const fields = useSignal<readonly FieldDescription[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    fieldsOf(run, controller.signal).then(
      (known) => fields.value = known,
      () => {}, // nothing else of the page needs them
    );
    return () => controller.abort();
  }, [run]);
  if (fields.value.length === 0) return null;
  const changed = Object.keys(typed).length;
  return (
    <details class="sampling">
      <summary>
        How it draws samples{" "}
        <small role="status">
          {[
            ...changed > 0 ? [`${changed} changed`] : [],
            ...waits ? ["on its way"] : [],
          ].join(", ")}
        </small>
      </summary>
      <p class="note">
        No weight hangs on them: the server makes the same model draw by other values.
      </p>
      <div class="fields">
        <div class="grid">
          {formOf(fields.value, fields.value, {}).map((field) => (
            <Field
              key={field.path}
              field={field}
              differs={field.path in typed}
              typed={typed[field.path]}
              problem={at === field.path ? problem : ""}
              set={(text) => {
                const { [field.path]: _, ...others } = typed;
                choose(text === undefined ? others : { ...others, [field.path]: text });
              }}
            />
          ))}
        </div>
      </div>
    </details>
  );
}

async function fieldsOf(run: string, signal: AbortSignal): Promise<readonly FieldDescription[]> {
  const response = await ask(`/api/policy?run=${run}&part=settings`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}
