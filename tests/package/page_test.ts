/** What a page of one's own takes of the lab: it bundles for browsers, and `reverie` has all of it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { bundled } from "../browser/bundle.ts";
import * as page from "../../page.ts";
import * as reverie from "../../mod.ts";

const script = `
  import * as page from "./page.ts";
  const environment = page.makeEnv("CartPole-v1");
  environment.reset({ seed: 1 });
  globalThis.drawing = page.renderSvg(environment.scene());
`;

Deno.test("reverie/page bundles for a browser as it is, and works without Deno and Node", async () => {
  // A module of Node, which no browser has, is an error there.
  const code = await bundled(script, { platform: "browser", format: "iife", minify: true });
  ok(!/["']node:/.test(code));
  ok(code.length < 400_000, `TensorFlow.js is not in it: ${code.length} bytes of script`);
  const scope: { drawing?: string } = {};
  new Function("globalThis", "Deno", "process", code)(scope, undefined, undefined);
  const environment = reverie.makeEnv("CartPole-v1");
  environment.reset({ seed: 1 });
  strictEqual(scope.drawing, reverie.renderSvg(environment.scene!()));
});

Deno.test("what reverie/page has is reverie's own", () => {
  const whole: Readonly<Record<string, unknown>> = reverie;
  deepStrictEqual(Object.entries(page).filter(([name, value]) => whole[name] !== value), []);
});
