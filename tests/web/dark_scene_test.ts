import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { darkened, inverted } from "../../web/dark_scene.ts";

Deno.test("light and dark change places, hues stay", () => {
  deepStrictEqual([inverted("#ffffff"), inverted("#000000")], ["#191919", "#e6e6e6"]);
  const [red, green, blue] = [1, 3, 5].map((i) =>
    parseInt(inverted("#801010").slice(i, i + 2), 16)
  );
  ok(red > green && green === blue);
});

Deno.test("a darkened scene has the same shapes on a dark ground", () => {
  const environment = makeEnv("CartPole-v1");
  environment.reset({ seed: 0 });
  const scene = environment.scene!();
  const dark = darkened(scene);
  strictEqual(dark.shapes.length, scene.shapes.length);
  deepStrictEqual(dark.view, scene.view);
  ok(parseInt(dark.background.slice(1, 3), 16) < 40, dark.background);
});
