/**
 * What the WebAssembly engine can run.
 *
 * @module
 */
import { type Code, f32x4, Locals, ModuleBuilder, set, splat } from "./wasm/assembler.ts";
import type { Rounding } from "./wasm/lower.ts";

function runs(value: Code): boolean {
  const module = new ModuleBuilder();
  const locals = new Locals(0);
  module.add([], locals, set(locals.add("v128"), value));
  return WebAssembly.validate(module.encode({ shared: false, mostPages: 1 }));
}

/** The best build that the engine can run: `relaxed`, `strict`, or undefined without SIMD. */
export function bestRounding(): Rounding | undefined {
  if (runs(f32x4.relaxedMadd(splat(0), splat(0), splat(0)))) return "relaxed";
  return runs(f32x4.add(splat(0), splat(0))) ? "strict" : undefined;
}
