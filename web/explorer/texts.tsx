/** Samples of a model of text, which go on from what a reader types. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { InputError } from "../../lab/core/errors.ts";
import { textsOf } from "../../lab/core/text.ts";
import type { LoadedModel } from "../../models/model_file.ts";
import { samplingStream } from "../../models/sampling_stream.ts";

/** Texts that are drawn at once. */
const TEXTS = 8;

/** Texts, and what they were told to begin with. */
interface Drawn {
  readonly texts: readonly string[];
  readonly prompt: string;
}

/**
 * Texts drawn here. Those of a prompt that the model refuses are the ones before, under the line that
 * says why.
 */
export function TextSheet({ model, label }: { model: LoadedModel; label: number }): VNode {
  const seed = useSignal(1);
  /** What stands in the field, and what of it the texts were told. */
  const [typed, prompt] = [useSignal(""), useSignal("")];
  const before = useRef<Drawn>({ texts: [], prompt: "" });
  const { drawn, problem } = useMemo(() => {
    try {
      const { values } = model.sample!({
        count: TEXTS,
        random: samplingStream(seed.value),
        ...model.classes > 0 && { label },
        // Not every model of text takes one.
        ...prompt.value !== "" && { prompt: prompt.value },
      });
      const { vocabulary, shape: [length] } = model;
      const texts = textsOf({ count: TEXTS, length, vocabulary, values });
      return { drawn: { texts, prompt: prompt.value }, problem: "" };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { drawn: before.current, problem: error.message };
    }
  }, [model, seed.value, label, prompt.value]);
  before.current = drawn;
  const most = model.shape[0];
  return (
    <>
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">What texts begin with</span>
          <textarea
            rows={2}
            placeholder={`What they begin with, at most ${most} characters`}
            maxLength={most}
            spellcheck={false}
            autocomplete="off"
            value={typed.value}
            onInput={({ currentTarget }) => typed.value = currentTarget.value}
            onChange={({ currentTarget }) => prompt.value = typed.value = currentTarget.value}
            onKeyDown={(event) => {
              // Enter alone is a character of many vocabularies.
              if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              prompt.value = typed.value;
            }}
          />
        </label>
        <button
          type="button"
          class="button"
          title="Ctrl or ⌘ with Enter does the same"
          disabled={typed.value === prompt.value}
          onClick={() => prompt.value = typed.value}
        >
          Go on from it
        </button>
        <span>
          Texts of seed {seed.value}{" "}
          <button
            type="button"
            class="quiet"
            disabled={problem !== ""}
            onClick={() => seed.value += 1}
          >
            Others
          </button>
        </span>
      </div>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      <ul class="texts" aria-label="Texts">
        {drawn.texts.map((text, i) => (
          <li key={i}>
            <b>{drawn.prompt}</b>
            {text.slice(drawn.prompt.length)}
          </li>
        ))}
      </ul>
    </>
  );
}
