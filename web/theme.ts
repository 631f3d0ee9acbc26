/**
 * Light or dark: as the system has it, unless the reader chose one.
 *
 * @module
 */

/** What a reader may choose. */
export const themes = ["auto", "light", "dark"] as const;

/** A choice. */
export type Theme = typeof themes[number];

/** Says that the reader chose another one. */
const CHANGED = "themechange";
const system = () => matchMedia("(prefers-color-scheme: dark)");
/** Paper is light, whatever the screen is. */
const paper = () => matchMedia("print");

/** The choice that a request's cookies hold. */
export function themeOf(cookies: string | null): Theme {
  const [, kept] = /(?:^|;\s*)theme=(\w+)/.exec(cookies ?? "") ?? [];
  return themes.find((each) => each === kept) ?? "auto";
}

/** Keeps a choice, and shows the page so. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=strict`;
  document.dispatchEvent(new Event(CHANGED));
}

/** Whether the page is dark. */
export function isDark(): boolean {
  if (paper().matches) return false;
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || theme !== "light" && system().matches;
}

/** Calls `changed` whenever the page becomes light, dark or printed, until the returned function is called. */
export function onThemeChange(changed: () => void): () => void {
  const queries = [system(), paper()];
  for (const query of queries) query.addEventListener("change", changed);
  document.addEventListener(CHANGED, changed);
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
    document.removeEventListener(CHANGED, changed);
  };
}

let probe: HTMLElement | undefined;

/** The colour of a custom property of the style as canvases take it, with a share of opacity. */
export function colorOf(property: string, opacity = 1): string {
  if (probe === undefined) {
    probe = document.body.appendChild(document.createElement("i"));
    // Colours that mean something stay theirs where the system chooses all others.
    Object.assign(probe.style, { forcedColorAdjust: "none" });
  }
  probe.style.color = `var(${property})`;
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [0, 0, 0];
  return `rgb(${red} ${green} ${blue} / ${opacity})`;
}
