/**
 * What a page of your own needs to show what was trained: files of policies and models, worlds,
 * drawings. It bundles for browsers as it is, as it has neither TensorFlow.js nor a module of Node;
 * what a page does not import of it stays out of its script. All of it is in `reverie`, too.
 *
 * @example
 * ```ts ignore
 * const policy = loadPolicy(await (await fetch("cartpole.safetensors")).bytes());
 * const environment = makeEnv("CartPole-v1");
 * let { observation } = environment.reset({ seed: 1 });
 * ({ observation } = environment.step(policy.act(observation)));
 * drawing.innerHTML = renderSvg(environment.scene!());
 * ```
 *
 * @module
 */
export { loadPolicy, Policy } from "./agents/policy.ts";
export { makeEnv } from "./envs/mod.ts";
export { defineEnvironment, environmentOf, observeInto } from "./lab/core/define_environment.ts";
export type { Environment, EnvironmentDefinition } from "./lab/core/environment.ts";
export { InputError } from "./lab/core/errors.ts";
export { defaultRng, Generator } from "./lab/core/random.ts";
export { type Context2d, drawScene } from "./lab/core/render_canvas.ts";
export { Rasterizer, renderRaster } from "./lab/core/render_raster.ts";
export { renderSvg } from "./lab/core/render_svg.ts";
export type { Scene } from "./lab/core/scene.ts";
export { Box, Discrete, MultiDiscrete, type Space, Tuple } from "./lab/core/space.ts";
export type { ActOptions } from "./lab/core/trainer.ts";
export { LoadedModel, loadModel, type SampleOptions } from "./models/model_file.ts";
