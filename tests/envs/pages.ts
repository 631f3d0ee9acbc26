/**
 * The documentation pages of the worlds, made from their files' docstrings, and their pictures.
 * Writes them to docs/environments/:
 *
 *     deno run --allow-read --allow-write=docs tests/envs/pages.ts
 *
 * @module
 */
import { environments, makeEnv } from "../../envs/mod.ts";
import type { RandomReturn } from "../../lab/core/registry.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { renderSvg } from "../../lab/core/render_svg.ts";

const root = new URL("../../", import.meta.url);

/** What every world's docstring says, in this order. */
export const headings = [
  "Description",
  "Action space",
  "Observation space",
  "Rewards",
  "Starting state",
  "End of episode",
  "Arguments",
  "Version history",
];

/** A world's file, the text of its docstring and the ids that it defines. */
export interface WorldFile {
  readonly file: string;
  readonly text: string;
  readonly ids: readonly string[];
}

/** Every file in envs/ that defines a registered world. */
export function worldFiles(): WorldFile[] {
  const names = [...Deno.readDirSync(new URL("envs/", root))].map(({ name }) => name).sort();
  return names.filter((name) => name.endsWith(".ts") && name !== "entries.ts").flatMap((file) => {
    const source = Deno.readTextFileSync(new URL(`envs/${file}`, root));
    const [, docstring = ""] = /^\/\*\*\n([^]*?)\n \*\//.exec(source) ?? [];
    const text = docstring.replace(/^ \* ?/gm, "").replace(/\n*@module\n*/, "").trim();
    const ids = environments.map(({ id }) => id).filter((id) =>
      text.includes(id) && source.slice(docstring.length).includes(`"${id}"`)
    );
    return ids.length > 0 && text.includes("## ") ? [{ file, text, ids }] : [];
  });
}

/** The world some steps after its start, as SVG. */
function picture(id: string): string {
  const env = makeEnv(id);
  const random = defaultRng(1);
  env.reset({ seed: 1 });
  let drawing = env.scene!();
  for (let t = 0; t < 12; t++) {
    const { terminated, truncated } = env.step(env.actionSpace.sample(random));
    if (terminated || truncated) break;
    drawing = env.scene!();
  }
  return renderSvg(drawing, { width: 320 });
}

/** What a return is worth in the worlds of a page, as a table. */
function scales(ids: readonly string[]): string {
  const entries = ids.map((id) => environments.find((entry) => entry.id === id)!);
  const isMasked = entries.some(({ randomAllowedReturn }) => randomAllowedReturn !== undefined);
  const rows = entries.map(({ id, randomReturn, randomAllowedReturn }) => [
    ...[`\`${id}\``, returned(randomReturn)],
    ...isMasked ? [returned(randomAllowedReturn)] : [],
    shown(makeEnv(id).rewardThreshold),
  ]);
  const titles = [
    ...["world", "return of random actions"],
    ...isMasked ? ["of random allowed actions"] : [],
    "solved at",
  ];
  return [titles, titles.map(() => "---"), ...rows].map((row, i) =>
    i === 1 ? `|${row.join("|")}|\n` : `| ${row.join(" | ")} |\n`
  ).join("");
}

/** A return with its deviation, and what they are where evaluations cut episodes. */
function returned(random: RandomReturn | undefined): string {
  if (random === undefined) return "–";
  const of = ({ mean, deviation }: Pick<RandomReturn, "mean" | "deviation">) =>
    `${shown(mean)} ± ${shown(deviation)}`;
  const [cut] = random.cuts ?? [];
  return cut === undefined
    ? of(random)
    : `${of(random)}; ${of(cut)} where episodes are cut after ${
      cut.after.toLocaleString("en")
    } steps`;
}

/** Four digits, or all before the point, with the minus sign of the pages. */
function shown(value: number | undefined): string {
  if (value === undefined) return "–";
  const rounded = Math.abs(value) < 1e4 ? Number(value.toPrecision(4)) : Math.round(value);
  return String(rounded).replace("-", "−");
}

/** The pages and pictures by their names in docs/environments/. */
export function pages(): Map<string, string> {
  const files = new Map<string, string>();
  for (const { file, text, ids } of worldFiles()) {
    const first = text.indexOf("\n## ");
    const [introduction, rest] = [text.slice(0, first).trim(), text.slice(first).trim()];
    const pictures = ids.map((id) => `![${id}](${id}.svg)`).join(" ");
    const note = `Made from the docstring of [envs/${file}](../../envs/${file}); ` +
      `[all worlds](../environments.md).`;
    files.set(
      file.replace(".ts", ".md"),
      `# ${ids.join(", ")}\n\n${introduction}\n\n${pictures}\n\n${
        scales(ids)
      }\n${rest}\n\n---\n\n${note}\n`,
    );
    for (const id of ids) files.set(`${id}.svg`, `${picture(id)}\n`);
  }
  return files;
}

if (import.meta.main) {
  const folder = new URL("docs/environments/", root);
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, content] of pages()) Deno.writeTextFileSync(new URL(name, folder), content);
}
