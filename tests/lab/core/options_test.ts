/** Options of the library's functions: what one does not know is refused with the nearest name. */
import { rejects, strictEqual, throws } from "node:assert";
import { cartPole } from "../../../envs/cartpole.ts";
import {
  BatchedEnvironment,
  defaultRng,
  encodeGif,
  frameStack,
  makeEnv,
  makeVectorEnv,
  normalizeReward,
  pixels,
  renderObservation,
  renderRaster,
  renderSvg,
  renderTerminal,
  startRun,
  timeAwareObservation,
  VectorEnvironment,
  vectorOf,
} from "../../../mod.ts";

const scene = { view: [0, 0, 1, 1], background: "#ffffff", shapes: [] } as const;
const world = () => makeEnv("CartPole-v1");
const of = <Options>(options: object) => options as Options;

const cases: [call: () => unknown, message: RegExp][] = [
  [
    () => makeVectorEnv("CartPole-v1", of({ count: 3, mode: "bogus" })),
    /^Cannot make environments CartPole-v1 as there is no mode "bogus": known are next-step, same-step, disabled$/,
  ],
  [
    () => makeVectorEnv("CartPole-v1", of({ count: 3, mod: "same-step" })),
    /as there is no option "mod" \(did you mean "mode"\?\): known are count, mode, options, workers, /,
  ],
  [
    () => vectorOf(world, 2, of({ autoreset: "same_step" })),
    /^Cannot make a vector of environments as there is no autoreset "same_step" \(did you mean "same-step"\?\)/,
  ],
  [() => new BatchedEnvironment(world(), 2, of({ mode: "x" })), /no option "mode": known are auto/],
  [() => new VectorEnvironment(world, 2, of({ autoReset: "x" })), /did you mean "autoreset"/],
  [
    () => pixels(cartPole({ suttonBartoReward: false }), of({ gray: true })),
    /^Cannot show pixels as there is no option "gray" \(did you mean "grey"\?\)/,
  ],
  [
    () => renderObservation(world(), of({ frames: 4 })),
    /CartPole-v1 .*there is no option "frames"/,
  ],
  [
    () => frameStack(world(), 4, of({ padding: "zeros" })),
    /no padding "zeros" \(did you mean "zero"/,
  ],
  [
    () => normalizeReward(world(), of({ discount: 0.9 })),
    /no option "discount": known are gamma, eps/,
  ],
  [() => timeAwareObservation(world(), of({ normalize: true })), /did you mean "normalizeTime"/],
  [
    () => renderTerminal(scene, of({ columns: 40, mode: "asci" })),
    /^Cannot draw for a terminal as there is no mode "asci" \(did you mean "ascii"\?\): known are color, ascii$/,
  ],
  [() => renderSvg(scene, of({ widht: 5 })), /^Cannot draw as SVG .* \(did you mean "width"\?\)/],
  [() => renderRaster(scene, of({ width: 5, text: false })), /did you mean "texts"/],
  [() => defaultRng(1).choice(3, 2, of({ replacement: false })), /did you mean "replace"/],
];

Deno.test("an option that a function does not know is refused, with the nearest that it knows", async () => {
  for (const [call, message] of cases) throws(call, { name: "InputError", message });
  const frame = renderRaster(scene, { width: 2 });
  await rejects(encodeGif([frame], of({ millisecond: 20 })), /did you mean "milliseconds"/);
  await rejects(startRun(of({ name: "x", tag: ["a"] })), /^InputError: .*did you mean "tags"/);
});

Deno.test("an option that is undefined is left out", () => {
  strictEqual(makeVectorEnv("CartPole-v1", { count: 1, mode: undefined }).autoreset, "next-step");
  strictEqual(renderSvg(scene, { width: undefined }), renderSvg(scene));
});
