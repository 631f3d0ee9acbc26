import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import {
  defaultRng,
  deriveSeed,
  type Generator,
  SeedSequence,
  streamOf,
} from "../../../lab/core/random.ts";
import { exponentialEdges, normalEdges } from "../../../lab/core/ziggurat_tables.ts";

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

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

const sizedIntegers = /^integers\((-?\d+), (-?\d+), (\d+), dtype=(\w+)\)$/;
const probabilities = [0.1, 0.2, 0.3, 0.1, 0.2, 0.1];

/** The lab's result of one call of `more.json`. */
function resultOf(random: Generator, seed: bigint, call: string): unknown[] {
  const match = sizedIntegers.exec(call);
  if (match !== null) {
    const out = new arrays[match[4] as keyof typeof arrays](Number(match[3]));
    random.fillIntegers(out, BigInt(match[1]), BigInt(match[2]));
    return strings(out);
  }
  const distinct = { replace: false };
  const unshuffled = { replace: false, shuffle: false };
  switch (call) {
    case "integers(0, 6, 9, endpoint=True)":
      return strings(times(9, () => random.integers(0, 6, { endpoint: true })));
    case "choice(20000, 3, replace=False)":
      return strings(random.choice(20000, 3, distinct));
    case "choice(20000, 500, replace=False)[:5]":
      return strings(random.choice(20000, 500, distinct).subarray(0, 5));
    case "choice(20000, 1100, replace=False, shuffle=False)[:5]":
      return strings(random.choice(20000, 1100, unshuffled).subarray(0, 5));
    case "choice(30, 8, replace=False, shuffle=False)":
      return strings(random.choice(30, 8, unshuffled));
    case "choice(6, 6, replace=False, p=[0.1, 0.2, 0.3, 0.1, 0.2, 0.1])":
      return strings(random.choice(6, 6, { replace: false, p: probabilities }));
    case "standard_normal(300000), beyond 3.6542":
      return times(300000, () => random.standardNormal()).filter((x) => Math.abs(x) > 3.6542);
    case "standard_exponential(60000), beyond 7.6972":
      return times(60000, () => random.standardExponential()).filter((x) => x > 7.6972);
  }
  const [kind, name] = call.split(" ");
  if (kind === "derived") return [String(deriveSeed(seed, name))];
  const stream = streamOf(seed, name);
  return times(3, () => stream.random());
}

Deno.test("integers of every width, choice, tails and named streams are NumPy's bits", () => {
  const { calls } = read("more.json") as {
    calls: { seed: string; call: string; value: unknown[] }[];
  };
  for (const { seed, call, value } of calls) {
    deepStrictEqual(
      resultOf(defaultRng(BigInt(seed)), BigInt(seed), call),
      value,
      `${call} of seed ${seed}`,
    );
  }
});

Deno.test("a seed that is no whole number of 128 bits is an input error that shows it", () => {
  for (const seed of [-1, 1.5, NaN, Infinity, 2 ** 53, -1n, 1n << 128n]) {
    throws(() => defaultRng(seed), (error: Error) => {
      return error instanceof InputError && error.message.includes(String(seed));
    });
  }
  defaultRng((1n << 128n) - 1n);
  defaultRng(2 ** 53 - 1);
});

Deno.test("a generator restored from JSON goes on with the same draws of every kind", () => {
  const drawAll = (random: Generator) => [
    random.integers(5),
    random.random(),
    random.random32(),
    random.standardNormal(),
    random.spawn(2)[1].random(),
    random.standardNormal32(),
  ];
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.nat(9),
      fc.boolean(),
      (seed, draws, odd) => {
        const random = streamOf(seed, "policy");
        for (let i = 0; i < draws; i++) drawAll(random);
        if (odd) random.random32();
        const snapshot = JSON.parse(JSON.stringify(random.snapshot()));
        const other = defaultRng(0);
        other.random32();
        other.restore(snapshot);
        deepStrictEqual(drawAll(other), drawAll(random));
        deepStrictEqual(other.snapshot(), random.snapshot());
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("restoring from something else is an input error", () => {
  const snapshot = defaultRng(1).snapshot() as Record<string, never>;
  const broken = [
    null,
    {},
    { ...snapshot, state: "x" },
    { ...snapshot, state: String(1n << 128n) },
    { ...snapshot, increment: "2" },
    { ...snapshot, half: -1 },
    { ...snapshot, entropy: 1 },
    { ...snapshot, spawnKey: [0.5] },
  ];
  for (const value of broken) throws(() => defaultRng(1).restore(value), InputError);
});

Deno.test("integers stay in bounds and empty or fractional bounds are input errors", () => {
  const random = defaultRng(3);
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a + (a === b ? 1 : 0)];
      if (!Number.isSafeInteger(high - low) || !Number.isSafeInteger(high)) return;
      const drawn = random.integers(low, high);
      ok(Number.isSafeInteger(drawn) && drawn >= low && drawn < high, `${low} ${high} ${drawn}`);
    }),
  );
  strictEqual(random.integers(4, 5), 4);
  throws(() => random.integers(0), InputError);
  throws(() => random.integers(3, 2), InputError);
  throws(() => random.integers(0.5), InputError);
  throws(() => random.integers(NaN), InputError);
  throws(() => random.fillIntegers(new Int8Array(1), 0, 129), InputError);
  throws(() => random.fillIntegers(new Uint8Array(1), -1, 5), InputError);
});

