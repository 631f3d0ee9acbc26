/** Pictures that a run left, by iteration. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Contents, Picture } from "../routes/api/contents.ts";
import { listen, useContents } from "./live.ts";

/** The island: one viewer a name, with a slider over its iterations. */
export default function Gallery({ run, contents }: { run: string; contents: Contents }): VNode {
  useEffect(listen, []);
  const { pictures } = useContents(run, contents);
  const names = [...new Set(pictures.map((picture) => picture.name))];
  return (
    <div class="gallery">
      {names.map((name) => (
        <Viewer
          key={name}
          pictures={pictures.filter((picture) => picture.name === name)}
        />
      ))}
    </div>
  );
}

function Viewer({ pictures }: { pictures: readonly Picture[] }): VNode {
  // Undefined: the newest, also when further ones arrive.
  const chosen = useSignal<number | undefined>(undefined);
  const index = Math.min(chosen.value ?? Infinity, pictures.length - 1);
  const picture = pictures[index];
  const title = `${picture.name} at iteration ${picture.iteration}`;
  return (
    <figure class="card">
      <a href={`/artifacts/${picture.hash}`}>
        <img src={`/artifacts/${picture.hash}`} alt={title} />
      </a>
      <figcaption>
        {title}
        {pictures.length > 1 && (
          <input
            type="range"
            aria-label={`Iteration of ${picture.name}`}
            min={0}
            max={pictures.length - 1}
            value={index}
            onInput={(event) => chosen.value = Number(event.currentTarget.value)}
          />
        )}
      </figcaption>
    </figure>
  );
}
