/** The page that trains: what it asks its thread for, what it keeps in its address, and when it starts. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { answeredBy } from "../../web/ask.ts";
import Train from "../../web/islands/train.tsx";
import type { Asked, BaseRun, Order } from "../../web/training/protocol.ts";
import { PageThreads } from "./page_threads.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

const field = (path: string, value: unknown) => ({
  ...{ path, value, usual: value, default: value, type: "number", description: "", choices: [] },
});
const description = (experiment: string) => ({
  ...{ experiment, summary: `About ${experiment}.`, unit: "environmentSteps", seconds: 30 },
  ...{
    notes: ["A note."],
    fields: [field("budget", 1000), field("agent.name", "ppo"), field("agent.gamma", 0.99)],
  },
});
const experiments = [
  { name: "cartpole-ppo-quick", summary: "", seconds: 1, on: "CartPole-v1", method: "ppo" },
  { name: "acrobot-ppo", summary: "", seconds: 1, on: "Acrobot-v1", method: "ppo" },
];

/** The run "r1", as the server knows it. */
const base: BaseRun = {
  ...{ experiment: "acrobot-ppo", version: 1, configuration: {}, seed: "5", backend: "wasm" },
  digest: "d",
};
/** What was asked of runs. */
const bases: string[] = [];
/** What was asked of methods. */
const guidesAsked: string[] = [];
/** What is answered of the run "late" when a test says so. */
let late = Promise.withResolvers<Response>();

interface Page {
  readonly page: SmallPage;
  /** What the thread was asked since the last look. */
  readonly orders: () => Order[];
  readonly says: (told: object) => void;
  /** Replies as a thread does that can train everything but seed 13. */
  readonly replies: () => Promise<void>;
}

/** The page with a thread that a test speaks for. */
async function onPage(body: (page: Page) => Promise<void>, search = ""): Promise<void> {
  using threads = new PageThreads();
  bases.splice(0);
  const own = answeredBy((path) => {
    if (path.startsWith("/api/guide?")) {
      guidesAsked.push(path);
      return Promise.resolve(Response.json({}));
    }
    bases.push(path);
    if (path === "/api/setting?run=late") return late.promise;
    return Promise.resolve(
      path === "/api/setting?run=r1"
        ? { ok: true, json: () => Promise.resolve(base) } as Response
        : { ok: false, text: () => Promise.resolve("There is no such run.") } as Response,
    );
  });
  const props = { experiments, thread: "/assets/thread.js", program: { name: "lab" } };
  const page = new SmallPage(() => null, {});
  Object.assign(globalThis.location, { search });
  try {
    page.draw(Train, props);
    const thread = () => threads.all[0];
    const posted = () => thread().posted as Order[];
    const says = (told: object) => thread().says(told);
    /** How many were replied to, and given. */
    let [replied, given] = [0, 0];
    const replies = async () => {
      await answered();
      while (replied < posted().length) {
        const order = posted()[replied++];
        if (order.kind === "describe") {
          const { setting, base } = order.asked;
          const name = "run" in setting.base ? base!.experiment : setting.base.experiment;
          const problem = setting.seed === "13" ? "Cannot use the seed 13" : undefined;
          says({
            kind: "described",
            number: order.number,
            description: description(name),
            problem,
          });
        }
        if (order.kind === "look") says({ kind: "looked", number: order.number, ahead: {} });
        await answered();
      }
    };
    const orders = () => posted().slice(given, given = posted().length);
    await answered();
    strictEqual(thread().address, "/assets/thread.js");
    await body({ page, orders, says, replies });
  } finally {
    page[Symbol.dispose]();
    strictEqual(threads.all[0].ended, true);
    answeredBy(own);
  }
}

const byId = (page: Small, tag: string, id: string) =>
  page.all(tag).find((each) => each.getAttribute("id") === id)!;
