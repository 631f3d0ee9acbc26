/**
 * A page of few lines: islands are drawn in it, clicked, typed in and read within milliseconds, where
 * a browser takes seconds. It knows no layout: what depends on one is for the browser's tests.
 *
 * @module
 */
import { type FunctionComponent, h, options, render } from "preact";

/** What happens to an element. */
type Happening = Record<string, unknown>;

/** A call of a canvas's context, or a value that was given to it. */
export type Drawn = readonly [name: string, ...args: unknown[]];

/** An element, or text. */
export class Small {
  nodeType = 1;
  /** No property: a test that fails would print the whole page for each of its elements. */
  #parent: Small | null = null;
  readonly childNodes: Small[] = [];
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, (event: unknown) => void>();
  readonly style: Record<string, unknown> = { setProperty() {} };
  readonly dataset: Record<string, string> = {};
  readonly clientWidth = 300;
  readonly clientHeight = 60;
  /** What was drawn on it. */
  readonly drawn: Drawn[] = [];
  width = 0;
  height = 0;
  data = "";
  value = "";
  checked = false;
  disabled = false;
  open = false;

  selected = false;
  /** What stood there before somebody typed, which a page may not have taken. */
  replaced: string | undefined;

  constructor(readonly localName: string, readonly namespaceURI = "http://www.w3.org/1999/xhtml") {}

  get tagName(): string {
    return this.localName.toUpperCase();
  }

  get parentNode(): Small | null {
    return this.#parent;
  }

  set parentNode(parent: Small | null) {
    this.#parent = parent;
  }

  get firstChild(): Small | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): Small | null {
    const beside = this.parentNode?.childNodes ?? [];
    return beside[beside.indexOf(this) + 1] ?? null;
  }

  get parentElement(): Small | null {
    return this.parentNode;
  }

  get textContent(): string {
    return this.data + this.childNodes.map((each) => each.textContent).join("");
  }

  set textContent(text: string) {
    this.childNodes.length = 0;
    this.data = text;
  }

  get firstElementChild(): Small | null {
    return this.children[0] ?? null;
  }

  get children(): Small[] {
    return this.childNodes.filter(({ nodeType }) => nodeType === 1);
  }

  get rows(): Small[] {
    return this.all("tr");
  }

  insertBefore(node: Small, before: Small | null): Small {
    node.remove();
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    return node;
  }

  appendChild(node: Small): Small {
    return this.insertBefore(node, null);
  }

  removeChild(node: Small): Small {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    return node;
  }

  prepend(node: Small): void {
    this.insertBefore(node, this.firstChild);
  }

  remove(): void {
    this.parentNode?.removeChild(this);
  }

  /** Of what has the focus there is no node. */
  contains(node: Small | null | undefined): boolean {
    return node != null && (node === this || this.contains(node.parentNode));
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }

  removeEventListener(name: string): void {
    this.listeners.delete(name);
  }

  scrollIntoView(): void {}
  showModal(): void {}

  /** Of a dialog. */
  close(): void {
    this.happens("close");
  }

  focus(): void {}
  blur(): void {}
  setPointerCapture(): void {}

  /** By a tag or a class. */
  querySelector(name: string): Small | null {
    const [found] = name.startsWith(".")
      ? this.elements().filter((each) => each.isCalled(name))
      : this.all(name);
    return found ?? null;
  }

  /** Not in the corner, so that places of the page and of the element differ. */
  getBoundingClientRect(): { left: number; top: number; width: number; height: number } {
    return { left: 40, top: 20, width: this.clientWidth, height: this.clientHeight };
  }

  getContext(): unknown {
    return new Proxy({}, {
      get: (_, name) => (...args: unknown[]) => {
        this.drawn.push([String(name), ...args]);
        if (name !== "createImageData") return;
        const [width, height] = args.map(Number);
        return { width, height, data: new Uint8ClampedArray(4 * width * height) };
      },
      set: (_, name, value) => this.drawn.push([String(name), value]) > 0,
    });
  }

  /** The elements within, of a tag and of a name or class, in their order. */
  all(tag: string, name?: string): Small[] {
    const own = this.childNodes.flatMap((each) => [
      ...(each.localName === tag && (name === undefined || each.isCalled(name)) ? [each] : []),
      ...each.all(tag, name),
    ]);
    return own;
  }

  /** All elements within. */
  elements(): Small[] {
    return this.children.flatMap((each) => [each, ...each.elements()]);
  }

  /** The one of a tag and a name. */
  get(tag: string, name?: string): Small {
    const [found, ...others] = this.all(tag, name);
    if (found !== undefined && others.length === 0) return found;
    throw new Error(`${others.length + Number(found !== undefined)} of ${tag} ${name} are there`);
  }

  /** Whether a reader would call it so: by its label, else by its text; `.name` is its class. */
  isCalled(name: string): boolean {
    if (name.startsWith(".")) {
      return (this.getAttribute("class") ?? "").split(" ").includes(name.slice(1));
    }
    let label: Small | null = this.parentNode;
    while (label !== null && label.localName !== "label") label = label.parentNode;
    const called = this.getAttribute("aria-label") ?? (label ?? this).textContent;
    return called.trim() === name;
  }

  /** It and what it stands in, the nearest first. */
  around(): Small[] {
    return [this, ...this.parentNode?.around() ?? []];
  }

  /** Tells who listens, here and around it, what has happened; then the page is drawn anew. */
  happens(type: string, more: Happening = {}): void {
    const event: Happening = { target: this, preventDefault() {}, ...more };
    for (const at of this.around()) {
      for (const [name, listener] of [...at.listeners]) {
        if (name.toLowerCase() !== type) continue;
        Object.assign(event, { type: name, currentTarget: at });
        listener.call(at, event);
      }
    }
    settle();
  }

  click(more: Happening = {}): void {
    if (this.disabled) throw new Error(`Cannot click ${this.textContent} as it is disabled`);
    this.happens("click", more);
  }

  /** Types, and stays in the field. */
  write(value: string): void {
    this.value = value;
    this.happens("input");
  }

  /** Types or chooses a value. */
  put(value: string): void {
    this.replaced = this.value;
    this.value = value;
    this.happens("input");
    this.happens("change");
  }
}

