/**
 * Layers as pure functions: parameters and input in, tensor out. `docs/building-blocks.md` has the
 * table of them.
 *
 * @module
 */
export * from "./attention.ts";
export * from "./convolution.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./normalization.ts";
export * from "./penalties.ts";
export * from "./pooling.ts";
export * from "./prelu.ts";
export * from "./radial_basis.ts";
export * from "./residual.ts";
export * from "./spectral_normalization.ts";
