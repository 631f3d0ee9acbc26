/**
 * What a hook's function reads of its component stands among what it is called anew for: a value that
 * was forgotten there is drawn as it was before.
 */
import { deepStrictEqual, ok } from "node:assert";
import ts from "typescript";

const web = new URL("../../web/", import.meta.url);

/** What holds a value that no drawing follows. */
const stable = /^useRef$/;
const watching = /^use(Memo|Effect|LayoutEffect|Callback)$/;

/**
 * What a hook means to read as it was, after a minus, and what it is called anew for beside what it
 * reads, after a plus: signals that it sets, what news say is new, and what has its own copy of a name.
 */
const meant: Readonly<Record<string, readonly string[]>> = {
  "command_palette.tsx": [
    "-act -found",
  ],
  "components/asked.ts": [
    "-asking -get +stamp",
    "-inView",
  ],
  "components/change_bar.tsx": [
    "-refused",
  ],
  "components/film.tsx": [
    "-moments",
  ],
  "components/gallery.tsx": [
    "-text",
  ],
  "components/guides.ts": [
    "-guides",
  ],
  "components/once_seen.ts": [
    "-hasFailed -load -module +tries",
    "-isSeen",
  ],
  "components/painted.ts": [
    "-canvas",
    "always",
  ],
  "components/plot.tsx": [
    "+levels +moments",
    "-cursor -isMissing -linked -named -pointed +shape",
    "-heard -xLabel",
    "-isKeyed -point +range",
  ],
  "components/series_chart.tsx": [
    "-chart",
    "-loaded -misses -view +wanted",
  ],
  "components/sheets.tsx": [
    "-pictures",
  ],
  "components/spreads.tsx": [
    "-iteration -part -problem -shown",
  ],
  "components/stored_picture.tsx": [
    "-missing",
  ],
  "components/time.ts": [
    "-now -then",
  ],
  "components/trained_here.tsx": [
    "-trained",
  ],
  "explorer/drawing.ts": [
    "-samples",
  ],
  "explorer/explorer.tsx": [
    "-bytes -examples -opened -plane -refusal",
    "-code -labelsOf +label",
    "-codeSize",
    "-draw +label",
    "-drawer",
    "-drawerOf",
    "-examples",
    "-labelsOf -rate +label",
    "-props +models +planes",
    "-show -source",
  ],
  "explorer/pad.tsx": [
    "-clear",
  ],
  "explorer/points.tsx": [
    "-go",
    "-hasPlane -labels +label",
    "-labels +label",
    "-labels +label",
  ],
  "explorer/sampling_form.tsx": ["-fields"],
  "islands/live.tsx": [
    "-moment -run",
  ],
  "islands/run_charts.tsx": [
    "-sparks +stamp",
  ],
  "islands/run_note.tsx": [
    "+stamp",
    "-note -type",
    "-text",
  ],
  "islands/train.tsx": [
    "-choose -here -thread -training",
    "-hasGpu",
  ],
  "player/player.tsx": [
    "-own -played -problem -world",
    "-playing",
    "-press +main",
    "-rate -show -trying",
  ],
  "player/playing.ts": [
    "-episodeLimit -gamma -isWanted -playing -problem -show -world",
    "-episodeLimit -other -policies -problem -show -values -world",
    "-isWanted -other -show",
  ],
  "player/policy_map_view.tsx": [
    "-agent -at +others",
  ],
  "player/robustness_chart.tsx": [
    "-stop",
  ],
  "player/stage.tsx": [
    "always",
  ],
};

function* filesIn(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory && name !== "dist") yield* filesIn(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name)) yield new URL(name, folder);
  }
}

/** What a function names itself: its parameters and the variables of its body, with what makes each. */
function localsOf(component: ts.FunctionLikeDeclaration): Map<string, string> {
  const locals = new Map<string, string>();
  const add = (name: ts.BindingName, value?: ts.Expression) => {
    if (!ts.isIdentifier(name)) {
      for (const each of name.elements) if (!ts.isOmittedExpression(each)) add(each.name);
      return;
    }
    const isCall = value !== undefined && ts.isCallExpression(value);
    locals.set(name.text, isCall ? value.expression.getText() : "");
  };
  for (const { name } of component.parameters) add(name);
  const statements = component.body !== undefined && ts.isBlock(component.body)
    ? component.body.statements
    : [];
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement)) locals.set(statement.name!.text, "");
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      add(name, initializer);
    }
  }
  return locals;
}

/** The names among `locals` that are read within a node. */
function readIn(node: ts.Node, locals: ReadonlyMap<string, string>): Set<string> {
  const found = new Set<string>();
  const visit = (each: ts.Node): void => {
    if (!ts.isIdentifier(each)) return ts.forEachChild(each, visit);
    const { parent } = each;
    const isName = (ts.isPropertyAccessExpression(parent) && parent.name === each) ||
      (ts.isPropertyAssignment(parent) && parent.name === each) ||
      (ts.isBindingElement(parent) && parent.propertyName === each) ||
      ts.isJsxAttribute(parent) || ts.isTypeReferenceNode(parent);
    if (!isName && locals.has(each.text)) found.add(each.text);
  };
  visit(node);
  return found;
}

/** How each hook of a file differs from calling anew for all that it reads. */
function differencesIn(path: string, text: string): string[] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || !watching.test(node.expression.getText())) return;
    const [body, list] = node.arguments;
    if (list === undefined) return void found.push("always");
    let component = node.parent;
    while (!ts.isFunctionLike(component)) component = component.parent;
    const locals = localsOf(component as ts.FunctionLikeDeclaration);
    const [reads, listed] = [readIn(body, locals), readIn(list, locals)];
    const isMissing = (name: string) => !listed.has(name) && !stable.test(locals.get(name)!);
    const difference = [
      ...[...reads].filter(isMissing).sort().map((name) => `-${name}`),
      ...[...listed].filter((name) => !reads.has(name)).sort().map((name) => `+${name}`),
    ];
    if (difference.length > 0) found.push(difference.join(" "));
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind));
  return found;
}

Deno.test("a hook is called anew for all that it reads, but for what is meant otherwise", () => {
  let hooks = 0;
  const differing: Record<string, readonly string[]> = {};
  for (const file of filesIn(web)) {
    const text = Deno.readTextFileSync(file);
    const count = text.match(/\buse(Memo|Effect|LayoutEffect|Callback)\(/g)?.length ?? 0;
    if (count === 0) continue;
    hooks += count;
    const path = file.href.slice(web.href.length);
    const differences = differencesIn(path, text);
    if (differences.length > 0) differing[path] = differences.sort();
  }
  ok(hooks > 60, String(hooks));
  deepStrictEqual(differing, meant);
});

Deno.test("what a hook lacks is found, and what never changes is not", () => {
  const text = `function View({ a, b: c }: Props) {
    const held = useRef(0);
    const drawn = useMemo(() => a + c + held.current, [a]);
    useEffect(() => { const d = { a: 1 }; other.c(drawn, d); }, [drawn, a]);
    useEffect(() => {});
    useEffect(() => void c, [c]);
  }`;
  deepStrictEqual(differencesIn("view.tsx", text), ["-c", "+a", "always"]);
});
