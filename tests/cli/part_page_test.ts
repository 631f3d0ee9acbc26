/** The pages of agents, models, worlds and data sets, and the tables of their fields. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { namedExperiments } from "../../cli/catalogue.ts";
import { type Part, partDocument, partOf, partPage } from "../../cli/part_page.ts";
import { differs, fieldsTable } from "../../cli/terminal/fields_table.ts";
import type { FieldDescription } from "../../lab/experiment/fields.ts";
import { registries } from "../lab/experiment/toy_registries.ts";
import { capturedIo } from "./captured_io.ts";

const field = (path: string, value: FieldDescription["value"], more = {}): FieldDescription => ({
  ...{ path, value, type: "number", default: value, description: `What ${path} is` },
  ...more,
});

Deno.test("a part says what it takes, what it counts and which others fit", async () => {
  const facts = async (kind: Part["kind"], name: string) => {
    const { facts, summary, fields } = await partOf(registries, kind, name);
    return { facts, summary, fields: fields.map(({ path }) => path) };
  };
  const counts = (unit: string, many: string) =>
    `A budget of it counts ${unit}: --budget 100k-${many}.`;
  const toy = await facts("agents", "toy");
  deepStrictEqual(toy.facts.at(-1), counts("environment steps", "steps"));
  ok(toy.facts[0].startsWith("Takes ") && toy.facts[0].includes("Discrete actions"));
  deepStrictEqual(toy.fields.slice(0, 2), ["agent.rate", "agent.size"]);
  ok(toy.fields.includes("agent.schedule.from") && !toy.fields.includes("agent.schedule"));
  const model = await facts("models", "toy-model");
  ok(model.facts[1].startsWith("A budget of it counts "));
  deepStrictEqual(model.fields[0].split(".")[0], "model");
  deepStrictEqual(await facts("datasets", "points"), {
    ...{ facts: ["Holds points.", "Models that fit: toy-model."], summary: "A point", fields: [] },
  });
  const world = await facts("worlds", "Line-v0");
  deepStrictEqual([world.summary, world.fields], ["A line", ["environment.goal"]]);
  deepStrictEqual(world.facts, [
    "Observations: Box([0], [5]). Actions: Discrete(2).",
    "Episodes end after 20 steps.",
    "Agents that fit: toy, other.",
  ]);
});

Deno.test("the page of a part says what to type: its experiment, its first field, its world", async () => {
  const io = capturedIo({ columns: 120 });
  const page = async (kind: Part["kind"], name: string, fields: readonly FieldDescription[]) => {
    const part = { ...{ kind, name, summary: "It is.", facts: ["One.", "Two."] }, fields };
    return (await partPage(part, registries, io)).split("\n\n");
  };
  const fields = [field("agent.one", 1), field("agent.two", 2)];
  const typed = (text: string) =>
    text.split("\n").map((line) => line.replace(/deno task -q experiment/, "lab"));
  const agent = await page("agents", "toy", fields);
  ok(agent[0].includes("toy") && agent[0].includes("It is."));
  strictEqual(agent[1], "One.\nTwo.\nExperiments with it: line-toy.");
  ok(agent[2].includes("agent.two"));
  deepStrictEqual(typed(agent[3]), [
    "To train it: lab run line-toy",
    "To change a field: lab run line-toy --set agent.one=VALUE",
  ]);
  deepStrictEqual(typed((await page("agents", "toy", [])).at(-1)!), [
    "To train it: lab run line-toy",
  ]);
  const unused = await page("agents", "other", fields);
  strictEqual(unused.length, 3);
  ok(unused[1].endsWith("Experiments with it: none."));
  deepStrictEqual(typed((await page("worlds", "Line-v0", [])).at(-1)!), [
    "To train in it: lab run line-toy",
    "To play it: lab play Line-v0",
  ]);
  deepStrictEqual(typed((await page("worlds", "Hidden-v0", fields)).at(-1)!), [
    "To play it: lab play Hidden-v0",
  ]);
  deepStrictEqual(typed((await page("datasets", "points", [])).at(-1)!), [
    "To train it: lab run points-toy",
  ]);
  const document = JSON.parse(partDocument({
    ...{ kind: "models", name: "vae", summary: "It is.", facts: ["One."], fields },
  }));
  deepStrictEqual([document.kind, document.fields.length], ["model", 2]);
});

Deno.test("experiments are told by what they train and where", async () => {
  const named = await namedExperiments(registries);
  deepStrictEqual(named.map(({ name, trains, trainer, place }) => [name, trains, trainer, place]), [
    ["line-toy", "agents", "toy", "Line-v0"],
    ["points-toy", "models", "toy-model", "points"],
  ]);
});

Deno.test("fields are a table, with their defaults where one differs, or two lines each", () => {
  const fields = [
    field("a.rate", 0.5, { default: 0.25, range: "0 … 1", unit: "1/s" }),
    field("a.empty", "", { type: "string" }),
    field("a.none", null, { type: "null", default: 3 }),
    field("a.sizes", [1, 2], { type: "integer[]" }),
    field("a.deep", [[1], [2]], { type: "any" }),
  ];
  deepStrictEqual(fields.map(differs), [true, false, false, false, false]);
  const cells = (shown: readonly FieldDescription[], columns: number) =>
    fieldsTable(shown, capturedIo({ columns })).split("\n").map((line) =>
      line.trim().split(/\s{2,}/)
    );
  deepStrictEqual(cells(fields, 110), [
    ["field", "value", "default", "type, range, unit", "meaning"],
    ["a.rate", "0.5", "0.25", "number, 0 … 1, 1/s", "What a.rate is"],
    ["a.empty", '""', '""', "string", "What a.empty is"],
    ["a.none", "–", "3", "null", "What a.none is"],
    ["a.sizes", "[1, 2]", "[1, 2]", "integer[]", "What a.sizes is"],
    ["a.deep", "[[1],[2]]", "[[1],[2]]", "any", "What a.deep is"],
  ]);
  deepStrictEqual(cells(fields.slice(1, 2), 200), [
    ["field", "default", "type, range, unit", "meaning"],
    ["a.empty", '""', "string", "What a.empty is"],
  ]);
  deepStrictEqual(cells(fields.slice(0, 1), 109), [
    ["a.rate = 0.5", "default 0.25; number, 0 … 1, 1/s"],
    ["What a.rate is"],
  ]);
  deepStrictEqual(cells(fields.slice(0, 1), 30), [
    ["a.rate = 0.5"],
    ["default 0.25; number, 0 …"],
    ["1, 1/s"],
    ["What a.rate is"],
  ]);
});
