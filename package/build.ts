/**
 * Builds the npm package: JavaScript and declarations, as neither Deno nor Node takes TypeScript
 * inside node_modules. `deno task package` writes it to `package/dist`, where `npm pack` makes the
 * archive.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Modules that users import, by what they write after the package's name. */
const modules = { ".": "mod", "./blocks": "blocks", "./page": "page" } as const;

/** What goes into the package beside {@linkcode modules}: sources, and files as they are. */
const folders = [
  ...["lab", "envs", "agents", "models", "experiments", "cli", "web"],
  ...["docs/agents", "docs/models"], // the dashboard says by them what series mean
];
const copied = ["README.md", "LICENSE", "THIRD_PARTY.md", "CHANGELOG.md"];

/** What the package's name starts in a shell. */
const program = "cli/start.js";

/** The compiler that writes declarations: fetched for the build alone. */
const COMPILER = "npm:typescript@5.9.3/tsc";

/** The oldest Node that the package supports. */
const NODE = "22.13";

/** Where relative modules end in `.ts`, in statements and in `new URL("…", import.meta.url)`. */
const SPECIFIER = /(["'])(\.{1,2}\/[^"'\s]*)\.tsx?\1/g;

/** Packages in statements and in dynamic imports of the code that esbuild writes. */
const BARE = /(?:\bfrom|\bimport)\s*\(?\s*"([a-z@][^":]*)"/g;

/** Every source of the package, by its path below the root. */
function* sources(): Generator<string> {
  for (const name of Object.values(modules)) yield `${name}.ts`;
  yield "registries.ts";
  for (const folder of folders) yield* files(folder);
}

function asJavaScript(text: string): string {
  return text.replaceAll(SPECIFIER, "$1$2.js$1");
}

function* files(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}

/** Whether a source is shipped as it is: starting files, pictures, judges, and what browsers load. */
const isCopied = (path: string) => !/\.tsx?$/.test(path) || path.startsWith("cli/templates/");

/** Whether a source only makes what is shipped. */
const isLeftOut = (path: string) => path === "web/build.ts";

async function copy(out: string, path: string): Promise<void> {
  await Deno.mkdir(dirname(join(out, path)), { recursive: true });
  await Deno.copyFile(join(root, path), join(out, path));
}

async function put(out: string, path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(join(out, path)), { recursive: true });
  await Deno.writeTextFile(join(out, path), text);
}

/**
 * Writes the package's folder anew.
 *
 * @param out Absolute path.
 * @param options.declarations False: JavaScript alone, without the compiler.
 */
