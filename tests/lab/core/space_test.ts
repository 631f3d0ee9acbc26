import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { InputError } from "../../../lab/core/errors.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete, MultiDiscrete, type Space, Tuple } from "../../../lab/core/space.ts";

const discrete = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: -9, max: 9 })).map((
  [n, start],
) => new Discrete(n, start));
const bound = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(Infinity, -Infinity),
);
const box = fc.array(fc.tuple(bound, bound), { minLength: 1, maxLength: 6 }).map((pairs) => {
  const low = pairs.map(([a, b]) => Math.min(a, b));
  const high = pairs.map(([a, b]) => Math.max(a, b));
  // The same infinity at both ends leaves nothing between them.
  return new Box({
    low: low.map((value) => value === Infinity ? 0 : value),
    high: high.map((value) => value === -Infinity ? 0 : value),
  });
});
const multiDiscrete = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }).map((nvec) =>
  new MultiDiscrete(nvec)
);
const simple: fc.Arbitrary<Space> = fc.oneof<fc.Arbitrary<Space>[]>(discrete, box, multiDiscrete);
const space: fc.Arbitrary<Space> = fc.oneof<fc.Arbitrary<Space>[]>(
  simple,
  fc.array(simple, { maxLength: 4 }).map((spaces) => new Tuple(spaces)),
);

Deno.test("a sample lies in its space, and the same seed draws it again", () => {
  fc.assert(fc.property(space, fc.nat(), (space, seed) => {
    const value = space.sample(defaultRng(seed));
    ok(space.contains(value), `${space}: ${value}`);
    deepStrictEqual(space.sample(defaultRng(seed)), value);
  }));
});

Deno.test("the flat form fills its own part of the array and nothing else", () => {
  fc.assert(fc.property(space, fc.nat(), fc.nat(3), (space, seed, offset) => {
    const out = new Float32Array(offset + space.flatSize + 2).fill(7);
    space.flatten(space.sample(defaultRng(seed)), out, offset);
    ok(out.subarray(0, offset).every((value) => value === 7));
    deepStrictEqual([...out.subarray(offset + space.flatSize)], [7, 7]);
  }));
});

Deno.test("values outside of a space are not contained in it", () => {
  const cases: [Space, unknown[]][] = [
    [new Discrete(3, 1), [0, 4, 1.5, NaN, "1", null, undefined, 1n, [1]]],
    [
      new Box({ low: [-1, 0], high: [1, Infinity] }),
      [
        [0, 0],
        Float32Array.of(0),
        Float32Array.of(-1.5, 0),
        Float32Array.of(0, NaN),
        Float64Array.of(0, 0),
        0,
        null,
      ],
    ],
    [new MultiDiscrete([2, 3]), [Int32Array.of(0, 3), Int32Array.of(-1, 0), Int32Array.of(0), [
      0,
      0,
    ]]],
    [new Tuple([new Discrete(2), new Discrete(2)]), [[0], [0, 2], [0, 1, 0], 0, null]],
  ];
  for (const [space, values] of cases) {
    for (const value of values) ok(!space.contains(value), `${space} holds ${value}`);
  }
});

Deno.test("bounds belong to a box and ends to a range", () => {
  ok(new Box({ low: -1, high: 1, shape: [2] }).contains(Float32Array.of(-1, 1)));
  ok(new Box({ low: [0], high: Infinity }).contains(Float32Array.of(Infinity)));
  ok(new Discrete(3, 1).contains(1) && new Discrete(3, 1).contains(3));
});

Deno.test("a Box between the same infinities, which holds no number, is none", () => {
  for (const bound of [Infinity, -Infinity]) {
    throws(() => new Box({ low: [0, bound], high: [1, bound] }), {
      name: "InputError",
      message: "Cannot make a Box space as a number must lie between each low and its high: " +
        `${bound} and ${bound} at 1`,
    });
  }
  // Bounds are kept as float32.
  throws(() => new Box({ low: 1e39, high: Infinity }), /: Infinity and Infinity at 0$/);
});

