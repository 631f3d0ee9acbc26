/** Sheets of several runs side by side: at one moment, of one name, moved and enlarged together. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { printable } from "../../lab/core/printable.ts";
import { ask } from "../ask.ts";
import type { ComparedGroup } from "../comparison.ts";
import type { Left, Picture } from "../contents.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import { MOST, type Pictures } from "../routes/api/pictures.ts";
import { Film } from "./film.tsx";
import { TextSamples } from "./gallery.tsx";
import { StoredPicture } from "./stored_picture.tsx";
import { Swatch } from "./swatch.tsx";

/** How many times a sheet may be enlarged. */
const ENLARGED = 6;

/** A run whose sheet is shown. */
interface Shown {
  readonly run: string;
  readonly label: string;
  readonly color: number;
}

/** The sheets, a group each, or a seed each where there is one group; nothing where there is none. */
export function Sheets(
  { groups }: { groups: readonly ComparedGroup[] },
): VNode | null {
  const runs = useMemo(() => runsOf(groups), [groups]);
  const pictures = usePictures(runs);
  const name = useSignal("samples");
  const zoom = useSignal(1);
  const place = useRef<HTMLDivElement>(null);
  // Those of groups that went are still there while others are asked for.
  const all = runs.flatMap(({ run }) => pictures[run]?.pictures ?? []);
  const names = [...new Set(all.map((each) => each.name))];
  const total = groups.length === 1 ? groups[0].seeds.length : groups.length;
  if (names.length === 0) return null;
  const chosen = names.includes(name.value) ? name.value : names[0];
  const own = ({ pictures }: Left) => pictures.filter((each) => each.name === chosen);
  const having = runs.filter(({ run }) => run in pictures && own(pictures[run]).length > 0);
  const moments = momentsOf(having.flatMap(({ run }) => own(pictures[run])));
  const move = ({ scrollLeft, scrollTop }: Element) => {
    for (const each of place.current!.querySelectorAll(".window")) {
      Object.assign(each, { scrollLeft, scrollTop });
    }
  };
  return (
    <section class="sheets" aria-label="Sheets side by side">
      <h2>Sheets, side by side</h2>
      <div class="toolbar">
        <label>
          Show{" "}
          <select
            value={chosen}
            onChange={({ currentTarget }) => name.value = currentTarget.value}
          >
            {names.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <label>
          Enlarged{" "}
          <input
            type="range"
            min={1}
            max={ENLARGED}
            step={0.5}
            value={zoom.value}
            onInput={({ currentTarget }) => zoom.value = Number(currentTarget.value)}
          />{" "}
          <output>{zoom.value} ×</output>
        </label>
        <Film
          name="the sheets"
          title={`iteration ${nearestTo(moments, chosenIteration.value)!.iteration}`}
          moments={moments}
        />
      </div>
      {total > MOST && (
        <p class="note">
          The first {MOST} of {total} {groups.length === 1 ? "seeds" : "groups"}.
        </p>
      )}
      <div class="gallery" ref={place}>
        {having.map(({ run, label, color }) => (
          <Sheet
            key={run}
            {...{ run, label, color, move }}
            picture={nearestTo(own(pictures[run]), chosenIteration.value)!}
            onWhite={pictures[run].planes.length > 0 || chosen === "codes"}
            zoom={zoom.value}
          />
        ))}
      </div>
    </section>
  );
}

function Sheet(
  { run, label, color, picture: { name, iteration, hash, isText }, onWhite, zoom, move }: Shown & {
    picture: Picture;
    onWhite: boolean;
    zoom: number;
    move: (to: Element) => void;
  },
): VNode {
  const title = `${printable(name)} of ${label} at iteration ${iteration.toLocaleString("en")}`;
  return (
    <figure class="card">
      {isText ? <TextSamples hash={hash} label={title} /> : (
        <div
          class="window"
          role="region"
          tabIndex={0}
          aria-label={`${printable(name)} of ${label}`}
          onScroll={({ currentTarget }) => move(currentTarget)}
        >
          <StoredPicture hash={hash} label={title} onWhite={onWhite} width={`${100 * zoom}%`} />
        </div>
      )}
      <figcaption>
        <Swatch color={color} /> <a href={`/runs/${run}`}>{label}</a>{" "}
        <small>iteration {iteration.toLocaleString("en")}</small>
      </figcaption>
    </figure>
  );
}

/** A run of each group, of one seed where all have it; of one group its seeds. */
function runsOf(groups: readonly ComparedGroup[]): Shown[] {
  if (groups.length === 1) {
    const [{ seeds, color }] = groups;
    return seeds.slice(0, MOST).map(({ run, seed }) => ({ run, label: `seed ${seed}`, color }));
  }
  const common = groups[0]?.seeds.find(({ seed }) =>
    groups.every(({ seeds }) => seeds.some((each) => each.seed === seed))
  )?.seed;
  return groups.slice(0, MOST).map(({ seeds, label, color }) => {
    const { run } = seeds.find(({ seed }) => seed === common) ?? seeds[0];
    return { run, label, color };
  });
}

/** One a different iteration, oldest first. */
function momentsOf(pictures: readonly Picture[]): { readonly iteration: number }[] {
  return [...new Set(pictures.map(({ iteration }) => iteration))].sort((a, b) => a - b)
    .map((iteration) => ({ iteration }));
}

/** What the runs left, anew where other ones are shown or a group is computed anew. */
function usePictures(runs: readonly Shown[]): Pictures {
  const pictures = useSignal<Pictures>({});
  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams(runs.map(({ run }) => ["run", run]));
    ask(`/api/pictures?${query}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: Pictures) => pictures.value = next)
      .catch(() => {/* the next comparison fetches them again */});
    return () => controller.abort();
  }, [runs]);
  return pictures.value;
}
