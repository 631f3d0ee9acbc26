/** Files that a thread reads ahead, with a thread that does what each test says. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { phase, readAhead, type Reading } from "../../../lab/experiment/read_ahead.ts";

/** Stands in for a thread. */
class Stand {
  readonly asked: Reading[] = [];
  terminated = 0;
  onerror: ((event: { preventDefault(): void }) => void) | undefined;
  constructor(readonly url: URL | string) {
    stands.push(this);
  }
  postMessage(reading: Reading): void {
    this.asked.push(reading);
  }
  terminate(): void {
    this.terminated++;
  }
  /** Reads the newest of what it was asked for: example i of `size` numbers is `first` + i. */
  reads(first: number, ended: number = phase.waits): void {
    const { paths, values, size, word } = this.asked.at(-1)!;
    paths.forEach((_, i) => values.fill(first + i, i * size, (i + 1) * size));
    Atomics.store(word, 0, ended);
  }
}

const stands: Stand[] = [];
const decoder = new URL("file:///decoder.ts");

/** Runs a test with such threads; each takes two numbers an example. */
function withStands(test: (ahead: ReturnType<typeof readAhead>) => void): () => void {
  return () => {
    const { Worker } = globalThis;
    globalThis.Worker = Stand as unknown as typeof Worker;
    stands.length = 0;
    try {
      test(readAhead(decoder, { channels: 1 }, 2));
    } finally {
      globalThis.Worker = Worker;
    }
  };
}

/** What is taken: the numbers, or false. */
function taken(ahead: ReturnType<typeof readAhead>, ...paths: string[]): number[] | false {
  const to = new Float32Array(2 * paths.length + 1).fill(-1);
  return ahead.take(paths, to) && [...to];
}

Deno.test(
  "what was asked for is handed over once, the first of it too, and the rest of the room stays",
  withStands((ahead) => {
    strictEqual(stands.length, 0, "a thread begins with the first files");
    ahead.ask(["a", "b", "c"]);
    const [{ url, asked: [{ paths, size, decoder: module, options }] }] = stands;
    ok(`${url}`.endsWith("/lab/experiment/reading_thread.ts"));
    deepStrictEqual([paths, size, module, options], [
      ...[["a", "b", "c"], 2, decoder.href, { channels: 1 }],
    ]);
    stands[0].reads(5);
    deepStrictEqual(taken(ahead, "a", "b"), [5, 5, 6, 6, -1]);
    strictEqual(taken(ahead, "a", "b"), false);
  }),
);

Deno.test(
  "files that were not asked for, or in another order, are not handed over",
  withStands((ahead) => {
    strictEqual(taken(ahead, "a"), false);
    ahead.ask(["a", "b"]);
    stands[0].reads(1);
    for (const paths of [["b", "a"], ["a", "c"], ["a", "b", "c"]]) {
      strictEqual(taken(ahead, ...paths), false);
    }
    deepStrictEqual(taken(ahead, "a", "b"), [1, 1, 2, 2, -1]);
  }),
);

Deno.test(
  "a thread that still reads leaves what it is asked for then; one that rests takes it",
  withStands((ahead) => {
    ahead.ask(["a"]);
    ahead.ask(["b"]);
    strictEqual(stands[0].asked.length, 1);
    stands[0].reads(1);
    strictEqual(taken(ahead, "b"), false);
    deepStrictEqual(taken(ahead, "a"), [1, 1, -1]);
    ahead.ask(["c", "d"]); // needs more room than before
    stands[0].reads(7);
    deepStrictEqual(taken(ahead, "c", "d"), [7, 7, 8, 8, -1]);
    ahead.ask(["e"]);
    const [, second, third] = stands[0].asked;
    strictEqual(second.values, third.values, "room that is large enough is used again");
    strictEqual(stands.length, 1);
    // One that has left gives way to another.
    stands[0].reads(3, phase.left);
    deepStrictEqual(taken(ahead, "e"), [3, 3, -1]);
    ahead.ask(["f"]);
    strictEqual(stands.length, 2);
    stands[1].reads(9);
    deepStrictEqual(taken(ahead, "f"), [9, 9, -1]);
  }),
);

Deno.test(
  "after a file that cannot be read, and after a thread that fails, nothing is read ahead any more",
  () => {
    const failures = [
      () => stands[0].reads(1, phase.failed),
      () => {
        let prevented = 0;
        stands[0].onerror!({ preventDefault: () => prevented++ });
        strictEqual(prevented, 1);
      },
    ];
    for (const fail of failures) {
      withStands((ahead) => {
        ahead.ask(["a"]);
        fail();
        strictEqual(taken(ahead, "a"), false);
        ahead.ask(["b"]);
        strictEqual(taken(ahead, "b"), false);
        deepStrictEqual([stands.length, stands[0].asked.length], [1, 1]);
      })();
    }
  },
);

Deno.test(
  "a thread that takes longer than half a minute is ended, and who needs the files reads them",
  withStands((ahead) => {
    const { wait } = Atomics;
    const waits: unknown[] = [];
    Atomics.wait = ((_: Int32Array, ...given: number[]) => {
      waits.push(given);
      return "timed-out";
    }) as typeof wait;
    try {
      ahead.ask(["a"]);
      strictEqual(taken(ahead, "a"), false);
    } finally {
      Atomics.wait = wait;
    }
    deepStrictEqual(waits, [[0, phase.reads, 30_000]]);
    strictEqual(stands[0].terminated, 1);
    ahead.ask(["b"]);
    deepStrictEqual([stands.length, stands[0].asked.length], [1, 1]);
  }),
);
