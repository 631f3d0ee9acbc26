/** Pictures and samples of text that a run left, by iteration. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Raster as Drawn } from "../../lab/core/picture.ts";
import { printable } from "../../lab/core/printable.ts";
import { ask } from "../ask.ts";
import type { Contents, Picture } from "../contents.ts";
import { contentsFrom } from "../live.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import { imageOf, rasters } from "../rasters.ts";
import { Film } from "./film.tsx";
import { StoredPicture } from "./stored_picture.tsx";

/** One viewer a name, with a slider over its iterations, which all of the page follow. */
export function Gallery(
  { contents, onWhite }: {
    contents: Contents;
    /** Whether its pictures are points on white, which are drawn dark on dark pages. */
    onWhite: boolean;
  },
): VNode | null {
  const { pictures } = contentsFrom(contents);
  const byName = Map.groupBy(pictures, ({ name }) => name);
  if (byName.size === 0) return null;
  return (
    <section class="gallery" aria-label="Pictures" data-count={byName.size}>
      {[...byName].map(([name, own]) => (
        <Viewer key={name} pictures={own} onWhite={onWhite || name === "codes"} />
      ))}
    </section>
  );
}

function Viewer(
  { pictures, onWhite }: { pictures: readonly Picture[]; onWhite: boolean },
): VNode {
  const shown = nearestTo(pictures, chosenIteration.value)!;
  const index = pictures.indexOf(shown);
  const { name, iteration, hash, isText } = shown;
  const title = `${printable(name)} at iteration ${iteration.toLocaleString("en")}`;
  return (
    <figure class="card">
      {isText
        ? <TextSamples hash={hash} label={title} />
        : rasters.has(hash)
        ? <Raster picture={rasters.get(hash)!} label={title} onWhite={onWhite} />
        : (
          <a href={`/artifacts/${hash}`} title="Open the picture alone">
            <StoredPicture hash={hash} label={title} onWhite={onWhite} />
          </a>
        )}
      <figcaption>
        {title}
        {pictures.length > 1 && <small>, {index + 1} of {pictures.length}</small>}
      </figcaption>
      <Film name={name} title={title} moments={pictures} />
    </figure>
  );
}

/** A picture that the page has made itself. */
export function Raster(
  { picture, label, onWhite }: {
    picture: Drawn;
    label: string;
    /** Whether it is of points on white. */
    onWhite: boolean;
  },
): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height } = picture;
    Object.assign(canvas.current!, { width, height });
    canvas.current!.getContext("2d")!.putImageData(imageOf(picture), 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      class={onWhite ? "sheet points-on-white" : "sheet"}
      role="img"
      aria-label={label}
    />
  );
}

/** Samples of text, once they are there; until then those before. */
export function TextSamples({ hash, label }: { hash: string; label: string }): VNode {
  const text = useSignal("The samples are on their way.");
  useEffect(() => {
    let isWanted = true;
    const show = (read: string) => {
      if (isWanted) text.value = read;
    };
    const unread = "The samples cannot be read.";
    ask(`/texts/${hash}`)
      .then(async (response) => show(response.ok ? await response.text() : unread))
      .catch(() => show(unread));
    return () => isWanted = false;
  }, [hash]);
  return <pre class="samples" role="region" tabIndex={0} aria-label={label}>{text}</pre>;
}
