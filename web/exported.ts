/**
 * The entry of an exported page, which answers itself: from the site's folder, or from what lies in
 * its file.
 *
 * @module
 */
import { answeredBy, ask } from "./ask.ts";
import type { Axis } from "./axes.ts";
import { answerFrom, type Read } from "./export/answer.ts";
import { comparedBy } from "./export/compared_by.ts";
import { inFile, inSite, ledBy } from "./export/places.ts";
import { keepFocus } from "./kept_focus.ts";
import { viewFrom } from "./run_view.ts";
import { tableRequestOf } from "./runs_query.ts";
import { takeOver } from "./take_over.ts";
import { chooseTheme, themeOf } from "./theme.ts";
import { type ThreadName, threads } from "./threads.ts";

/** Where the site's pages lie, from this one; undefined in a page that stands alone. */
const root = globalThis.document?.documentElement.dataset.root;

async function unpacked(packed: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const plain = packed.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** What stands in the file under a name, in Base64. */
const within = (name: string) => document.getElementById(`data-${name}`)?.textContent;

const read: Read = async (name) => {
  if (root === undefined) {
    const packed = Uint8Array.from(atob(within(name)!), (byte) => byte.charCodeAt(0));
    return unpacked(new Blob([packed]).stream());
  }
  const response = await fetch(`${root}data/${name}.bin`);
  if (!response.ok) throw new TypeError(`There is no ${name}`);
  return unpacked(response.body!);
};

function open(): void {
  answeredBy(answerFrom(read));
  ledBy(
    root === undefined ? inFile((hash) => `data:image/png;base64,${within(hash)}`) : inSite(root),
  );

  // No server has read the reader's choice.
  const theme = themeOf(document.cookie);
  if (theme !== "auto") {
    chooseTheme(theme);
    document.querySelector<HTMLSelectElement>("#theme")!.value = theme;
  }

  /** The page was written without a query, and, maybe, some time ago. */
  keepFocus();
  takeOver(async (island, props) => {
    const query = new URLSearchParams(location.search);
    if (island === "run_table") {
      const initial = await answered(`/api/runs?${query}`);
      const made = "problem" in initial
        ? { ...initial, request: { ...props.request as object, filter: query.get("filter") ?? "" } }
        : { initial, request: tableRequestOf(query) };
      return { ...props, ...made, now: Date.now() };
    }
    if (island === "run_charts" && query.size > 0) {
      return { ...props, view: viewFrom(query, props.axis as Axis).view };
    }
    if (island !== "comparison" || query.size === 0) return undefined;
    return { ...props, ...await comparedBy(query) };
  });
}

async function answered(path: string): Promise<object> {
  const response = await ask(path);
  return response.ok ? await response.json() : { problem: await response.text() };
}

// The script of a page that stands alone is that of its threads, too, which go by their names.
if (typeof document === "undefined") void threads[self.name as ThreadName]();
else open();
