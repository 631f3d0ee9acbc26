/** The command palette in a reader's hand: words, arrows, Enter, and where that leads. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import { Palette } from "../../web/command_palette.tsx";
import { commandsFor } from "../../web/commands.ts";
import { nothingFound } from "../../web/lookup.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const found = {
  runs: [{ id: "r1", name: "first", seed: "3", status: "completed" }],
  experiments: [{ name: "cartpole-ppo", runs: 2 }],
  sweeps: ["rates"],
};

/** The palette over a server that finds something by "first", and is gone for "gone". */
async function open(
  body: (palette: {
    readonly page: Small;
    readonly asked: string[];
    readonly went: string[];
    readonly closed: () => number;
    readonly key: (name: string) => boolean;
  }) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const went: string[] = [];
  let closed = 0;
  const before = answeredBy((path) => {
    const text = new URL(path, "http://page").searchParams.get("text")!;
    asked.push(text);
    if (text === "gone") return Promise.reject(new TypeError("no server"));
    const answer = text === "first" ? found : nothingFound;
    return Promise.resolve({ ok: true, json: () => Promise.resolve(answer) } as Response);
  });
  try {
    using page = new SmallPage(Palette, { close: () => void closed++ });
    Object.assign(globalThis.location, { assign: (href: string) => went.push(href) });
    const key = (name: string) => {
      let prevented = false;
      const preventDefault = () => prevented = true;
      page.get("input").happens("keydown", { key: name, preventDefault });
      return prevented;
    };
    await answered();
    await body({ page, asked, went, closed: () => closed, key });
  } finally {
    answeredBy(before);
  }
}

Deno.test("what was typed before the palette is there is what it looks for", () =>
  open(async ({ page, asked }) => {
    using other = new SmallPage(Palette, { close: () => {}, typed: "first" });
    await answered();
    strictEqual(other.get("input").value, "first");
    deepStrictEqual(asked, ["", "first"]);
    strictEqual(page.get("input").value, "");
  }));

const lines = (page: Small) => page.all("li");
const chosen = (page: Small) =>
  lines(page).flatMap((each, i) => each.getAttribute("aria-selected") === "true" ? [i] : []);

Deno.test("words find lines, of which arrows choose one, round the ends, and Enter takes it", () =>
  open(async ({ page, asked, went, closed, key }) => {
    const usual = commandsFor("", nothingFound);
    deepStrictEqual(lines(page).map((each) => each.all("span")[0].textContent), [
      ...usual.map(({ title }) => title),
    ]);
    deepStrictEqual([asked, chosen(page)], [[""], [0]]);
    const input = page.get("input");
    strictEqual(key("ArrowUp"), true);
    deepStrictEqual(chosen(page), [usual.length - 1]);
    key("ArrowDown");
    deepStrictEqual(chosen(page), [0]);
    for (let i = 0; i < 3; i++) key("ArrowDown");
    deepStrictEqual([chosen(page), input.getAttribute("aria-activedescendant")], [
      [3],
      "palette-3",
    ]);
    strictEqual(key("x"), false);
    lines(page)[5].happens("pointermove");
    deepStrictEqual(chosen(page), [5]);
    input.put("first");
    await answered();
    deepStrictEqual([asked.at(-1), chosen(page)], ["first", [0]]);
    const wanted = commandsFor("first", found);
    deepStrictEqual(
      lines(page).map((each) =>
        [each.all("span")[0], ...each.all("small")].map((part) => part.textContent)
      ),
      wanted.map(({ title, hint, kind }) => [title, hint, kind]),
    );
    const at = wanted.findIndex(({ kind }) => kind === "run");
    for (let i = 0; i < at; i++) key("ArrowDown");
    strictEqual(key("Enter"), true);
    deepStrictEqual([went, closed()], [["/runs/r1"], 1]);
    lines(page).at(-1)!.click();
    deepStrictEqual([went.at(-1), closed()], ["/?filter=first", 2]);
    // Enter takes what is found for what stands there, however late that comes.
    went.splice(0);
    input.put("rates");
    key("Enter");
    deepStrictEqual(went, []);
    await answered();
    deepStrictEqual(went, ["/?filter=rates"]);
    // Without a server what is always there is left.
    input.put("gone");
    await answered();
    ok(lines(page).length > 0);
  }));

Deno.test("a theme is taken at once, and a click beside the palette closes it", () =>
  open(async ({ page, went, closed, key }) => {
    const themes: string[] = [];
    const { documentElement } = document as unknown as { documentElement: Small };
    page.get("input").put("dark colours");
    await answered();
    Object.assign(globalThis.document, { dispatchEvent: () => true, cookie: "" });
    strictEqual(lines(page)[0].all("span")[0].textContent, "Dark colours");
    // Closed as a dialog, it gives the keys back to where they were.
    const dialog = page.get("dialog");
    let closings = 0;
    dialog.close = () => {
      closings++;
      dialog.happens("close");
    };
    key("Enter");
    themes.push(documentElement.dataset.theme);
    deepStrictEqual([themes, went, closed(), closings], [["dark"], [], 1, 1]);
    page.get("ul").happens("click");
    strictEqual(closed(), 1);
    dialog.happens("click");
    deepStrictEqual([closed(), closings], [2, 2]);
    dialog.happens("close");
    strictEqual(closed(), 3);
  }));