const queue: (() => void)[] = [];

/** Draws what has changed, until nothing more does. */
export function settle(): void {
  while (queue.length > 0) queue.shift()!();
}

/** Waits for what was asked of the server, and draws what comes of it. */
export async function answered(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await Promise.resolve();
    settle();
  }
}

/** Colours of a style, each another one. */
const colors: string[] = [];

function rgbOf(color: string): string {
  if (!colors.includes(color)) colors.push(color);
  return `rgb(${colors.indexOf(color)}, 0, 0)`;
}

class Nothing {
  /** @param changed Told of what is seen. */
  constructor(readonly changed: (entries: readonly object[]) => void = () => {}) {}

  observe(): void {}
  disconnect(): void {}
  replaceSync(): void {}
}

/** A page with a view in it, until it is disposed of. */
export class SmallPage extends Small implements Disposable {
  /** What the address became. */
  readonly addresses: string[] = [];
  readonly #before: [string, PropertyDescriptor | undefined][] = [];
  readonly #options = { ...options } as Record<string, unknown>;

  /** @param kept Beside the address, by who was on the page before. */
  constructor(view: (props: never) => unknown, props: object, kept: unknown = null) {
    super("body");
    const { addresses } = this;
    const heard = new Map<string, Set<(event: unknown) => void>>();
    const tell = (name: string, event: object) => {
      for (const listener of [...heard.get(name) ?? []]) listener(event);
      settle();
    };
    const place = new Small("html");
    const [watching, measuring] = [new Set<Nothing>(), new Set<Nothing>()];
    const noted = (those: Set<Nothing>) =>
      class extends Nothing {
        override observe(): void {
          those.add(this);
        }

        override disconnect(): void {
          those.delete(this);
        }
      };
    const stubs: Record<string, unknown> = {
      document: Object.assign(place, {
        createElementNS: (space: string, name: string) => new Small(name, space),
        createElement: (name: string) => new Small(name),
        createTextNode: (data: string) => Object.assign(new Small("#text"), { nodeType: 3, data }),
        ...{ body: this, documentElement: place, adoptedStyleSheets: [], hidden: false },
      }),
      location: { protocol: "http:", pathname: "/", search: "", href: "http://127.0.0.1/" },
      history: {
        state: kept,
        replaceState(this: { state: unknown }, state: unknown, _: string, to?: string) {
          this.state = state;
          if (to !== undefined) addresses.push(to);
        },
      },
      ...{ ResizeObserver: noted(measuring), IntersectionObserver: noted(watching) },
      CSSStyleSheet: Nothing,
      getComputedStyle: ({ style }: Small) => ({ color: rgbOf(String(style.color)) }),
      matchMedia: () => ({ matches: false, addEventListener() {}, removeEventListener() {} }),
      // As on most screens, so that pixels of the page and of the screen differ.
      devicePixelRatio: 2,
      innerHeight: 600,
      addEventListener: (name: string, listener: (event: unknown) => void) =>
        heard.set(name, (heard.get(name) ?? new Set()).add(listener)),
      removeEventListener: (name: string, listener: (event: unknown) => void) =>
        heard.get(name)?.delete(listener),
    };
    for (const [name, value] of Object.entries(stubs)) {
      this.#before.push([name, Object.getOwnPropertyDescriptor(globalThis, name)]);
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    const later = (what: () => void) => void queue.push(what);
    Object.assign(options, { debounceRendering: later, requestAnimationFrame: later });
    this.press = (key, more = {}) =>
      tell("keydown", { key, target: this, preventDefault() {}, ...more });
    this.leave = () => {
      let isAsked = false;
      tell("beforeunload", { preventDefault: () => isAsked = true });
      if (!isAsked) tell("pagehide", {});
      return !isAsked;
    };
    this.scroll = (isIntersecting) => {
      // A browser tells all that has changed since it told last, the newest last.
      for (const { changed } of watching) {
        changed([{ isIntersecting: !isIntersecting }, { isIntersecting }]);
      }
      settle();
    };
    this.resize = () => {
      for (const { changed } of measuring) changed([]);
      settle();
    };
    this.draw = (shown, next) => {
      render(h(shown as FunctionComponent, next), this as unknown as Element);
      settle();
    };
    this.show = (next) => this.draw(view, next);
    this.show(props);
  }

  /** Draws a view in place of the one before. */
  readonly draw: (view: (props: never) => unknown, props: object) => void;

  /** Draws the view with other properties. */
  readonly show: (props: object) => void;

  /** Brings all of the page into view, or out of it. */
  readonly scroll: (isInView: boolean) => void;

  /** Presses a key where no control has the focus, unless `more` names the element that has it. */
  readonly press: (key: string, more?: Happening) => void;

  /** Makes all that is measured larger or smaller. */
  readonly resize: () => void;

  /** Leaves the page, unless it would ask first; returns whether it is left. */
  readonly leave: () => boolean;

  [Symbol.dispose](): void {
    const faults = [...choicesOf(this), ...strayingOf(this), ...wordsOf(this)];
    render(null, this as unknown as Element);
    settle();
    const { debounceRendering, requestAnimationFrame } = this.#options;
    Object.assign(options, { debounceRendering, requestAnimationFrame });
    for (const [name, descriptor] of this.#before) {
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
    if (faults.length > 0) throw new Error(`What was drawn last: ${faults.join("; ")}`);
  }
}

/** Choices whose option that stands as chosen is not the one that they are at. */
function choicesOf(page: Small): string[] {
  return page.all("select").flatMap((select) => {
    const options = select.all("option");
    const valueOf = (each: Small) => String(each.getAttribute("value") ?? each.value);
    const chosen = options.filter(({ selected }) => selected).map(valueOf);
    const [one = String(select.value), ...others] = chosen;
    const isRight = others.length === 0 &&
      [select.value, select.replaced].some((value) => String(value) === one);
    return isRight ? [] : [`a choice at ${select.value} has ${chosen.join(" and ")} chosen`];
  });
}

/** What is said of nothing, controls without a name, and names that two elements have. */
function wordsOf(page: Small): string[] {
  const every = page.elements();
  const said = every.flatMap((each) => [
    ...each.childNodes.filter(({ nodeType }) => nodeType === 3).map(({ data }) => data),
    ...[...each.attributes].filter(([, value]) => typeof value === "string")
      .map(([name, value]) => `${name} ${value}`),
  ]);
  const nameless = every.filter((each) =>
    ["a", "button"].includes(each.localName) && each.getAttribute("aria-label") === null &&
    each.textContent.trim() === "" &&
    each.elements().every(({ localName }) => !["img", "canvas"].includes(localName))
  );
  const ids = every.flatMap((each) => each.getAttribute("id") ?? []);
  return [
    ...said.filter((text) => /undefined|\[object /.test(text)).map((text) => `the words ${text}`),
    ...nameless.map(({ localName }) => `a ${localName} without a name`),
    ...ids.filter((id, i) => ids.indexOf(id) < i).map((id) => `two have the id ${id}`),
  ];
}

/** Marks and lines that leave the drawing that they are in. */
function strayingOf(page: Small): string[] {
  return page.all("svg").flatMap((svg) => {
    const numbers = (each: Small, ...names: string[]) =>
      names.map((name) => each.getAttribute(name)).filter((text) => text !== null).map(Number);
    const [, , width, height] = svg.getAttribute("viewBox")?.split(" ").map(Number) ??
      [0, 0, ...numbers(svg, "width", "height")];
    const pairs = ["circle", "line", "rect", "text", "polyline"].flatMap((tag) =>
      svg.all(tag).flatMap((each) => {
        const points = (each.getAttribute("points") ?? "").split(" ").filter(Boolean)
          .map((point) => point.split(",").map(Number));
        const shares = [
          ...[...numbers(each, "cx", "x", "x1", "x2"), ...points.map(([x]) => x)]
            .map((x) => x / width),
          ...[...numbers(each, "cy", "y", "y1", "y2"), ...points.map(([, y]) => y)]
            .map((y) => y / height),
        ];
        return shares.map((share) => ({ tag, share }));
      })
    );
    return pairs.filter(({ share }) => !(share >= 0 && share <= 1))
      .map(({ tag, share }) => `a ${tag} at ${share} of a drawing`);
  });
}
