import { deepStrictEqual, strictEqual } from "node:assert";
import { signal } from "@preact/signals";
import { type Asking, useAsked } from "../../web/components/asked.ts";
import { connected, reconnections } from "../../web/live.ts";
import { answered, SmallPage } from "./small_page.ts";

/** What was asked, each answered by hand; what was taken, and why others were not. */
function asking(answer: Partial<Asking<string>> = {}) {
  const question = signal<string | undefined>("a");
  const news = signal(0);
  const asked: { about: string; signal: AbortSignal; answer: (text: string | Error) => void }[] =
    [];
  const [taken, failed]: [string[], string[]] = [[], []];
  function View() {
    const about = question.value;
    useAsked<string>({
      question: about,
      stamp: news.value,
      get: (signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        asked.push({
          ...{ about: about!, signal },
          answer: (text) => typeof text === "string" ? resolve(text) : reject(text),
        });
        return promise;
      },
      take: (text) => taken.push(text),
      fail: (reason) => failed.push(reason),
      ...answer,
    });
    return null;
  }
  const page = new SmallPage(View, {});
  return {
    page,
    question,
    news,
    asked,
    taken,
    failed,
    [Symbol.dispose]: () => page[Symbol.dispose](),
  };
}

Deno.test("news that are faster than answers keep none away, and all are asked for once more", async () => {
  using it = asking();
  for (let i = 0; i < 5; i++) {
    it.news.value += 1;
    await answered();
  }
  deepStrictEqual([it.asked.length, it.asked[0].signal.aborted], [1, false]);
  it.asked[0].answer("old");
  await answered();
  deepStrictEqual([it.taken, it.asked.length], [["old"], 2]);
  it.asked[1].answer("new");
  await answered();
  deepStrictEqual([it.taken, it.asked.length], [["old", "new"], 2]);
  it.news.value += 1;
  await answered();
  strictEqual(it.asked.length, 3);
});

Deno.test("another question breaks off the one before, whose answer comes too late; none asks nothing", async () => {
  using it = asking();
  it.question.value = "b";
  await answered();
  deepStrictEqual(it.asked.map(({ about, signal }) => [about, signal.aborted]), [
    ["a", true],
    ["b", false],
  ]);
  it.asked[1].answer("b's");
  it.asked[0].answer("a's");
  await answered();
  deepStrictEqual([it.taken, it.asked.length], [["b's"], 2]);
  it.question.value = "c";
  await answered();
  it.question.value = undefined;
  await answered();
  strictEqual(it.asked[2].signal.aborted, true);
  it.news.value += 1;
  await answered();
  strictEqual(it.asked.length, 3);
});

Deno.test("what a page was made with is asked for from its first news on", async () => {
  using it = asking({ answered: true });
  await answered();
  strictEqual(it.asked.length, 0);
  it.news.value += 1;
  await answered();
  strictEqual(it.asked.length, 1);
});

Deno.test("a server that is away is asked again once it is back, one that refuses is quoted", async () => {
  try {
    using it = asking();
    connected.value = true;
    it.asked[0].answer(new TypeError("fetch failed"));
    await answered();
    deepStrictEqual([it.failed, it.asked.length], [[], 1]);
    reconnections.value += 1;
    await answered();
    it.asked[1].answer(new Error("Cannot do that"));
    await answered();
    deepStrictEqual([it.failed, it.asked.length], [["Cannot do that"], 2]);
    // Where nobody listens to a server, as in a built page, nothing else would say it.
    connected.value = undefined;
    it.news.value += 1;
    await answered();
    it.asked[2].answer(new TypeError("fetch failed"));
    await answered();
    deepStrictEqual(it.failed.at(-1), "The server does not answer.");
  } finally {
    connected.value = undefined;
  }
});
