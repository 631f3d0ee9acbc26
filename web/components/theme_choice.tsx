/** Light, dark, or as the system has it. @module */
import type { VNode } from "preact";
import { type Theme, themes } from "../theme.ts";

/** The choice in a page's head; `takeOver` listens to it. */
export function ThemeChoice({ theme }: { theme: Theme }): VNode {
  return (
    <label class="theme">
      <span class="hidden">Colours</span>
      <select id="theme" autocomplete="off">
        {themes.map((each) => (
          <option key={each} value={each} selected={each === theme}>{each}</option>
        ))}
      </select>
    </label>
  );
}
