/** Work by frames, whose clock and frames are the test's. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { signal } from "@preact/signals";
import { animate, inFrames } from "../../web/player/frames.ts";

const unexpected = (error: Error) => {
  throw error;
};

/** Frames every 16 ms of a clock that work moves on. */
function withFrames(
  test: (page: { pass: (milliseconds: number) => void; turn: () => boolean }) => void,
) {
  const page = globalThis as unknown as Record<string, unknown>;
  const { now } = performance;
  let time = 0;
  let next: ((now: number) => void) | undefined;
  performance.now = () => time;
  page.requestAnimationFrame = (turn: (now: number) => void) => {
    next = turn;
    return 1;
  };
  page.cancelAnimationFrame = () => next = undefined;
  const turn = () => {
    const now = next;
    next = undefined;
    time = 16 * (Math.floor(time / 16) + 1);
    now?.(time);
    return now !== undefined;
  };
  try {
    test({ pass: (milliseconds) => time += milliseconds, turn });
  } finally {
    performance.now = now;
    delete page.requestAnimationFrame;
    delete page.cancelAnimationFrame;
  }
}

Deno.test("work by frames is done as often as asked, however long it takes, and shown after each frame", () =>
  withFrames(({ pass, turn }) => {
    for (const total of [1, 2, 7, 100]) {
      for (const milliseconds of [0, 1, 5, 12, 40]) {
        const shown: number[] = [];
        let made = 0;
        inFrames(
          total,
          () => {
            made++;
            pass(milliseconds);
          },
          () => shown.push(made),
          unexpected,
        );
        while (turn());
        deepStrictEqual([made, shown.at(-1)], [total, total], `${total} of ${milliseconds} ms`);
        const each = milliseconds === 0 ? total : Math.ceil(12 / milliseconds);
        strictEqual(shown.length, Math.ceil(total / each));
      }
    }
    let made = 0;
    const end = inFrames(
      100,
      () => {
        made++;
        pass(12);
      },
      () => {},
      unexpected,
    );
    turn();
    end();
    while (turn());
    strictEqual(made, 1);
  }));

Deno.test("a step that cannot be made ends work by frames, and says why", () =>
  withFrames(({ turn }) => {
    const [said, shown]: [string[], number[]] = [[], []];
    let made = 0;
    inFrames(
      10,
      () => {
        if (++made === 3) throw new Error("It broke.");
      },
      () => shown.push(made),
      ({ message }) => said.push(message),
    );
    while (turn());
    deepStrictEqual([made, shown, said], [3, [], ["It broke."]]);
  }));

Deno.test("an animation keeps its pace, catches up a quarter of a second at most, and tells its rate", () =>
  withFrames(({ pass, turn }) => {
    for (const pace of [5, 50, 200]) {
      const rate = signal(0);
      let made = 0;
      const end = animate(pace, () => made++, () => {}, rate);
      for (let frame = 0; frame < 125; frame++) turn();
      ok(Math.abs(made - 2 * pace) <= 1, `${made} steps in 2 s at ${pace}`);
      ok(Math.abs(rate.value - pace) <= 2, `${rate.value} at ${pace}`);
      const before = made;
      pass(10_000);
      turn();
      ok(made - before <= 0.25 * pace + 1, `${made - before} at ${pace} after a long pause`);
      end();
      strictEqual(turn(), false);
    }
  }));
