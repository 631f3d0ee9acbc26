/** Light and dark: what is kept, what is shown, and the colours of canvases. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { chooseTheme, colorOf, isDark, onThemeChange, themeOf, themes } from "../../web/theme.ts";

/** A page whose system is dark or not, and whose style has these colours. */
async function inPage(
  body: (page: { cookie: string; turn: () => void }) => void | Promise<void>,
  { isSystemDark = false, isPaper = false, color = (_: string): string => "rgb(0, 0, 0)" } = {},
): Promise<void> {
  const turns = new Set<() => void>();
  const events = new EventTarget();
  const page = {
    ...{ cookie: "", documentElement: { dataset: {} as { theme?: string } } },
    body: { appendChild: (each: unknown) => each },
    createElement: () => ({ style: { color: "" } }),
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
    turn: () => turns.forEach((turn) => turn()),
  };
  const stubs = {
    document: page,
    matchMedia: (query: string) => ({
      matches: query === "print" ? isPaper : isSystemDark,
      addEventListener: (_: string, turn: () => void) => void turns.add(turn),
      removeEventListener: (_: string, turn: () => void) => void turns.delete(turn),
    }),
    getComputedStyle: ({ style }: { style: { color: string } }) => ({ color: color(style.color) }),
  };
  const names = Object.keys(stubs);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  Object.assign(globalThis, stubs);
  try {
    await body(page);
  } finally {
    names.forEach((name, i) => {
      delete (globalThis as Record<string, unknown>)[name];
      if (before[i] !== undefined) Object.defineProperty(globalThis, name, before[i]);
    });
  }
}

Deno.test("a theme comes from its own cookie, and from no other", () => {
  const cookies = ["theme=dark", "a=1; theme=light", "mytheme=dark", "theme=blue", "", null];
  deepStrictEqual(cookies.map(themeOf), ["dark", "light", "auto", "auto", "auto", "auto"]);
});

Deno.test("paper is light, whatever was chosen", async () => {
  await inPage(() => {
    for (const theme of themes) {
      chooseTheme(theme);
      strictEqual(isDark(), false);
    }
  }, { isSystemDark: true, isPaper: true });
});

Deno.test("a choice is kept, shown and told, and beats the system's", async () => {
  for (const isSystemDark of [false, true]) {
    await inPage((page) => {
      let told = 0;
      const stop = onThemeChange(() => told++);
      strictEqual(isDark(), isSystemDark);
      const dark = themes.map((theme) => {
        chooseTheme(theme);
        strictEqual(themeOf(page.cookie.split(";")[0]), theme);
        return isDark();
      });
      deepStrictEqual(dark, [isSystemDark, false, true]);
      page.turn();
      strictEqual(told, 4);
      stop();
      chooseTheme("light");
      page.turn();
      strictEqual(told, 4);
    }, { isSystemDark });
  }
});

Deno.test("a colour is the style's, channel by channel, with its opacity", async () => {
  const asked: string[] = [];
  const color = (text: string) => {
    asked.push(text);
    return text === "var(--none)" ? "" : "rgb(1, 22, 203)";
  };
  await inPage(() => {
    strictEqual(colorOf("--ink"), "rgb(1 22 203 / 1)");
    strictEqual(colorOf("--card", 0.25), "rgb(1 22 203 / 0.25)");
    strictEqual(colorOf("--none", 0), "rgb(0 0 0 / 0)");
  }, { color });
  deepStrictEqual(asked, ["var(--ink)", "var(--card)", "var(--none)"]);
});
