/**
 * The table of runs: filter, sort, choose for comparison; rows change as runs go on.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { Status } from "../components/status.tsx";
import { matches } from "../filter.ts";
import { ago, count, duration, figure, metricTitle } from "../format.ts";
import { rowsFrom } from "../live.ts";
import { type RowKey, sortedRows } from "../run_rows.ts";
import type { RunSummary } from "../summary.ts";

const columns: readonly { key: RowKey; title: string; number?: true }[] = [
  { key: "name", title: "Run" },
  { key: "seed", title: "Seed", number: true },
  { key: "status", title: "Status" },
  { key: "headline", title: "Result", number: true },
  { key: "wallSeconds", title: "Time", number: true },
  { key: "createdAt", title: "Started", number: true },
];

/** Rows shown before "show all". */
const FIRST_ROWS = 100;

/** The island. `runs` is what the server knew at `now`; `filter` comes from the URL. */
export default function RunTable(
  { runs, now, filter: asked }: { runs: readonly RunSummary[]; now: number; filter: string },
): VNode {
  const filter = useSignal(asked);
  const order = useSignal<{ key: RowKey; descending: boolean }>({
    key: "createdAt",
    descending: true,
  });
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const all = useSignal(false);

  const rows = rowsFrom(runs);
  const { key, descending } = order.value;
  const found = sortedRows(rows.filter((row) => matches(row, filter.value)), key, descending);
  const shown = all.value ? found : found.slice(0, FIRST_ROWS);
  const toggle = (id: string) => {
    const next = new Set(chosen.value);
    if (!next.delete(id)) next.add(id);
    chosen.value = next;
  };
  const toggleShown = () => {
    const every = found.every((row) => chosen.value.has(row.id));
    chosen.value = new Set(every ? [] : found.map((row) => row.id));
  };
  const search = (text: string) => {
    filter.value = text;
    history.replaceState(
      null,
      "",
      text === "" ? "/" : `/?${new URLSearchParams({ filter: text })}`,
    );
  };
  return (
    <section>
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">Filter runs</span>
          <input
            type="search"
            placeholder="Filter: ppo, seed=1, status=completed …"
            value={filter.value}
            onInput={(event) => search(event.currentTarget.value)}
          />
        </label>
        <CompareLink filter={filter.value} found={found.length} chosen={chosen.value} />
      </div>
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Choose all that are found"
                checked={found.length > 0 && found.every((row) => chosen.value.has(row.id))}
                onChange={toggleShown}
              />
            </th>
            {columns.map((column) => (
              <th
                scope="col"
                key={column.key}
                class={column.number && "number"}
                aria-sort={key !== column.key ? "none" : descending ? "descending" : "ascending"}
              >
                <button
                  type="button"
                  onClick={() =>
                    order.value = {
                      key: column.key,
                      descending: key === column.key ? !descending : column.key === "createdAt",
                    }}
                >
                  {column.title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row
              key={row.id}
              row={row}
              started={ago(row.createdAt, now)}
              chosen={chosen.value.has(row.id)}
              toggle={toggle}
            />
          ))}
        </tbody>
      </table>
      {found.length > shown.length && (
        <button
          type="button"
          class="button"
          onClick={() => all.value = true}
        >
          Show all {found.length.toLocaleString("en")} runs
        </button>
      )}
      {found.length === 0 && rows.length > 0 && (
        <p class="empty">No run matches “{filter.value}”.</p>
      )}
    </section>
  );
}

/** Those that are chosen, else those that are found, else what belongs to the newest run. */
function CompareLink(
  { filter, found, chosen }: { filter: string; found: number; chosen: ReadonlySet<string> },
): VNode | null {
  if (found === 0) return null;
  const query = chosen.size > 0
    ? [...chosen].map((id) => `run=${id}`).join("&")
    : filter.trim() === ""
    ? ""
    : String(new URLSearchParams({ filter }));
  const label = chosen.size > 0
    ? `Compare ${chosen.size} chosen`
    : query === ""
    ? "Compare the newest"
    : `Compare ${found} found`;
  return <a class="button" href={query === "" ? "/compare" : `/compare?${query}`}>{label}</a>;
}

function Row(
  { row, started, chosen, toggle }: {
    row: RunSummary;
    started: string;
    chosen: boolean;
    toggle: (id: string) => void;
  },
): VNode {
  // The same element again is not compared: of a thousand rows only the changed ones cost.
  return useMemo(() => (
    <tr class={chosen ? "chosen" : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${row.name}, seed ${row.seed}`}
          checked={chosen}
          onChange={() => toggle(row.id)}
        />
      </td>
      <th scope="row">
        <a href={`/runs/${row.id}`}>{row.name}</a>
        <small>
          {row.id} · {row.damage ?? `${row.method} on ${row.world}`}
          {row.tags.map((tag) => <span class="tag" key={tag}>{tag}</span>)}
        </small>
      </th>
      <td class="number" data-label="seed">{row.seed}</td>
      <td>
        <Status row={row} />
      </td>
      <td class="number">
        {row.headline === null ? "–" : (
          <>
            <b>{figure(row.headline.value)}</b>
            <small>{metricTitle(row.headline.name)}</small>
          </>
        )}
      </td>
      <td class="number">
        {duration(row.wallSeconds)}
        <small>{count(row.count)} {row.unit}</small>
      </td>
      <td class="number">{started}</td>
    </tr>
  ), [row, started, chosen]);
}