export async function buildPackage(
  out: string,
  { declarations = true }: { readonly declarations?: boolean } = {},
): Promise<void> {
  await Deno.remove(out, { recursive: true }).catch(() => {});
  const browser = await run(["task", "--quiet", "build"]);
  if (!browser.success) throw new Error(new TextDecoder().decode(browser.stderr));
  const used = new Set<string>();
  for (const path of sources()) {
    if (isLeftOut(path)) continue;
    if (isCopied(path)) {
      await copy(out, path);
      continue;
    }
    const text = await Deno.readTextFile(join(root, path));
    const { code } = await esbuild.transform(text, {
      loader: path.endsWith("x") ? "tsx" : "ts",
      jsx: "automatic",
      jsxImportSource: "preact",
      format: "esm",
      target: `node${NODE}`,
    });
    for (const [, name] of code.matchAll(BARE)) used.add(name);
    await put(out, path.replace(/\.tsx?$/, ".js"), asJavaScript(code));
  }
  await esbuild.stop();
  for (const path of copied) {
    await copy(out, path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  const started = await Deno.readTextFile(join(out, program));
  await put(out, program, `#!/usr/bin/env -S deno run --allow-all --no-prompt\n${started}`);
  await put(out, "package.json", `${JSON.stringify(await manifest(used), null, 2)}\n`);
  if (declarations) await declare(out);
}

/**
 * The package's `package.json`: version and dependencies are those of `deno.json`.
 *
 * @param used Packages that the code imports, subpaths included.
 */
async function manifest(used: ReadonlySet<string>): Promise<Record<string, unknown>> {
  const { version, imports, tasks } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  ) as {
    version: string;
    imports: Record<string, string>;
    tasks: Record<string, { description: string; command: string }>;
  };
  // The dashboard's browser files are built already.
  const shipped = ({ description, command }: typeof tasks[string]) => ({
    description,
    command: command.replace("deno task --quiet build && ", "").replace(/\.ts( [\w-]+)?$/, ".js$1"),
  });
  const isUsed = (name: string) =>
    [...used].some((each) => each === name || each.startsWith(`${name}/`));
  const dependencies = Object.fromEntries(
    Object.entries(imports)
      .filter(([name, target]) => target.startsWith("npm:") && isUsed(name))
      .map(([name, target]) => [name, target.slice(target.lastIndexOf("@") + 1)]),
  );
  return {
    name: "reverie",
    version,
    description: "A research lab for agents that learn and models that dream",
    license: "MIT",
    type: "module",
    exports: Object.fromEntries(
      Object.entries(modules).map(([name, file]) => [
        name,
        { types: `./${file}.d.ts`, default: `./${file}.js` },
      ]),
    ),
    // A page takes of `reverie/page` what it imports, where its bundler knows that the rest does nothing.
    sideEffects: ["cli", "lab/compute", "lab/experiment", "lab/store", "web"].map((folder) =>
      `./${folder}/**`
    ),
    bin: { reverie: program },
    files: ["**", "!*.tgz"],
    engines: { node: `>=${NODE}`, deno: ">=2.9" },
    dependencies,
    // What `new project` makes a project's tasks of.
    reverie: {
      tasks: Object.fromEntries(
        Object.entries(tasks)
          .filter(([, { command }]) => /(cli|fetch|web)\/main\.ts/.test(command))
          .map(([name, task]) => [name, shipped(task)]),
      ),
    },
  };
}

/** Adds the declarations of the public modules and of what they lead to, to a folder that has the rest. */
export async function declare(out: string): Promise<void> {
  const temporary = await Deno.makeTempDir();
  try {
    const { stdout } = await run(["types"]);
    await Deno.writeFile(`${temporary}/deno.d.ts`, stdout);
    const settings = {
      files: [
        `${temporary}/deno.d.ts`,
        ...Object.values(modules).map((name) => join(root, `${name}.ts`)),
      ],
      compilerOptions: {
        declaration: true,
        emitDeclarationOnly: true,
        allowImportingTsExtensions: true,
        target: "esnext",
        module: "preserve",
        moduleResolution: "bundler",
        lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
        types: [],
        strict: true,
        skipLibCheck: true,
        rootDir: root,
        outDir: out,
      },
    };
    await Deno.writeTextFile(`${temporary}/tsconfig.json`, JSON.stringify(settings));
    // `deno check` is what checks types; here the runtime's own and the browser's stand side by side.
    await run(["run", "--allow-all", "--no-config", COMPILER, "-p", temporary]);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
  for (const name of Object.values(modules)) {
    await Deno.stat(join(out, `${name}.d.ts`)).catch(() => {
      throw new Error(`The compiler wrote no declarations of ${name}.ts`);
    });
  }
  for (const path of declarationsBelow(out)) {
    await Deno.writeTextFile(path, asJavaScript(await Deno.readTextFile(path)));
  }
}

function* declarationsBelow(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* declarationsBelow(path);
    else if (entry.name.endsWith(".d.ts")) yield path;
  }
}

async function run(args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command("deno", {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
}

if (import.meta.main) {
  const out = join(root, "package/dist");
  await buildPackage(out);
  console.log(`Wrote ${out}. To make the archive: cd package/dist && npm pack`);
}
