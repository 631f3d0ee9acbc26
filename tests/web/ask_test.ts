/** How often a page changes its address. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { keepBeside, keepQuery } from "../../web/ask.ts";

Deno.test("an address changes at once, and no oftener than browsers take: then the newest comes later", () => {
  const addresses: string[] = [];
  const heard = new Map<string, () => void>();
  let timer: (() => void) | undefined;
  let now = 0;
  const stubs = {
    location: { protocol: "http:", pathname: "/" },
    history: {
      state: null as unknown,
      replaceState(state: unknown, _: string, to?: string) {
        this.state = state;
        addresses.push(to ?? "beside");
      },
    },
    setTimeout: (later: () => void) => (timer = later, 1),
    addEventListener: (name: string, listener: () => void) => heard.set(name, listener),
  };
  const before = Object.keys(stubs).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  for (const [name, value] of Object.entries(stubs)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  const clock = Object.getOwnPropertyDescriptor(performance, "now");
  Object.defineProperty(performance, "now", { value: () => now, configurable: true });
  try {
    keepQuery("a");
    keepBeside("chosen", ["r1"]);
    deepStrictEqual(addresses, ["?a", "beside"]);
    for (let i = 0; i < 200; i++, now += 10) keepQuery(`filter=${i}`);
    ok(addresses.length < 100);
    strictEqual(addresses.at(-1), `?filter=${addresses.length - 3}`);
    const later = timer!;
    later();
    ok(addresses.length < 100);
    now += 30_000;
    keepBeside("chosen", []);
    timer!();
    deepStrictEqual(addresses.slice(-2), ["?filter=199", "beside"]);
    deepStrictEqual(stubs.history.state, { chosen: [] });
    // Who leaves the page meanwhile has the last one, too.
    for (let i = 0; i < 200; i++) keepQuery(`x=${i}`);
    heard.get("pagehide")!();
    strictEqual(addresses.at(-1), "?x=199");
    const { length } = addresses;
    heard.get("pagehide")!();
    strictEqual(addresses.length, length);
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) delete (globalThis as Record<string, unknown>)[name];
      else Object.defineProperty(globalThis, name, descriptor);
    }
    if (clock === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, "now", clock);
  }
});
