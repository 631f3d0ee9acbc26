/**
 * A reader who does whatever a page lets one do, by a seed: presses, chooses, types, drags, turns the
 * wheel and hits keys.
 *
 * @module
 */
import type { Page } from "playwright-core";
import type { Generator } from "../../lab/core/random.ts";

/** What can be handled. */
const HANDLED = ["button", "summary", "select", "input", "textarea", "canvas", "svg", ".u-over"]
  .map((each) => `main ${each}, header ${each}`).join();
/** What is typed. */
const words = [
  "",
  "7",
  "-1",
  "1e9",
  "0.5",
  "NaN",
  "abc",
  "agent=ppo",
  "return > 5 and",
  "<b>x",
  "ä",
];
const keys = [
  "j",
  "k",
  "x",
  "/",
  "?",
  "Escape",
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  " ",
  "Enter",
];
/** Milliseconds between acts, and after some of them, in which answers arrive. */
const [SOON, LATER] = [15, 400];

/** A rectangle of a page, in pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Handles one element in the page itself, or says where a pointer is to do so.
 *
 * @param act Its place among all, and where along it, in [0, 1); what is typed.
 */
function handle([handled, which, where, typed]: readonly [string, number, number, string]) {
  const all = [...document.querySelectorAll<HTMLElement>(handled)].filter((each) =>
    each.checkVisibility() && !(each as HTMLButtonElement).disabled
  );
  const element = all[Math.floor(which * all.length)];
  if (element === undefined) return undefined;
  const label = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim();
  const told = `${element.tagName.toLowerCase()} ${label.slice(0, 40)}`;
  const changed = () => {
    for (const type of ["input", "change"]) {
      element.dispatchEvent(new Event(type, { bubbles: true }));
    }
  };
  if (element instanceof HTMLSelectElement) {
    element.selectedIndex = Math.floor(where * element.options.length);
    changed();
  } else if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) {
    if (/checkbox|radio/.test(element.type)) element.click();
    else if (element.type !== "file") {
      const [low, high] = ["min", "max"].map((end) => Number(element.getAttribute(end) ?? 1));
      element.focus();
      element.value = element.type === "range" ? `${low + (high - low) * where}` : typed;
      changed();
    }
  } else if (/^(button|summary)$/i.test(element.tagName)) element.click();
  else {
    element.scrollIntoView({ block: "center" });
    const { x, y, width, height } = element.getBoundingClientRect();
    return { told, box: { x, y, width, height } };
  }
  return { told };
}

/** A click, a drag or a turn of the wheel within a box. */
async function point({ mouse, keyboard }: Page, { x, y, width, height }: Box, random: Generator) {
  const go = () => mouse.move(x + width * random.uniform(), y + height * random.uniform());
  await go();
  await mouse.down();
  if (random.uniform() < 0.6) { for (let i = 0; i < 3; i++) await go(); }
  await mouse.up();
  if (random.uniform() > 0.2) return;
  await keyboard.down("Control");
  await mouse.wheel(0, random.uniform(-200, 200));
  await keyboard.up("Control");
}

/**
 * Acts so many times on a page, which is opened anew where an act has left it.
 *
 * @param acted Told of each act.
 */
export async function readAtRandom(
  page: Page,
  path: string,
  { random, acts }: { readonly random: Generator; readonly acts: number },
  acted: (act: string) => void,
): Promise<void> {
  const any = <T>(list: readonly T[]) => list[random.integers(list.length)];
  for (let i = 0; i < acts; i++) {
    if (!URL.canParse(page.url()) || new URL(page.url()).pathname !== path) {
      await page.goto(path);
      await page.waitForTimeout(LATER);
    }
    const order = [HANDLED, random.uniform(), random.uniform(), any(words)] as const;
    // What follows a link ends where it began.
    const done = await page.evaluate(handle, order).catch(() => undefined);
    if (done === undefined) continue;
    acted(done.told);
    if (done.box !== undefined) await point(page, done.box, random);
    if (random.uniform() < 0.1) {
      const key = any(keys);
      acted(`key ${key}`);
      await page.keyboard.press(key);
    }
    await page.waitForTimeout(random.uniform() < 0.15 ? LATER : SOON);
  }
}
