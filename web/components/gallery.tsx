/** Pictures and samples of text that a run left, by iteration. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Raster as Drawn } from "../../lab/core/picture.ts";
import { ask } from "../ask.ts";
import type { Contents, Picture } from "../contents.ts";
import { contentsFrom } from "../live.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import { imageOf, rasters } from "../rasters.ts";

/** Milliseconds that a picture stands while a film of them plays. */
const FRAME = 350;

/** One viewer a name, with a slider over its iterations, which all of the page follow. */
export function Gallery({ contents }: { contents: Contents }): VNode | null {
  const { pictures } = contentsFrom(contents);
  const byName = Map.groupBy(pictures, ({ name }) => name);
  if (byName.size === 0) return null;
  return (
    <section class="gallery" aria-label="Pictures">
      {[...byName].map(([name, own]) => <Viewer key={name} pictures={own} />)}
    </section>
  );
}

function Viewer({ pictures }: { pictures: readonly Picture[] }): VNode {
  const last = pictures.length - 1;
  const shown = nearestTo(pictures, chosenIteration.value)!;
  const index = pictures.indexOf(shown);
  const { name, iteration, hash, isText } = shown;
  const playing = useSignal(false);
  useEffect(() => {
    if (!playing.value) return;
    const timer = setInterval(() => {
      const at = pictures.indexOf(nearestTo(pictures, chosenIteration.peek())!);
      chosenIteration.value = pictures[(at + 1) % pictures.length].iteration;
    }, FRAME);
    return () => clearInterval(timer);
  }, [playing.value, pictures]);
  const title = `${name} at iteration ${iteration.toLocaleString("en")}`;
  return (
    <figure class="card">
      {isText
        ? <TextSamples hash={hash} label={title} />
        : rasters.has(hash)
        ? <Raster picture={rasters.get(hash)!} label={title} />
        : (
          <a href={`/artifacts/${hash}`} title="Open the picture alone">
            <img
              class={name === "codes" ? "points-on-white" : undefined}
              src={`/artifacts/${hash}`}
              alt={title}
            />
          </a>
        )}
      <figcaption>
        {title}
        {pictures.length > 1 && <small>, {index + 1} of {pictures.length}</small>}
      </figcaption>
      {pictures.length > 1 && (
        <div class="film">
          <button
            type="button"
            class="quiet"
            aria-label={playing.value ? `Stop ${name}` : `Play ${name} over training`}
            onClick={() => playing.value = !playing.value}
          >
            {playing.value ? "■" : "▶"}
          </button>
          <input
            type="range"
            aria-label={`Iteration of ${name}`}
            aria-valuetext={title}
            min={0}
            max={last}
            value={index}
            onInput={({ currentTarget: { value } }) =>
              chosenIteration.value = Number(value) === last
                ? undefined // the newest, also when further ones arrive
                : pictures[Number(value)].iteration}
          />
        </div>
      )}
    </figure>
  );
}

/** A picture that the page has made itself. */
function Raster({ picture, label }: { picture: Drawn; label: string }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height } = picture;
    Object.assign(canvas.current!, { width, height });
    canvas.current!.getContext("2d")!.putImageData(imageOf(picture), 0, 0);
  }, [picture]);
  return <canvas ref={canvas} class="sheet" role="img" aria-label={label} />;
}

/** Samples of text, once they are there; until then those before. */
function TextSamples({ hash, label }: { hash: string; label: string }): VNode {
  const text = useSignal("…");
  useEffect(() => {
    let isWanted = true;
    ask(`/texts/${hash}`)
      .then(async (response) => {
        const read = response.ok ? await response.text() : "The samples cannot be read.";
        if (isWanted) text.value = read;
      })
      .catch(() => {});
    return () => isWanted = false;
  }, [hash]);
  return <pre class="samples" role="region" tabIndex={0} aria-label={label}>{text}</pre>;
}