const start = (page: Small) => page.all("button").find((each) => each.isCalled("Start"))!;
const asked = (orders: readonly Order[]) =>
  orders.map((
    order,
  ) => [order.kind, "asked" in order ? (order.asked as Asked).setting : undefined]);
const usual = {
  ...{ base: { experiment: "cartpole-ppo-quick" }, seed: "", backend: "wasm", set: {} },
};

Deno.test("what a method's series mean is asked for once, before anything trains", () =>
  onPage(async ({ replies }) => {
    guidesAsked.splice(0);
    await replies();
    deepStrictEqual(guidesAsked, ["/api/guide?method=ppo"]);
    await replies();
    strictEqual(guidesAsked.length, 1);
  }));

Deno.test("a page asks for the usual setting, then for what is chosen, and keeps that", () =>
  onPage(async ({ page, orders, replies }) => {
    deepStrictEqual(asked(orders()), [["describe", usual]]);
    ok(
      page.all("p", ".note").some(({ textContent }) =>
        textContent === "The fields are on their way."
      ),
    );
    strictEqual(start(page).disabled, true);
    deepStrictEqual(page.addresses, []);
    await replies();
    deepStrictEqual(asked(orders()), [["look", usual]]);
    byId(page, "input", "seed").put("13");
    deepStrictEqual(page.addresses.splice(0), ["?experiment=cartpole-ppo-quick&seed=13"]);
    await replies();
    deepStrictEqual(asked(orders()), [["describe", { ...usual, seed: "13" }]]);
    strictEqual(byId(page, "input", "seed").getAttribute("aria-invalid"), "true");
    strictEqual(page.get("span", ".problem").textContent, "Cannot use the seed 13");
    deepStrictEqual(page.all("p", ".problem"), []);
    strictEqual(start(page).disabled, true);
    byId(page, "input", "seed").put(" 1 ");
    deepStrictEqual(page.addresses.splice(0), ["?experiment=cartpole-ppo-quick"]);
    await replies();
    deepStrictEqual(asked(orders()), [["describe", usual], ["look", usual]]);
    strictEqual(start(page).disabled, false);
    byId(page, "select", "backend").put("wasm-strict");
    await replies();
    byId(page, "input", "field-agent.gamma").put("0.9");
    await replies();
    deepStrictEqual(asked(orders()).at(-1), [
      ...["look", { ...usual, backend: "wasm-strict", set: { "agent.gamma": "0.9" } }],
    ]);
    strictEqual(
      page.get("code").textContent,
      "lab run cartpole-ppo-quick --seed 1 --set agent.gamma=0.9 --backend wasm-strict",
    );
    byId(page, "select", "experiment").put("acrobot-ppo");
    await replies();
    deepStrictEqual(asked(orders()).at(-1), [
      ...["look", { ...usual, base: { experiment: "acrobot-ppo" }, backend: "wasm-strict" }],
    ]);
    strictEqual(page.addresses.at(-1), "?experiment=acrobot-ppo&backend=wasm-strict");
    ok(page.all("p", ".note").some(({ textContent }) => textContent === "About acrobot-ppo."));
    deepStrictEqual(page.all("optgroup").map((each) => each.getAttribute("label")), [
      ...["CartPole-v1", "Acrobot-v1"],
    ]);
  }));

Deno.test("a later answer to an earlier choice is not shown", () =>
  onPage(async ({ page, orders, says }) => {
    const [first] = orders() as { number: number }[];
    byId(page, "select", "experiment").put("acrobot-ppo");
    await answered();
    const [second] = orders() as { number: number }[];
    says({ kind: "described", number: second.number, description: description("acrobot-ppo") });
    says({
      kind: "described",
      number: first.number,
      description: description("cartpole-ppo-quick"),
    });
    await answered();
    const notes = page.all("p", ".note").map(({ textContent }) => textContent);
    ok(notes.includes("About acrobot-ppo.") && !notes.includes("About cartpole-ppo-quick."));
  }));

