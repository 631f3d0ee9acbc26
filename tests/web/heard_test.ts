/** What a page has heard of its server, and what it listens to. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { LiveMessage } from "../../web/routes/api/live.ts";
import { EVENTS } from "../../web/contents.ts";
import {
  connected,
  contentsFrom,
  hear,
  heardGrowth,
  heardMessages,
  isGone,
  listen,
  reconnections,
  rowOf,
  stampOf,
  stampOfAll,
  statusHeard,
} from "../../web/live.ts";

const row = (id: string, status: string, stamp: number) => ({ id, status, stamp });
const message = (parts: Record<string, unknown>): LiveMessage =>
  ({ rows: [], removed: [], complete: false, ...parts }) as unknown as LiveMessage;

Deno.test("rows that are heard of replace those before, and a whole list replaces all", () => {
  hear(message({ complete: true, rows: [row("a", "running", 1), row("b", "running", 2)] }));
  deepStrictEqual(["a", "b", "c"].map(isGone), [false, false, true]);
  const count = heardMessages.value;
  hear(message({ rows: [row("a", "completed", 3), row("c", "running", 4)] }));
  deepStrictEqual(["a", "b", "c", "d"].map(statusHeard), [
    ...["completed", "running", "running", undefined],
  ]);
  deepStrictEqual(["a", "b", "d"].map(stampOf), [3, 2, 0]);
  strictEqual(heardMessages.value, count + 1);
  hear(message({ removed: ["b"] }));
  deepStrictEqual([isGone("a"), isGone("b"), statusHeard("b")], [false, true, undefined]);
  const initial = row("b", "queued", 0) as unknown as Parameters<typeof rowOf>[0];
  strictEqual(rowOf(initial), initial);
  strictEqual(rowOf({ ...initial, id: "a" }).status, "completed");
  // What was removed and is there again, in one message, is there.
  hear(message({ removed: ["a"], rows: [row("a", "running", 5)] }));
  strictEqual(stampOf("a"), 5);
  hear(message({ complete: true, rows: [row("d", "running", 6)] }));
  deepStrictEqual([isGone("a"), statusHeard("a"), statusHeard("d")], [
    ...[true, undefined, "running"],
  ]);
});

Deno.test("named runs have a stamp of their own news, all together one of everybody's", () => {
  const stamps = () => [["n1", "n2"], ["n2ab"], []].map(stampOfAll);
  const changed = (parts: Record<string, unknown>) => {
    const before = stamps();
    hear(message(parts));
    return stamps().map((stamp, i) => stamp !== before[i]);
  };
  deepStrictEqual(changed({ rows: [row("n2abc", "running", 1)] }), [true, true, true]);
  deepStrictEqual(changed({ rows: [row("n2abc", "running", 2)] }), [true, true, true]);
  deepStrictEqual(changed({ rows: [row("o1", "running", 3)] }), [false, false, true]);
  // Of the first no row was heard before it went.
  deepStrictEqual(changed({ removed: ["n1abc"] }), [true, false, true]);
  deepStrictEqual(changed({ removed: ["n2abc"] }), [true, true, true]);
  deepStrictEqual(changed({ rows: [row("n1abc", "running", 4)] }), [true, false, true]);
  deepStrictEqual(changed({ grown: { a: 1 } }), [false, false, false]);
});

Deno.test("contents are those that came last, with the news since then", () => {
  const initial = { names: ["x"], events: [], eventCount: 0, digest: null };
  const from = () => contentsFrom(initial as unknown as Parameters<typeof contentsFrom>[0]);
  hear(message({ news: { digest: "too early" } }));
  strictEqual(from().digest, null);
  const event = (iteration: number) => ({ iteration, level: "info", message: "m" });
  const events = Array.from({ length: EVENTS - 1 }, (_, i) => event(i));
  hear(message({ contents: { ...initial, names: ["y"], events, eventCount: 300 } }));
  deepStrictEqual([from().names, from().events.length], [["y"], EVENTS - 1]);
  hear(message({ news: { events: [event(500), event(501)], eventCount: 302 } }));
  deepStrictEqual(
    [from().names, from().events.length, from().events[0].iteration, from().eventCount],
    [["y"], EVENTS, 1, 302],
  );
  strictEqual(from().events.at(-1)!.iteration, 501);
  // Where there are fewer than before, as a resumed run has, these are all.
  hear(message({ news: { events: [event(7)], eventCount: 1 } }));
  deepStrictEqual(from().events.map(({ iteration }) => iteration), [7]);
  hear(message({ news: { digest: "d" } }));
  deepStrictEqual([from().digest, from().events.length], ["d", 1]);
  hear(message({ grown: { a: 1 } }));
  hear(message({}));
  deepStrictEqual(heardGrowth.value as unknown, { a: 1 });
});

Deno.test("a page listens while it is seen, from the moment that it heard last", () => {
  const opened: Source[] = [];
  class Source {
    onopen = () => {};
    onerror = () => {};
    onmessage = (_: { lastEventId: string; data: string }) => {};
    isOpen = true;
    static readonly CLOSED = 2;
    readyState = 0;
    constructor(readonly url: string) {
      opened.push(this);
    }
    close() {
      this.isOpen = false;
    }
  }
  const turns = new Set<() => void>();
  const seen = {
    hidden: false,
    addEventListener: (name: string, turn: () => void) =>
      void (name === "visibilitychange" && turns.add(turn)),
    removeEventListener: (_: string, turn: () => void) => void turns.delete(turn),
  };
  const waiting = new Map<number, () => void>();
  const timers = {
    setTimeout: (later: () => void) => (waiting.set(waiting.size + 1, later), waiting.size),
    clearTimeout: (id: number) => void waiting.delete(id),
  };
  const names = ["document", "EventSource", "setTimeout", "clearTimeout"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  Object.assign(globalThis, { document: seen, EventSource: Source, ...timers });
  try {
    const stop = listen(12, "r1");
    strictEqual(opened[0].url, "/api/live?after=12&run=r1");
    opened[0].onopen();
    deepStrictEqual([connected.value, reconnections.value], [true, 0]);
    opened[0].onerror();
    strictEqual(connected.value, false);
    opened[0].onopen();
    deepStrictEqual([connected.value, reconnections.value], [true, 1]);
    const data = JSON.stringify(message({ rows: [row("z", "running", 9)] }));
    opened[0].onmessage({ lastEventId: "15", data });
    strictEqual(stampOf("z"), 9);
    seen.hidden = true;
    for (const turn of turns) turn();
    deepStrictEqual([opened.length, opened[0].isOpen], [1, false]);
    seen.hidden = false;
    for (const turn of turns) turn();
    deepStrictEqual([opened[1].url, opened[1].isOpen], ["/api/live?after=15&run=r1", true]);
    // Points that came meanwhile are told by no message.
    opened[1].onopen();
    deepStrictEqual([connected.value, reconnections.value], [true, 2]);
    stop();
    deepStrictEqual([opened[1].isOpen, turns.size], [false, 0]);
    const leave = listen(3, null);
    strictEqual(opened[2].url, "/api/live?after=3");
    opened[2].onopen();
    strictEqual(reconnections.value, 2);
    leave();
    const again = listen(3, null);
    opened[3].onerror();
    opened[3].onopen();
    strictEqual(reconnections.value, 3);
    again();
    // A browser gives up after a refusal: the page asks again after a while, unless it is left.
    const refused = listen(3, null);
    opened[4].readyState = Source.CLOSED;
    opened[4].onerror();
    strictEqual(opened.length, 5);
    for (const later of waiting.values()) later();
    deepStrictEqual([opened.length, opened[4].isOpen], [6, false]);
    opened[5].readyState = Source.CLOSED;
    opened[5].onerror();
    refused();
    deepStrictEqual([opened.length, waiting.size], [6, 0]);
  } finally {
    names.forEach((name, i) => {
      delete (globalThis as Record<string, unknown>)[name];
      if (before[i] !== undefined) Object.defineProperty(globalThis, name, before[i]);
    });
    connected.value = undefined;
  }
});
