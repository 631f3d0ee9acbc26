/** A trained policy acts in a browser page, from its file alone. */
import { deepStrictEqual, ok } from "node:assert";
import { loadPolicy } from "../../agents/policy.ts";
import { makeEnv } from "../../envs/mod.ts";
import { registries } from "../../registries.ts";
import { train } from "../../lab/experiment/train.ts";
import { bundled } from "./bundle.ts";
import { missing, openBrowser } from "./chromium.ts";

const script = `
  import { loadPolicy } from "./agents/policy.ts";
  globalThis.actions = (bytes, observations) => {
    const policy = loadPolicy(Uint8Array.from(bytes));
    return observations.map((each) => policy.act(Float32Array.from(each)));
  };
`;

Deno.test({
  name: "a policy file acts in Chromium as it does here, without TensorFlow.js",
  ignore: missing,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const { trainer, dispose } = await train({
      name: "small",
      environment: { id: "CartPole-v1" },
      agent: { name: "ppo", normalizeObservations: true },
      budget: 4096,
      evaluation: { episodes: 2 },
    }, { registries });
    const bytes = await trainer.exportPolicy!();
    dispose();
    const environment = makeEnv("CartPole-v1");
    const observations = Array.from(
      { length: 50 },
      (_, seed) => [...environment.reset({ seed }).observation as Float32Array],
    );
    const policy = loadPolicy(bytes);
    const expected = observations.map((each) => policy.act(Float32Array.from(each)));
    ok(new Set(expected).size === 2, "the policy must choose either action");
    const code = await bundled(script, { format: "iife", minify: true });
    ok(code.length < 60_000, `${code.length} bytes of script`);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: code });
      const given = await page.evaluate(
        // deno-lint-ignore no-explicit-any
        ([bytes, observations]) => (globalThis as any).actions(bytes, observations),
        [[...bytes], observations] as const,
      );
      deepStrictEqual(given, expected);
    } finally {
      await browser.close();
    }
  },
});
