import { ok } from "node:assert";
import { type ThreadChoice, threadChoices } from "../../../../lab/compute/compile/thread_choice.ts";
import { defaultRng } from "../../../../lab/core/random.ts";

/** What a run costs, in milliseconds, on one or all threads, so long after the first. */
type Cost = (many: boolean, elapsed: number) => number;

/** Runs from one time to another. */
interface Span {
  /** Share of the time spent on all threads. */
  readonly many: number;
  /** Milliseconds a run. */
  readonly each: number;
}

/** A program whose runs cost what `cost` says, on a clock of its own. */
function program(cost: Cost) {
  const choices = threadChoices();
  let choice: ThreadChoice = choices.next().value;
  let now = 0;
  return {
    until(end: number): Span {
      const begun = now;
      let [runs, many] = [0, 0];
      while (now < end) {
        const milliseconds = cost(choice.many, now);
        now += milliseconds;
        runs += 1;
        if (choice.many) many += milliseconds;
        choice = choices.next(milliseconds).value;
      }
      return { many: many / (now - begun), each: (now - begun) / runs };
    },
    get choice() {
      return choice;
    },
  };
}

Deno.test("threads that halve the time are taken, and nearly always", () => {
  for (const one of [0.2, 0.8, 36]) {
    const { until } = program((many) => many ? one / 2 : one);
    until(100 * one + 1000);
    const { many, each } = until(100 * one + 60_000);
    ok(many > 0.9, `${many}`);
    ok(each < 0.55 * one, `${each} of ${one}`);
  }
});

Deno.test("threads that do not gain enough are left, and cost next to nothing", () => {
  for (const factor of [0.9, 1, 3, 30]) {
    const { until } = program((many) => many ? 0.8 * factor : 0.8);
    until(2000);
    const { many, each } = until(60_000);
    ok(many < 0.06, `${many}`);
    ok(each < 0.8 * 1.06, `${each}`);
  }
});

Deno.test("what was taken is kept unless it is clearly slower", () => {
  let factor = 0.5;
  const { until } = program((many) => many ? 0.8 * factor : 0.8);
  until(2000);
  factor = 0.92;
  ok(until(60_000).many > 0.9);
  factor = 0.98;
  until(120_000);
  ok(until(180_000).many < 0.06);
});

Deno.test("code that the engine has not optimized yet gets another chance soon", () => {
  let threaded = 0;
  const { until } = program((many) => {
    if (many) threaded += 1;
    return many ? (threaded < 70 ? 4 : 0.4) : 0.8;
  });
  until(8000);
  ok(until(12_000).many > 0.85);
});

Deno.test("threads that others keep waiting are left at once, and taken again later", () => {
  const busy = (elapsed: number) => elapsed > 10_000 && elapsed < 20_000;
  const { until } = program((many, elapsed) => many ? (busy(elapsed) ? 25 : 0.6) : 1.2);
  ok(until(10_000).many > 0.8);
  const first = until(11_000);
  ok(first.many < 0.6, `${first.many}`);
  const { each } = until(20_000);
  ok(each < 1.6, `${each}`);
  until(60_000);
  ok(until(90_000).many > 0.9);
});

Deno.test("single runs that are interrupted decide nothing", () => {
  const random = defaultRng(1);
  const { until } = program((many) =>
    (many ? 0.5 : 0.8) + (random.random() < 0.01 ? 5 * random.random() : 0)
  );
  until(5000);
  ok(until(300_000).many > 0.85);
});

Deno.test("a run waits for threads as long as a quarter of what one takes, and 5 ms at most", () => {
  for (const [one, patience] of [[0.8, 0.2], [36, 5]]) {
    const each = program((many) => many ? one / 2 : one);
    each.until(5000);
    ok(Math.abs(each.choice.patience / patience - 1) < 1e-9, `${each.choice.patience}`);
  }
});