Deno.test("choice rejects what is no distribution and more than there is", () => {
  const random = defaultRng(3);
  ok(random.choice(3) < 3);
  throws(() => random.choice(3, 4, { replace: false }), InputError);
  throws(() => random.choice(2, 1, { p: [0.5, 0.6] }), InputError);
  throws(() => random.choice(2, 1, { p: [1.5, -0.5] }), InputError);
  throws(() => random.choice(3, 1, { p: [0.5, 0.5] }), InputError);
  throws(() => random.choice(3, 3, { p: [0.5, 0.5, 0], replace: false }), InputError);
  throws(() => random.choice(0), InputError);
  throws(() => random.choice(2.5), InputError);
});

Deno.test("filled arrays hold the double draws rounded to float32, and no uniform is 1", () => {
  const uniform = new Float32Array(1000);
  defaultRng(5).fillUniform(uniform);
  const random = defaultRng(5);
  deepStrictEqual([...uniform], times(1000, () => Math.fround(random.random())));

  const normal = new Float32Array(1000);
  defaultRng(6).fillStandardNormal(normal);
  const other = defaultRng(6);
  deepStrictEqual([...normal], times(1000, () => Math.fround(other.standardNormal())));

  const highest = defaultRng(7);
  highest.random = () => 1 - 2 ** -53;
  highest.fillUniform(uniform);
  ok(uniform.every((value) => value < 1));
});

Deno.test("a permutation holds every index once and a shuffle every element", () => {
  const random = defaultRng(8);
  fc.assert(fc.property(fc.nat(50), (n) => {
    deepStrictEqual([...random.permutation(n)].sort((a, b) => a - b), [...Array(n).keys()]);
  }));
});

Deno.test("negative scales, endless ranges and broken counts are input errors", () => {
  throws(() => defaultRng(0).normal(0, -1), InputError);
  throws(() => defaultRng(0).exponential(NaN), InputError);
  throws(() => defaultRng(0).uniform(0, Infinity), InputError);
  throws(() => defaultRng(0).uniform(NaN), InputError);
  for (const count of [2.5, -1, NaN, 2 ** 31]) {
    throws(() => defaultRng(0).permutation(count), InputError);
    throws(() => defaultRng(0).spawn(count), InputError);
  }
});

Deno.test("float32 draws beyond the ziggurat's layers are NumPy's", () => {
  // numpy 2.4: default_rng(7).standard_normal(60000, dtype=float32), those beyond 3.654.
  const random = defaultRng(7);
  const drawn = times(60_000, () => random.standardNormal32());
  const far = [...drawn.entries()].filter(([, x]) => Math.abs(x) > 3.6541528853610088);
  deepStrictEqual(far, [
    [16277, -4.286896705627441],
    [17391, -3.9989447593688965],
    [22435, 3.76969313621521],
    [25442, -4.176800727844238],
    [31053, -3.7303755283355713],
    [34150, 4.239436149597168],
    [37419, -3.6978354454040527],
    [38248, 3.812027931213379],
    [44139, 3.665409564971924],
    [44483, 3.7923965454101562],
    [50592, -3.801408290863037],
  ]);
  strictEqual(random.standardNormal32(), 1.0483999252319336);
});

Deno.test("the layers of both ziggurats have one area, and end where the tails begin", () => {
  // Marsaglia and Tsang 2000, section 2: x[i] (f(x[i − 1]) − f(x[i])) = V, and R f(R) + tail = V.
  const densities = [
    [normalEdges, (x: number) => Math.exp(-0.5 * x * x), 3.6541528853610088],
    [exponentialEdges, (x: number) => Math.exp(-x), 7.69711747013105],
  ] as const;
  for (const [edges, density, tail] of densities) {
    strictEqual(edges.length, 256);
    strictEqual(edges[255], tail);
    const area = edges[0] * density(tail);
    for (let i = 1; i < 256; i++) {
      const below = i === 1 ? 1 : density(edges[i - 1]);
      const own = edges[i] * (below - density(edges[i]));
      ok(Math.abs(own / area - 1) < 1e-12, `layer ${i}: ${own / area}`);
    }
  }
});
