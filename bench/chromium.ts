/**
 * Chromium for measurements and tests: where it is, and how it is started.
 *
 * @module
 */
import type { Browser } from "playwright-core";

/** Where Debian keeps it: without windows, which takes a third less time, or whole. */
const places = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

const executablePath = places.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Whether there is one. */
export const hasChromium = executablePath !== undefined;

/** Milliseconds that a browser, or a page of it, may take on a machine that does much else. */
export const patience = 120_000;

/**
 * Starts a browser that talks to nobody but the pages under test, with further switches. Its
 * graphics process computes on the processor: Chromium takes it to hang where it waits for a core,
 * ends it, and closes itself after the fifth time, unless asked not to.
 */
export async function openBrowser(...switches: string[]): Promise<Browser> {
  // Else it looks into /proc as it is loaded, which takes every permission there is.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  return await chromium.launch({
    executablePath,
    timeout: patience,
    // Else a hang-up closes the browser alone, and not the process that uses it.
    handleSIGHUP: false,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-gpu-watchdog",
      "--disable-gpu-process-crash-limit",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...switches,
    ],
  });
}