Deno.test("a later problem of an earlier choice is not said", () => {
  late = Promise.withResolvers();
  return onPage(async ({ page, replies }) => {
    byId(page, "select", "experiment").put("acrobot-ppo");
    await replies();
    late.reject(new Error("The run is gone."));
    await replies();
    ok(!page.textContent.includes("The run is gone."));
    strictEqual(start(page).disabled, false);
  }, "?run=late");
});

Deno.test("what is submitted before it is known whether it can be trained waits for that", () =>
  onPage(async ({ page, orders, replies }) => {
    await replies();
    const submit = () => page.get("form").happens("submit", { preventDefault: () => {} });
    const trained = () => orders().filter(({ kind }) => kind === "train");
    byId(page, "input", "seed").put("13");
    submit();
    await replies();
    deepStrictEqual(trained(), []);
    byId(page, "input", "seed").put("7");
    submit();
    deepStrictEqual(trained(), []);
    await replies();
    const [{ asked: { setting } }, ...more] = trained() as { asked: Asked }[];
    deepStrictEqual([setting.seed, more], ["7", []]);
  }));

Deno.test("what is chosen is trained with its base, once it can be", () =>
  onPage(async ({ page, orders, replies }) => {
    const setting = { ...usual, base: { run: "r1" } };
    const [describe] = orders() as { asked: Asked }[];
    deepStrictEqual(describe.asked, { setting, base });
    await replies();
    strictEqual(byId(page, "input", "seed").value, "5");
    deepStrictEqual(page.all("option").slice(0, 1).map(({ textContent }) => textContent), [
      "as run r1",
    ]);
    strictEqual(page.get("code").textContent, "lab reproduce r1");
    byId(page, "select", "backend").put("wasm-strict");
    await replies();
    deepStrictEqual(page.all("code"), []);
    byId(page, "select", "backend").put("wasm");
    await replies();
    // The run is asked for once.
    byId(page, "input", "field-agent.gamma").put("0.9");
    await replies();
    byId(page, "input", "field-agent.gamma").put("0.8");
    await replies();
    deepStrictEqual(bases, ["/api/setting?run=r1"]);
    byId(page, "select", "experiment").put("acrobot-ppo");
    await replies();
    const last = orders().findLast((each) => each.kind === "look")! as { asked: Asked };
    deepStrictEqual([last.asked.base, bases.length], [undefined, 1]);
  }, "?run=r1"));

Deno.test("a run that is not there is said in a line", () =>
  onPage(async ({ page, orders }) => {
    deepStrictEqual(orders(), []);
    await answered();
    deepStrictEqual(page.all("p", ".problem").map(({ textContent }) => textContent), [
      "There is no such run.",
    ]);
    strictEqual(start(page).disabled, true);
  }, "?run=r2"));

Deno.test("a page asks before it takes a training along", () =>
  onPage(async ({ page, replies, says }) => {
    await replies();
    strictEqual(page.leave(), true);
    page.get("form").happens("submit");
    strictEqual(page.leave(), false);
    says({ kind: "failed", problem: "It cannot be." });
    await answered();
    strictEqual(page.leave(), true);
  }));

Deno.test("a field that the form does not have is said above it, and left out by a click", () =>
  onPage(async ({ page, orders, says }) => {
    const [{ number }] = orders() as { number: number }[];
    const problem = 'Cannot set foo as there is no such field: "foo"';
    says({ kind: "described", number, description: description("cartpole-ppo-quick"), problem });
    await answered();
    strictEqual(page.get("p", ".problem").textContent, `${problem} Leave foo out`);
    strictEqual(start(page).disabled, true);
    page.get("button", "Leave foo out").click();
    deepStrictEqual(page.addresses, ["?experiment=cartpole-ppo-quick&agent.gamma=0.9"]);
    await answered();
    const [{ asked }] = orders() as { asked: Asked }[];
    deepStrictEqual(asked.setting.set, { "agent.gamma": "0.9" });
  }, "?experiment=cartpole-ppo-quick&foo=1&agent.gamma=0.9"));
