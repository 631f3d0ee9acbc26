/** Samples of a model of text, which go on from what a reader types. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { textsOf } from "../../lab/core/text.ts";
import { type Drawing, useSamples } from "./drawing.ts";

/** Texts that are drawn at once. */
const TEXTS = 8;

/** Texts; those of a prompt that the model refuses are the ones before, under the line that says why. */
export function TextSheet(drawing: Drawing): VNode {
  const seed = useSignal(1);
  /** What stands in the field, and what of it the texts were told. */
  const [typed, prompt] = [useSignal(""), useSignal("")];
  const { drawn, problem } = useSamples(drawing, {
    ...{ count: TEXTS, seed: seed.value },
    // Not every model of text takes one.
    ...prompt.value !== "" && { prompt: prompt.value },
  });
  const { vocabulary, shape: [length] } = drawing.model;
  const texts = drawn === undefined
    ? []
    : textsOf({ count: TEXTS, length, vocabulary, values: drawn.values });
  const begun = drawn?.asked.prompt ?? "";
  return (
    <>
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">What texts begin with</span>
          <textarea
            rows={2}
            placeholder={`What they begin with, at most ${length} characters`}
            maxLength={length}
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
            disabled={problem !== undefined}
            onClick={() => seed.value += 1}
          >
            Others
          </button>
        </span>
      </div>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      <ul class="texts" aria-label="Texts">
        {texts.map((text, i) => (
          <li key={i}>
            <b>{begun}</b>
            {text.slice(begun.length)}
          </li>
        ))}
      </ul>
    </>
  );
}
