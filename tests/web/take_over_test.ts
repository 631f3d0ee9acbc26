/** A page comes alive: each island by its own component, with what it was written with or with other. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { options, type VNode } from "preact";
import { takeOver, tellAbove } from "../../web/take_over.ts";
import { Small } from "./small_page.ts";

interface Button {
  textContent: string;
  readonly nextElementSibling: { textContent: string };
  readonly dataset: Record<string, string>;
}

/** A page of islands whose components draw nothing; `made` are what was made, by component. */
async function onPage(
  islands: readonly string[],
  others: Parameters<typeof takeOver>[0],
  body: (page: {
    readonly elements: readonly Small[];
    readonly made: readonly (readonly [component: unknown, props: unknown])[];
    readonly chooses: (theme: string) => void;
    readonly clicks: (button: Button | null) => void;
    readonly root: Small;
    readonly copied: string[];
    allowed: boolean;
  }) => Promise<void> | void,
): Promise<void> {
  const alive: Promise<void>[] = [];
  const elements = islands.map((island, i) => {
    const element = new Small("div");
    const { promise, resolve } = Promise.withResolvers<void>();
    Object.defineProperty(element.dataset, "ready", { set: () => resolve() });
    alive.push(promise);
    Object.assign(element.dataset, { island, props: JSON.stringify({ i }) });
    element.appendChild(Object.assign(new Small("#text"), { nodeType: 3, data: "written" }));
    return Object.assign(element, {
      replaceChildren: () => element.childNodes.splice(0).forEach((each) => each.parentNode = null),
    });
  });
  const made: [unknown, unknown][] = [];
  const [root, theme] = [new Small("html"), new Small("select")];
  let clicked: (event: unknown) => void = () => {};
  const copied: string[] = [];
  const page = {
    ...{ elements, made, root, allowed: true, copied },
    chooses: (value: string) => (theme.value = value, theme.happens("change")),
    clicks: (button: Button | null) => clicked({ target: { closest: () => button } }),
  };
  const stubs: Record<string, unknown> = {
    document: {
      ...{ documentElement: root, body: new Small("body"), cookie: "", dispatchEvent() {} },
      createElementNS: (space: string, name: string) => new Small(name, space),
      createTextNode: (data: string) => Object.assign(new Small("#text"), { nodeType: 3, data }),
      querySelectorAll: (query: string) => query === "[data-island]" ? elements : [],
      querySelector: (query: string) => query === "#theme" ? theme : null,
      addEventListener: (name: string, listener: typeof clicked) =>
        name === "click" && (clicked = listener),
    },
    navigator: {
      clipboard: {
        writeText: (text: string) => {
          copied.push(text);
          return page.allowed ? Promise.resolve() : Promise.reject(new Error("no"));
        },
      },
    },
  };
  const before = Object.keys(stubs).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  const { vnode } = options;
  for (const [name, value] of Object.entries(stubs)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  options.vnode = (node: VNode) => {
    if (typeof node.type !== "function") return;
    if ("i" in node.props || "other" in node.props) {
      made.push([node.type, node.props]);
      node.type = () => null;
    }
  };
  try {
    takeOver(others);
    await Promise.all(alive);
    await body(page);
  } finally {
    options.vnode = vnode;
    for (const [name, descriptor] of before) {
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
  }
}

Deno.test("every island of a page is taken over by its own component", async () => {
  const folder = new URL("../../web/islands/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.tsx$/, "")).sort();
  ok(names.length > 5);
  const wanted = await Promise.all(
    names.map(async (name) => (await import(new URL(`${name}.tsx`, folder).href)).default),
  );
  await onPage(names, undefined, ({ made }) => {
    const byPlace = made.toSorted(([, a], [, b]) =>
      (a as { i: number }).i - (b as { i: number }).i
    );
    deepStrictEqual(byPlace.map(([type, props]) => [type, { ...props as object }]), [
      ...wanted.map((component, i) => [component, { i }]),
    ]);
  });
});

Deno.test("an island is drawn anew where it has other properties than were written", () => {
  const others = (island: string, written: object) =>
    Promise.resolve(island === "train" ? { ...written, other: true } : undefined);
  return onPage(["live", "train"], others, ({ elements, made }) => {
    deepStrictEqual(made.map(([, props]) => ({ ...props as object })), [
      { i: 0 },
      { i: 1, other: true },
    ]);
    strictEqual(elements[1].childNodes.length, 0);
  });
});

Deno.test("an island that does not come says so in its place, once, and others come", () => {
  const told = Promise.withResolvers<void>();
  const others = (island: string, written: object) =>
    island === "live"
      ? Promise.reject(new TypeError("Failed to fetch"))
      : Promise.resolve({ ...written, other: true });
  // Of one that stands still nothing says that it is alive.
  return onPage(["train"], others, async ({ made }) => {
    strictEqual(made.length, 1);
    const dead = Object.assign(new Small("div"), {
      prepend(line: Small) {
        Small.prototype.prepend.call(this, line);
        told.resolve();
      },
    });
    Object.assign(dead.dataset, { island: "live", props: "{}" });
    const { querySelectorAll } = document;
    Object.assign(document, {
      querySelectorAll: () => [dead],
      createElement: (name: string) => new Small(name),
    });
    takeOver(others);
    await told.promise;
    const said = "This part of the page stands still: The server does not answer. " +
      "Load the page again.";
    deepStrictEqual(dead.children.map(({ textContent }) => textContent), [said]);
    tellAbove(dead as unknown as Element, "It fell.");
    deepStrictEqual(dead.children.map(({ textContent }) => textContent), [
      "This part of the page stands still: It fell. Load the page again.",
    ]);
    Object.assign(document, { querySelectorAll });
  });
});

Deno.test("a page keeps the theme that is chosen, and says whether it could copy", () =>
  onPage([], undefined, async (page) => {
    page.chooses("dark");
    strictEqual(page.root.dataset.theme, "dark");
    ok(document.cookie.startsWith("theme=dark;"));
    const waiting: (() => void)[] = [];
    const { setTimeout: before } = globalThis;
    Object.assign(globalThis, { setTimeout: (later: () => void) => waiting.push(later) });
    using _ = { [Symbol.dispose]: () => Object.assign(globalThis, { setTimeout: before }) };
    const button = {
      ...{ textContent: "Copy", dataset: { copy: "what stands there" } },
      nextElementSibling: { textContent: "" },
    };
    page.clicks(null);
    deepStrictEqual(page.copied, []);
    for (const [allowed, said] of [[true, "Copied"], [false, "Not allowed"]] as const) {
      page.allowed = allowed;
      page.clicks(button);
      for (let i = 0; i < 5; i++) await Promise.resolve();
      deepStrictEqual([button.textContent, button.nextElementSibling.textContent], [said, said]);
      waiting.pop()!();
      deepStrictEqual([button.textContent, button.nextElementSibling.textContent], ["Copy", ""]);
    }
    deepStrictEqual(page.copied, ["what stands there", "what stands there"]);
    Object.assign(navigator, { clipboard: undefined });
    page.clicks(Object.assign(button, { textContent: "Copy" }));
    for (let i = 0; i < 5; i++) await Promise.resolve();
    strictEqual(button.textContent, "Not allowed");
  }));
