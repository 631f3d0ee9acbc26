/**
 * The browser's entry: takes over every island of the page, and what stands around them.
 *
 * @module
 */
import { keepFocus } from "./kept_focus.ts";
import { reasonOf } from "./ask.ts";
import { takeOver, tellAbove } from "./take_over.ts";

takeOver();
keepFocus();

/** Opens the palette; what is typed until it is there is its own. */
async function openPalette(): Promise<void> {
  let typed = "";
  const keep = (event: KeyboardEvent) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    typed += event.key;
  };
  addEventListener("keydown", keep);
  try {
    const palette = await import("./command_palette.tsx");
    palette.openPalette(typed);
  } catch (error) {
    tellAbove(document.querySelector("main")!, reasonOf(error as Error));
  } finally {
    removeEventListener("keydown", keep);
  }
}
document.querySelector(".palette-button")?.addEventListener("click", () => void openPalette());
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  if (event.shiftKey || event.altKey) return;
  event.preventDefault();
  void openPalette();
});
