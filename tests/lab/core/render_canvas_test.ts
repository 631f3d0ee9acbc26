import { deepStrictEqual, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../../envs/mod.ts";
import { type Context2d, drawScene } from "../../../lab/core/render_canvas.ts";
import type { Scene } from "../../../lab/core/scene.ts";

/** A context that writes down its calls, each with the style that it is drawn in. */
function recorder(): { context: Context2d; calls: string[] } {
  const calls: string[] = [];
  const call = (name: string, style?: () => unknown) => (...values: unknown[]) =>
    void calls.push([name, ...values, ...(style === undefined ? [] : [style()])].join(" "));
  const context: Context2d = {
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 0,
    lineCap: "butt",
    lineJoin: "miter",
    font: "",
    textAlign: "start",
    textBaseline: "alphabetic",
    fillRect: call("fillRect", () => context.fillStyle),
    beginPath: call("beginPath"),
    moveTo: call("moveTo"),
    lineTo: call("lineTo"),
    closePath: call("closePath"),
    ellipse: (...given) => void calls.push(`ellipse ${given}`),
    fill: call("fill", () => context.fillStyle),
    stroke: call(
      "stroke",
      () => `${context.strokeStyle} ${context.lineWidth} ${context.lineCap} ${context.lineJoin}`,
    ),
    fillText: call(
      "fillText",
      () => `${context.fillStyle} ${context.font} ${context.textAlign} ${context.textBaseline}`,
    ),
  };
  return { context, calls };
}

Deno.test("a canvas gets every kind of mark, scaled to fit and in the middle", () => {
  const scene: Scene = {
    view: [0, 0, 4, 2],
    background: "#ffffff",
    shapes: [
      { kind: "polygon", points: [[0, 0], [1, 0], [1, 1]], fill: "#ff0000" },
      { kind: "line", points: [[0, 2], [4, 0]], color: "#00ff00", width: 0.5 },
      { kind: "circle", center: [2, 1], radius: 0.5, fill: "#0000ff" },
      { kind: "text", at: [3, 1], text: "G", size: 1, color: "#000000" },
    ],
  };
  const { context, calls } = recorder();
  drawScene(context, scene, 40, 30); // ten pixels a unit, five rows free above and below
  deepStrictEqual(calls, [
    "fillRect 0 0 40 30 #ffffff",
    ...["beginPath", "moveTo 0 25", "lineTo 10 25", "lineTo 10 15", "closePath"],
    "fill evenodd #ff0000",
    ...["beginPath", "moveTo 0 5", "lineTo 40 25", "stroke #00ff00 5 round round"],
    ...["beginPath", `ellipse 20,15,5,5,0,0,${2 * Math.PI}`, "fill nonzero #0000ff"],
    ...["beginPath", "fillText G 30 15 #000000 10px sans-serif center middle"],
  ]);
});

Deno.test("a scene that is higher than its canvas has its margins left and right, its view's corner anywhere", () => {
  const { context, calls } = recorder();
  drawScene(
    context,
    {
      view: [-1, 2, 1, 6],
      background: "#ffffff",
      shapes: [{ kind: "circle", center: [-1, 6], radius: 0.25, fill: "#0000ff" }],
    },
    100,
    80,
  );
  // Twenty pixels a unit: 40 of 100 are the scene's, 30 are free on each side.
  deepStrictEqual(calls, [
    "fillRect 0 0 100 80 #ffffff",
    ...["beginPath", `ellipse 30,0,5,5,0,0,${2 * Math.PI}`, "fill nonzero #0000ff"],
  ]);
});

Deno.test("every environment of the lab can be drawn on a canvas", () => {
  for (const { id } of environments) {
    const env = makeEnv(id);
    env.reset({ seed: 1 });
    const { context, calls } = recorder();
    drawScene(context, env.scene!(), 300, 200);
    const marks = calls.filter((call) => /^(fill|stroke|fillText) /.test(call));
    strictEqual(marks.length, env.scene!().shapes.length, id);
    strictEqual(calls.filter((call) => call.includes("NaN")).length, 0, id);
  }
});
