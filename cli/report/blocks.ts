/**
 * A page in blocks, and how they are written in Markdown and in HTML.
 *
 * @module
 */
import { escaped, markdownTable } from "../../lab/core/markup.ts";

/** A part of a page. Text is plain: what a format would misread is escaped. */
export type Block =
  | { readonly kind: "title" | "heading" | "text"; readonly text: string }
  | {
    readonly kind: "table";
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }
  | { readonly kind: "figure"; readonly svg: string; readonly file: string; readonly text: string }
  | { readonly kind: "pictures"; readonly pictures: readonly Picture[] }
  | { readonly kind: "code"; readonly lines: readonly string[] };

/** A picture of pixels, and what it is of. */
export interface Picture {
  readonly file: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Pictures side by side in Markdown, at most. */
const ABREAST = 5;

function inRows(pictures: readonly Picture[]): (readonly Picture[])[] {
  const rows = Math.ceil(pictures.length / ABREAST);
  return Array.from({ length: rows }, (_, i) => pictures.slice(ABREAST * i, ABREAST * (i + 1)));
}

/** A page as Markdown; figures and pictures are files beside it. */
export function markdownOf(blocks: readonly Block[]): string {
  const escaped = (text: string) => text.replaceAll(/[\\`*_[\]<>|#]/g, "\\$&");
  const row = (cells: readonly string[]) => cells.map(escaped);
  const image = ({ text, file }: { readonly text: string; readonly file: string }) =>
    `![${escaped(text)}](${encodeURIComponent(file)})`;
  const parts = blocks.map((block) => {
    switch (block.kind) {
      case "title":
        return `# ${escaped(block.text)}`;
      case "heading":
        return `## ${escaped(block.text)}`;
      case "text":
        return escaped(block.text);
      case "table":
        return markdownTable(row(block.head), block.rows.map(row));
      case "figure":
        return image(block);
      case "pictures":
        return inRows(block.pictures).map((pictures) =>
          markdownTable(row(pictures.map(({ text }) => text)), [pictures.map(image)])
        ).join("\n\n");
      case "code":
        return ["```", ...block.lines.map((line) => line.replaceAll("```", "'''")), "```"].join(
          "\n",
        );
    }
  });
  return `${parts.join("\n\n")}\n`;
}

/** What a page's files are called and hold: HTML, Markdown, and its figures and pictures beside that. */
export function reportFiles(
  blocks: readonly Block[],
  file: string,
): (readonly [name: string, content: string | Uint8Array])[] {
  const figures = blocks.filter((block) => block.kind === "figure");
  return [
    [`${file}.html`, htmlOf(blocks)],
    [`${file}.md`, markdownOf(blocks)],
    ...figures.map((figure) => [figure.file, figure.svg] as const),
    ...blocks.flatMap((block) => block.kind === "pictures" ? block.pictures : [])
      .map(({ file, bytes }) => [file, bytes] as const),
  ];
}

const style =
  `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:light-dark(#222,#ddd);background:light-dark(#fff,#181818)}.table,pre{overflow-x:auto}
table{margin:0 0 1rem;border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .75rem .25rem 0;text-align:left;border-bottom:1px solid light-dark(#ddd,#444);vertical-align:top}
pre{background:light-dark(#f5f5f5,#242424);padding:.75rem}svg{max-width:100%;height:auto;background:#fff}figure{margin:0}
figcaption{color:light-dark(#555,#aaa);font-size:.9rem}.pictures{display:flex;flex-wrap:wrap;gap:1rem}
img{max-width:100%;max-height:20rem}`;

/** A page as one HTML document that needs nothing else: no script, no other file. */
export function htmlOf(blocks: readonly Block[]): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${
      cells.map((cell) =>
        // A column without a title has no head.
        tag === "th" && cell !== ""
          ? `<th scope="col">${escaped(cell)}</th>`
          : `<td>${escaped(cell)}</td>`
      ).join("")
    }</tr>`;
  const parts = blocks.map((block) => {
    switch (block.kind) {
      case "title":
        return `<h1>${escaped(block.text)}</h1>`;
      case "heading":
        return `<h2>${escaped(block.text)}</h2>`;
      case "text":
        return `<p>${escaped(block.text)}</p>`;
      case "table":
        return `<div class="table" tabindex="0"><table><thead>${
          row(block.head, "th")
        }</thead><tbody>${
          block.rows.map((cells) => row(cells, "td")).join("\n")
        }</tbody></table></div>`;
      case "figure":
        return `<figure><div role="img" aria-label="${quoted(block.text)}">${block.svg}</div>` +
          `<figcaption>${escaped(block.text)}</figcaption></figure>`;
      case "pictures":
        return `<div class="pictures">${block.pictures.map(embedded).join("\n")}</div>`;
      case "code":
        return `<pre>${escaped(block.lines.join("\n"))}</pre>`;
    }
  });
  const title = blocks.find(({ kind }) => kind === "title") as { text: string } | undefined;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escaped(title?.text ?? "")}</title><style>${style}</style></head><body><main>`,
    ...parts,
    "</main></body></html>\n",
  ].join("\n");
}

/** A picture within the page. */
function embedded({ mediaType, bytes, text }: Picture): string {
  const source = `data:${mediaType};base64,${bytes.toBase64()}`;
  return `<figure><img src="${source}" alt="${quoted(text)}">` +
    `<figcaption>${escaped(text)}</figcaption></figure>`;
}

/** A text between the quotation marks of an attribute. */
function quoted(text: string): string {
  return escaped(text).replaceAll('"', "&quot;");
}
