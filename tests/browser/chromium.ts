/**
 * Chromium for tests.
 *
 * @module
 */
import { hasChromium } from "../../bench/chromium.ts";

export { openBrowser, patience } from "../../bench/chromium.ts";

/** True where browser tests are left out: without Chromium, though never in CI. */
export const missing = !Deno.env.get("CI") && !hasChromium;

if (missing) {
  console.log("No Chromium, browser tests are skipped: apt-get install -y chromium-headless-shell");
}
