/**
 * Kernel gradients that TensorFlow.js 4.22 lacks or gets wrong.
 *
 * @module
 */

/** Registers them once. */
export function registerKernelGradients(): void {
}