Deno.test("flat forms are one-hot for choices and the values for boxes", () => {
  const tuple = new Tuple([
    new Discrete(3, 5),
    new Box({ low: -1, high: 1, shape: [2] }),
    new MultiDiscrete([2, 2]),
  ]);
  strictEqual(tuple.flatSize, 9);
  const out = new Float32Array(9);
  tuple.flatten([6, Float32Array.of(0.5, -0.5), Int32Array.of(1, 0)], out);
  deepStrictEqual([...out], [0, 1, 0, 0.5, -0.5, 0, 1, 1, 0]);
});

Deno.test("samples of a choice take every value about equally often", () => {
  const random = defaultRng(1);
  const counts = new Int32Array(5);
  const space = new Discrete(5, 2);
  for (let i = 0; i < 5000; i++) counts[space.sample(random) - 2]++;
  ok(counts.every((count) => Math.abs(count - 1000) < 120), `${counts}`);
});

Deno.test("a Box has the length of its bounds where it has no shape, and one number where both are one", () => {
  const shapes = [
    new Box({ low: [0, 1, 2], high: 9 }),
    new Box({ low: -9, high: [0, 1] }),
    new Box({ low: [0, 0], high: [1, 1] }),
    new Box({ low: 0, high: 1 }),
    new Box({ low: 0, high: [1, 2, 3, 4, 5, 6], shape: [2, 3] }),
  ].map(({ shape, low, high, flatSize }) => [shape, [...low], [...high], flatSize]);
  deepStrictEqual(shapes, [
    [[3], [0, 1, 2], [9, 9, 9], 3],
    [[2], [-9, -9], [0, 1], 2],
    [[2], [0, 0], [1, 1], 2],
    [[1], [0], [1], 1],
    [[2, 3], [0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6], 6],
  ]);
});

Deno.test("a sample of a Box is uniform between ends, and has a tail where there is none", () => {
  const count = 4000;
  const random = defaultRng(8);
  const ends = new Box({ low: [2, 2, -Infinity, -Infinity], high: [4, Infinity, 2, Infinity] });
  const samples = Array.from({ length: count }, () => ends.sample(random));
  // Mean and variance: uniform 3 and 1/3, exponential 2 ± 1 and 1, normal 0 and 1.
  for (const [i, [mean, variance]] of [[3, 1 / 3], [3, 1], [1, 1], [0, 1]].entries()) {
    const average = samples.reduce((sum, sample) => sum + sample[i], 0) / count;
    const spread = samples.reduce((sum, sample) => sum + (sample[i] - mean) ** 2, 0) / count;
    ok(Math.abs(average - mean) < 4 * Math.sqrt(variance / count), `${i}: ${average}`);
    ok(Math.abs(spread / variance - 1) < 0.2, `${i}: ${spread}`);
  }
});

Deno.test("each space fills an array from its beginning where nothing else is said", () => {
  const cases: [Space, unknown, number[]][] = [
    [new Discrete(3, 4), 5, [0, 1, 0]],
    [new Box({ low: 0, high: 9, shape: [2] }), Float32Array.of(3, 4), [3, 4]],
    [new MultiDiscrete([2, 3]), Int32Array.of(1, 0), [0, 1, 1, 0, 0]],
    [new Tuple([new Discrete(2)]), [0], [1, 0]],
  ];
  for (const [space, value, flat] of cases) {
    const out = new Float32Array(flat.length + 1).fill(7);
    space.flatten(value, out);
    deepStrictEqual([...out], [...flat, 7], `${space}`);
  }
});

