/**
 * What the processor and the WebAssembly engine can do, found without any permission.
 *
 * @module
 */

/** Function bodies, without locals, that only validate where the feature is there. */
const probes: Readonly<Record<string, readonly number[]>> = {
  /** i32.const 0, i8x16.splat, drop. */
  "wasm-simd": [0x41, 0, 0xfd, 0x0f, 0x1a],
  /** Three f32x4 zeros, f32x4.relaxed_madd, drop. */
  "wasm-relaxed-simd": [...zeroVectors(3), 0xfd, 0x85, 0x02, 0x1a],
  /** i32.const 0, i32.extend8_s, drop. */
  "wasm-sign-extension": [0x41, 0, 0xc0, 0x1a],
  /** f32.const 0, i32.trunc_sat_f32_s, drop. */
  "wasm-saturating-conversion": [0x43, 0, 0, 0, 0, 0xfc, 0x00, 0x1a],
};

/** Names of the features found, sorted: `fused-multiply-add`, `wasm-simd`, …. */
export function cpuFeatures(): string[] {
  const found = Object.entries(probes)
    .filter(([, body]) => WebAssembly.validate(moduleOf([], body)))
    .map(([name]) => name);
  if (found.includes("wasm-relaxed-simd") && fusesMultiplyAdd()) found.push("fused-multiply-add");
  if (typeof SharedArrayBuffer === "function") found.push("shared-memory");
  return found.sort();
}

/**
 * Whether relaxed multiply-add rounds once: a·b + c with a = b = 1 + 2⁻²³ and c = −(1 + 2⁻²²) is
 * 2⁻⁴⁶ when fused and 0 when rounded twice.
 */
function fusesMultiplyAdd(): boolean {
  const f32 = (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
  const splat = (value: number) => [...f32(value), 0xfd, 0x13];
  const body = [
    ...splat(1 + 2 ** -23),
    ...splat(1 + 2 ** -23),
    ...splat(-(1 + 2 ** -22)),
    ...[0xfd, 0x85, 0x02],
    ...[0xfd, 0x1f, 0x00],
  ];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf([0x7d], body)));
  return (exports.probe as () => number)() !== 0;
}

function zeroVectors(count: number): number[] {
  return Array.from({ length: count }, () => [0xfd, 0x0c, ...new Array(16).fill(0)]).flat();
}

/** A module that exports one function `probe` without parameters. */
function moduleOf(results: readonly number[], body: readonly number[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, bytes: readonly number[]) => [id, bytes.length, ...bytes];
  const code = [0, ...body, 0x0b];
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, results.length, ...results]),
    ...section(3, [1, 0]),
    ...section(7, [1, 5, ...new TextEncoder().encode("probe"), 0, 0]),
    ...section(10, [1, code.length, ...code]),
  );
}
