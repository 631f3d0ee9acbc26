import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import {
  defaultRng,
  deriveSeed,
  type Generator,
  SeedSequence,
  streamOf,
} from "../../../lab/core/random.ts";

interface Golden {
  streams: { seed: string; calls: { call: string; dtype: string; value: unknown[] }[] }[];
}

const read = (name: string) =>
  JSON.parse(Deno.readTextFileSync(new URL(`../../golden/numpy/${name}`, import.meta.url)));
const golden: Golden = read("random.json");

const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const strings = (values: Iterable<number | bigint>) => [...values].map(String);

/** The lab's spelling of each NumPy call of the golden file. */
const calls: Record<string, (random: Generator, seed: bigint) => unknown[]> = {
  "bit_generator.random_raw(8)": (r) => strings(times(8, () => r.randomRaw())),
  "SeedSequence.generate_state(8)": (_, seed) => strings(new SeedSequence(seed).generateState(8)),
  "random(8)": (r) => times(8, () => r.random()),
  "random(8, dtype=float32)": (r) => times(8, () => r.random32()),
  "uniform(-0.05, 0.05, 4)": (r) => times(4, () => r.uniform(-0.05, 0.05)),
  "integers(0, 10, 20)": (r) => strings(times(20, () => r.integers(0, 10))),
  "integers(0, 2, 40)": (r) => strings(times(40, () => r.integers(2))),
  "integers(0, 1000003, 12)": (r) => strings(times(12, () => r.integers(1000003))),
  "integers(0, 2**40, 8)": (r) => strings(times(8, () => r.integers(2 ** 40))),
  "integers(0, 256, 16, dtype=uint8)": (r) => {
    const out = new Uint8Array(16);
    r.fillIntegers(out, 0, 256);
    return strings(out);
  },
  "standard_normal(400)": (r) => times(400, () => r.standardNormal()),
  "standard_normal(16, dtype=float32)": (r) => times(16, () => r.standardNormal32()),
  "normal(3.0, 2.5, 8)": (r) => times(8, () => r.normal(3, 2.5)),
  "standard_exponential(64)": (r) => times(64, () => r.standardExponential()),
  "permutation(20)": (r) => strings(r.permutation(20)),
  "shuffle(arange(15))": (r) => {
    const array = Array.from({ length: 15 }, (_, i) => i);
    r.shuffle(array);
    return strings(array);
  },
  "choice(12, 5, replace=False)": (r) => strings(r.choice(12, 5, { replace: false })),
  "choice(5, 12)": (r) => strings(r.choice(5, 12)),
  "choice(4, 12, p=[0.1, 0.2, 0.3, 0.4])": (r) =>
    strings(r.choice(4, 12, { p: [0.1, 0.2, 0.3, 0.4] })),
  "default_rng(SeedSequence(seed).spawn(3)[0]).random(4)": (r) => spawned(r, 0),
  "default_rng(SeedSequence(seed).spawn(3)[1]).random(4)": (r) => spawned(r, 1),
  "default_rng(SeedSequence(seed).spawn(3)[2]).random(4)": (r) => spawned(r, 2),
  "one generator: random(3), integers(0, 7, 3), standard_normal(3), random(2)": (r) => [
    ...times(3, () => r.random()),
    ...times(3, () => r.integers(0, 7)),
    ...times(3, () => r.standardNormal()),
    ...times(2, () => r.random()),
  ],
};

function spawned(random: Generator, index: number): number[] {
  const child = random.spawn(3)[index];
  return times(4, () => child.random());
}

for (const { seed, calls: expected } of golden.streams) {
  Deno.test(`the generator of seed ${seed} draws NumPy's bits in every call`, () => {
    for (const { call, value } of expected) {
      deepStrictEqual(calls[call](defaultRng(BigInt(seed)), BigInt(seed)), value, call);
    }
  });
}