Deno.test("a space says what it is in one line", () => {
  // Seven digits are what a float32 is written with.
  strictEqual(
    String(new Box({ low: [0.1, -2.4], high: [1 / 3, 2.4] })),
    "Box([0.1, -2.4], [0.3333333, 2.4])",
  );
  strictEqual(String(new Box({ low: -1, high: 1 })), "Box([-1], [1])");
  strictEqual(
    String(new Box({ low: -1, high: Infinity, shape: [2, 2] })),
    "Box(-1, Infinity, [2, 2])",
  );
  strictEqual(String(new Box({ low: [0, 0], high: [1, 2] })), "Box([0, 0], [1, 2])");
  strictEqual(String(new Discrete(3)), "Discrete(3)");
  strictEqual(String(new Discrete(3, 1)), "Discrete(3, start=1)");
  strictEqual(String(new Box({ low: [-1, 0], high: [1, 2] })), "Box([-1, 0], [1, 2])");
  strictEqual(String(new MultiDiscrete([2, 3])), "MultiDiscrete([2, 3])");
  strictEqual(
    String(new Tuple([new Discrete(2), new Discrete(3)])),
    "Tuple(Discrete(2), Discrete(3))",
  );
});

Deno.test("spaces of no values or unequal bounds are input errors that show what was given", () => {
  for (const n of [0, -1, 1.5, NaN]) {
    throws(() => new Discrete(n), (error: Error) => {
      return error instanceof InputError && error.message.endsWith(`: ${n}`);
    });
  }
  for (const start of [0.5, NaN, Infinity]) {
    throws(() => new Discrete(3, start), {
      name: "InputError",
      message: `Cannot make a Discrete space as start must be a whole number: ${start}`,
    });
  }
  for (const shape of [[-2, -2], [1.5, 2], [NaN]]) {
    throws(() => new Box({ low: 0, high: 1, shape }), {
      name: "InputError",
      message: `Cannot make a Box space as the lengths of its shape must be whole numbers ≥ 0: [${
        shape.join(", ")
      }]`,
    });
  }
  throws(() => new MultiDiscrete([2, 0]), InputError);
  throws(() => new Box({ low: [0, 0], high: [1] }), InputError);
  throws(() => new Box({ low: [0, 0], high: 1, shape: [3] }), {
    message: "Cannot make a Box space as its bounds must have 3 values: 2 and 3",
  });
  throws(() => new Box({ low: [0, 2, 3], high: [1, 1, 1] }), {
    message: "Cannot make a Box space as every low must be ≤ its high: 2 and 1 at 1",
  });
  throws(() => new Box({ low: [0, NaN], high: 1 }), /NaN and 1 at 1/);
  strictEqual(new Box({ low: 1, high: 1 }).flatSize, 1);
});

// deno-lint-ignore no-explicit-any
const anything = <T>(value: T) => value as any;

Deno.test("spaces made of something else say what they take, and what was given", () => {
  for (
    const [make, message] of [
      [() => new Box(anything(0)), "a Box space as it takes { low, high, shape }: 0"],
      [
        () => new Box(anything({ low: 0, hi: 1 })),
        'a Box space as there is no field "hi" (did you mean "high"?): known are low, high, shape',
      ],
      [
        () => new Box(anything({ low: 0 })),
        "a Box space as high must be a number or a list of them: undefined",
      ],
      [
        () => new Box(anything({ low: "0", high: 1 })),
        'a Box space as low must be a number or a list of them: "0"',
      ],
      [
        () => new Box(anything({ low: ["0", 0], high: 1 })),
        'a Box space as low must be a number or a list of them: ["0",0]',
      ],
      [
        () => new Box(anything({ low: 0, high: 1, shape: 3 })),
        "a Box space as its shape must be a list of numbers: 3",
      ],
      [
        () => new MultiDiscrete(anything(3)),
        "a MultiDiscrete space as nvec must be a list of whole numbers ≥ 1: 3",
      ],
      [
        () => new MultiDiscrete(anything(["2"])),
        'a MultiDiscrete space as nvec must be a list of whole numbers ≥ 1: ["2"]',
      ],
      [
        () => new Tuple(anything([3])),
        "a Tuple space as it takes a list of spaces: [3]",
      ],
    ] as const
  ) throws(make, { name: "InputError", message: `Cannot make ${message}` });
  strictEqual(new MultiDiscrete(anything(Int32Array.of(2, 3))).flatSize, 5);
});
