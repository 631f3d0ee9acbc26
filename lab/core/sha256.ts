/**
 * SHA-256 (FIPS 180-4) of bytes at hand, at once, where there is no more than the language: a page, a
 * policy file's reader. Who has `node:crypto` takes that.
 *
 * @module
 */

/** The first 32 bits of the fractional parts of a root of the first primes (sections 4.2.2, 5.3.3). */
function fractions(root: 2 | 3, count: number): Uint32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  // Exact in integers: ⌊(p · 2^(32·root))^(1/root)⌋, its low 32 bits.
  return Uint32Array.from(primes, (p) => {
    const scaled = BigInt(p) << BigInt(32 * root);
    let [low, high] = [0n, 1n << 40n];
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      const power = root === 2 ? middle * middle : middle * middle * middle;
      if (power <= scaled) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  });
}

const BLOCK = 64;
const constants = fractions(3, 64);
const start = fractions(2, 8);

/** The hash in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length + 9) / BLOCK) * BLOCK;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  const hash = start.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < length; block += BLOCK) {
    for (let t = 0; t < 16; t++) words[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const [x, y] = [words[t - 15], words[t - 2]];
      const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
      const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
      words[t] = words[t - 16] + s0 + words[t - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let t = 0; t < 64; t++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[t] + words[t]) >>> 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => hash[i] += value);
  }
  return Array.from(hash, (word) => word.toString(16).padStart(8, "0")).join("");
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
