/** Pictures that a run left, by iteration. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Contents, Picture } from "../contents.ts";
import { contentsFrom } from "../live.ts";

/** The island: one viewer a name, with a slider over its iterations. */
export default function Gallery({ contents }: { contents: Contents }): VNode | null {
  const { pictures } = contentsFrom(contents);
  const names = [...new Set(pictures.map((picture) => picture.name))];
  if (names.length === 0) return null;
  return (
    <section class="gallery" aria-label="Pictures">
      {names.map((name) => (
        <Viewer
          key={name}
          pictures={pictures.filter((picture) => picture.name === name)}
        />
      ))}
    </section>
  );
}

function Viewer({ pictures }: { pictures: readonly Picture[] }): VNode {
  // Undefined: the newest, also when further ones arrive.
  const chosen = useSignal<number | undefined>(undefined);
  const last = pictures.length - 1;
  const index = Math.min(chosen.value ?? last, last);
  const { name, iteration, hash } = pictures[index];
  const title = `${name} at iteration ${iteration.toLocaleString("en")}`;
  return (
    <figure class="card">
      <a href={`/artifacts/${hash}`} title="Open the picture alone">
        <img src={`/artifacts/${hash}`} alt={title} />
      </a>
      <figcaption>
        {title}
        {pictures.length > 1 && <small>, {index + 1} of {pictures.length}</small>}
      </figcaption>
      {pictures.length > 1 && (
        <input
          type="range"
          aria-label={`Iteration of ${name}`}
          aria-valuetext={title}
          min={0}
          max={last}
          value={index}
          onInput={({ currentTarget: { value } }) =>
            chosen.value = Number(value) === last ? undefined : Number(value)}
        />
      )}
    </figure>
  );
}
