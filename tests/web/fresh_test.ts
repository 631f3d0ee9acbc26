/** Pages and problems of the server: what a reader is told, and what its terminal. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { h } from "preact";
import { Access } from "../../web/access.ts";
import { App, island, type LayoutProps, page } from "../../web/fresh.ts";
import { InputError, LabError } from "../../lab/core/errors.ts";

const layout = ({ title, path, islands, main }: LayoutProps) =>
  h("html", null, [
    h("title", null, title),
    h("b", null, `${path} ${islands.join()}`),
    h("main", { dangerouslySetInnerHTML: { __html: main } }),
  ]);

/** An application whose routes fail as they are asked to, and what its terminal was told. */
async function serving(
  test: (
    ask: (path: string, init?: RequestInit) => Promise<{ status: number; text: string }>,
    told: unknown[],
  ) => Promise<void>,
): Promise<void> {
  const errors: Readonly<Record<string, () => Error>> = {
    input: () => new InputError("Cannot find /home/me/runs as it is gone"),
    lab: () => new LabError("Cannot read /home/me/runs as the disk is gone"),
    fault: () => new TypeError("x of undefined at /home/me"),
  };
  const failing = (kind: string): never => {
    throw errors[kind]();
  };
  const shown = (message: string) => message.replaceAll("/home/me/runs", "the store");
  const Counter = island("counter", ({ from }: { from: number }) => h("i", null, `${from}!`));
  const app = new App({ from: 3 }, layout, shown, new Access(undefined))
    .route("/fails/:kind", { handler: ({ params }) => failing(params.kind) })
    .route("/api/fails/:kind", { handler: ({ params }) => failing(params.kind) })
    .route("/late/:kind", {
      handler: ({ params }) => ({
        ...{ title: "Late", islands: ["counter"] },
        later: () =>
          params.kind === "well" ? Promise.resolve(7) : Promise.reject(errors[params.kind]()),
      }),
      default: ({ data }: { data: number }) => h(Counter, { from: data }),
    })
    .route("/page/:name", {
      handler: ({ params, state, url }) =>
        page({ title: `Of ${params.name}`, from: state.from, q: url.searchParams.get("q") }),
      default: ({ data }: { data: { from: number; q: string | null } }) =>
        h("p", null, [h(Counter, { from: data.from }), `q ${data.q}`]),
    })
    .route("/plain", { handler: () => page(null), default: () => h("u", null, "plain") });
  const told: unknown[] = [];
  const { error } = console;
  console.error = (line: unknown) => told.push(line);
  try {
    await test(async (path, init) => {
      const response = await app.handler(new Request(`http://127.0.0.1${path}`, init));
      return { status: response.status, text: await response.text() };
    }, told);
  } finally {
    console.error = error;
  }
}

Deno.test("a page stands in its frame under its title, with the islands that it has and no others", () =>
  serving(async (ask) => {
    const { status, text } = await ask("/page/a?q=5");
    strictEqual(status, 200);
    match(text, /^<!doctype html><html><title>Of a<\/title><b>\/page\/a counter<\/b>/);
    const props = "{&quot;from&quot;:3}";
    ok(
      text.includes(
        `<div data-island="counter" data-props="${props}"><i>3!</i></div>q 5`,
      ),
      text,
    );
    const plain = await ask("/plain");
    match(plain.text, /<title>Reverie<\/title><b>\/plain <\/b><main><u>plain<\/u><\/main>/);
  }));

Deno.test("a reader is told of its own mistake, and of none of the server's more than a line", () =>
  serving(async (ask, told) => {
    const input = "Cannot find the store as it is gone";
    const lab = "Cannot read the store as the disk is gone";
    const fault = "The server's terminal says what broke.";
    const cases = [["input", 404, "Not found", input], ["lab", 500, "Error", lab], [
      ...["fault", 500, "Error", fault],
    ]] as const;
    for (const [kind, status, title, line] of cases) {
      const shown = await ask(`/fails/${kind}`);
      strictEqual(shown.status, status);
      ok(shown.text.includes(`<title>${title}</title>`), shown.text);
      ok(shown.text.includes(`<h1>${title}</h1><p class="problem">${line}</p>`), shown.text);
      deepStrictEqual(await ask(`/api/fails/${kind}`), { status, text: line });
    }
    const nothing = await ask("/none");
    deepStrictEqual([nothing.status, nothing.text.includes("There is nothing at /none.")], [
      ...[404, true],
    ]);
    deepStrictEqual(await ask("/assets/none"), {
      ...{ status: 404, text: "There is nothing at /assets/none." },
    });
    // The terminal gets the faults alone, whole: a line of those that say what is wrong.
    const lines = told.map((each) => each instanceof TypeError ? "a fault" : each);
    const whole = "Cannot read /home/me/runs as the disk is gone";
    deepStrictEqual(lines, [whole, whole, "a fault", "a fault"]);
    told.length = 0;
    const gone = new AbortController();
    gone.abort();
    await ask("/fails/fault", { signal: gone.signal });
    deepStrictEqual(told, []);
  }));

Deno.test("a page that comes late has its frame at once, and says in it what failed", () =>
  serving(async (ask, told) => {
    const well = await ask("/late/well");
    match(
      well.text,
      /<title>Late<\/title><b>\/late\/well counter<\/b><main><div data-island="counter"/,
    );
    ok(well.text.includes("<i>7!</i></div></main></html>"), well.text);
    const lab = await ask("/late/lab");
    strictEqual(lab.status, 200);
    ok(
      lab.text.includes(
        '<main><h1>Late</h1><p class="problem">Cannot read the store as the disk is gone</p></main>',
      ),
      lab.text,
    );
    deepStrictEqual(told, ["Cannot read /home/me/runs as the disk is gone"]);
  }));
