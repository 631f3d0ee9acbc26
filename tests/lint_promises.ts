/**
 * Finds promises that nobody waits for: statements whose value is a promise that is neither awaited,
 * nor handled (`.catch(…)`, `.then(…, …)`), nor marked by `void`. Deno's linter sees no types, so
 * TypeScript's own checker is asked.
 *
 * @module
 */
import ts from "typescript";

const root = new URL("../", import.meta.url).pathname;

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(command, {
    args: [...args],
    cwd: root,
  })
    .output();
  if (!success) throw new Error(`${command} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function isThenable(type: ts.Type): boolean {
  return type.isUnion() ? type.types.some(isThenable) : type.getProperty("then") !== undefined;
}

/** `….catch(handler)` and `….then(handler, handler)`. */
function isHandled(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression)) return false;
  const { expression: callee, arguments: handlers } = expression;
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return callee.name.text === "catch" && handlers.length === 1 ||
    callee.name.text === "then" && handlers.length === 2;
}

/** Its value is dropped: a call, and not an assignment. */
function isDropped({ expression }: ts.ExpressionStatement): boolean {
  return ts.isCallExpression(expression) || ts.isNewExpression(expression) ||
    ts.isConditionalExpression(expression) || ts.isIdentifier(expression) ||
    ts.isPropertyAccessExpression(expression);
}

/** Where in a file promises are dropped, as `path:line text`. */
function* droppedPromises(file: ts.SourceFile, checker: ts.TypeChecker): Generator<string> {
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    ts.forEachChild(node, (child) => void open.push(child));
    if (!ts.isExpressionStatement(node) || !isDropped(node)) continue;
    if (isHandled(node.expression) || !isThenable(checker.getTypeAtLocation(node.expression))) {
      continue;
    }
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    const [text] = node.getText().split("\n");
    yield `${file.fileName.slice(root.length)}:${line + 1}  ${text}`;
  }
}

const folder = await Deno.makeTempDir();
const declarations = `${folder}/deno.d.ts`;
await Deno.writeTextFile(declarations, await output("deno", ["types"]));
/** One that is dropped: where it is not found, nothing is. */
const known = `${folder}/known.ts`;
await Deno.writeTextFile(known, 'Deno.stat("known");\n');
const listed = await output("git", ["ls-files", "--cached", "--others", "--exclude-standard"]);
const files = listed.split("\n").filter((path) => /\.tsx?$/.test(path)).map((path) => root + path);
const program = ts.createProgram([declarations, known, ...files], {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  paths: {
    reverie: [`${root}mod.ts`],
    "reverie/blocks": [`${root}blocks.ts`],
    "reverie/page": [`${root}page.ts`],
  },
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: "preact",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
});
await Deno.remove(folder, { recursive: true });
const checker = program.getTypeChecker();
const own = new Set([known, ...files]);
const dropped = program.getSourceFiles().filter(({ fileName }) => own.has(fileName))
  .flatMap((file) => [...droppedPromises(file, checker)]);
const at = dropped.findIndex((line) => line.endsWith('  Deno.stat("known");'));
if (files.length < 1000 || at < 0) {
  throw new Error(`Nothing is found among ${files.length} files: a known one is not`);
}
dropped.splice(at, 1);
if (dropped.length > 0) {
  console.error(`Promises that nobody waits for (await them, or say void):\n${dropped.join("\n")}`);
  Deno.exit(1);
}
