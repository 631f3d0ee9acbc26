/**
 * The test command: sets up what the tests need (Chromium, a Vulkan driver for WebGPU without a
 * GPU, libraries of matrix products, PostgreSQL, git, npx; Slurm for `--slow`), runs them, and closes
 * with the line `N passed, N failed`.
 *
 * Where it is root on a Debian machine it installs what is missing and says so. Elsewhere the
 * tests that need it are reported as skipped with the command to type; with `CI` set nothing may
 * be skipped.
 *
 * `deno task test [FILTER…]` runs the test files whose path contains a filter. A filter that no path
 * contains is looked for in the names of tests: `deno task test:slow cartpole-ppo`.
 *
 * @module
 */
import { hasChromium } from "../bench/chromium.ts";
import { libraryHere, places } from "../lab/experiment/blas.ts";
import { hasProgram } from "./programs.ts";

const root = new URL("../", import.meta.url);

interface Need {
  readonly name: string;
  readonly present: () => boolean;
  /** Debian's. */
  readonly packages: readonly string[];
  /** The tier that alone needs it. */
  readonly tier?: "--slow" | "--fuzz";
}

/** What a bare machine lacks. */
const needs: readonly Need[] = [
  {
    name: "Chromium (browser tests)",
    present: () => hasChromium,
    packages: ["chromium-headless-shell"],
  },
  {
    name: "a Vulkan driver (WebGPU without a GPU)",
    present: () =>
      exists("/usr/share/vulkan/icd.d") &&
      [...Deno.readDirSync("/usr/share/vulkan/icd.d")].length > 0,
    packages: ["mesa-vulkan-drivers", "libvulkan1"],
  },
  {
    name: "a library of matrix products (backend native)",
    present: () => libraryHere() !== undefined,
    packages: ["libopenblas0-pthread"],
  },
  {
    name: "oneDNN (the first choice of backend native)",
    present: () =>
      Deno.build.os !== "linux" || Deno.build.arch !== "x86_64" ||
      places.some(({ file }) => file.includes("dnnl") && exists(file)),
    packages: ["libdnnl-dev"],
  },
  {
    name: "a C compiler (disks that fail)",
    present: () => exists("/usr/bin/gcc"),
    packages: ["gcc", "libc6-dev"],
  },
  {
    name: "PostgreSQL (fleets)",
    present: () =>
      exists("/usr/lib/postgresql") &&
      [...Deno.readDirSync("/usr/lib/postgresql")]
        .some(({ name }) => exists(`/usr/lib/postgresql/${name}/bin/initdb`)),
    packages: ["postgresql"],
  },
  {
    name: "git (revisions of the code)",
    present: () => hasProgram("git"),
    packages: ["git"],
  },
  {
    name: "npx (the package under Node)",
    present: () => hasProgram("npx"),
    packages: ["npm"],
  },
  {
    name: "Slurm (array jobs)",
    present: () =>
      ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"]
        .every(exists),
    packages: ["slurmctld", "slurmd", "slurm-client", "munge"],
    tier: "--slow",
  },
];

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function command(name: string, args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(name, { args: [...args], cwd: root }).output();
  return success;
}

/** Builds the dashboard; where that fails the tests that need it say why. */
function buildDashboard(): Promise<boolean> {
  return command(Deno.execPath(), ["run", "--quiet", "--no-check", "-A", "web/build.ts"]);
}

/** Installs what is missing, or says how to. */
async function setUp(): Promise<void> {
  const missing = needs.filter(({ tier, present }) =>
    (tier === undefined || Deno.args.includes(tier)) && !present()
  );
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  const names = missing.map((need) => need.name).join(" and ");
  const install = `apt-get install -y ${packages.join(" ")}`;
  if (Deno.uid() === 0 && exists("/usr/bin/apt-get")) {
    console.log(`Installing ${names}: ${install}`);
    await command("apt-get", ["update"]);
    if (await command("apt-get", ["install", "-y", "--no-install-recommends", ...packages])) return;
  }
  if (Deno.env.get("CI")) throw new Error(`CI must not skip tests, and ${names} is missing`);
  console.log(`${names} is missing, the tests that need it are skipped. To run them: ${install}`);
}

function* testFiles(folder: URL): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) yield* testFiles(url);
    else if (/_test\.tsx?$/.test(entry.name)) yield url.pathname.slice(root.pathname.length);
  }
}

/**
 * For Mesa's driver of WebGPU without a GPU, whose time is that of compiling shaders, each of which the
 * tests run a few times: code as it stands, for vectors of 128 bits.
 */
const quickShaders = { GALLIVM_PERF: "nopt", LP_NATIVE_VECTOR_WIDTH: "128" };

/** Where `deno test` begins to say what failed. */
const ERRORS = "\n ERRORS \n";
/** The length, in characters, of what is kept of a run's output: what few tests say of their failing. */
const KEPT = 20_000;

/**
 * Runs `deno test`, passes its output on, and returns its counts, with what it says of failures. One module
 * more than there are cores runs at a time, as browsers, servers and clocks are waited for a fifth of all
 * time.
 */
async function denoTest(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", ...shows ? [] : ["--quiet"], ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    env: {
      XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? "/tmp",
      DENO_JOBS: Deno.env.get("DENO_JOBS") ?? `${navigator.hardwareConcurrency + 1}`,
      ...quickShaders,
      ...variables,
    },
  }).spawn();
  let tail = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    tail = (tail + text).slice(-KEPT);
  }
  const { success } = await child.status;
  // deno-lint-ignore no-control-regex
  const plain = tail.replace(/\u001b\[[0-9;]*m/g, "");
  const end = plain.match(/^(?:ok|FAILED) \| .*$/gm)?.at(-1) ?? "";
  const count = (word: string) => Number(end.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  const counts = { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
  if (!success && counts.failed === 0) counts.failed = 1;
  const at = plain.lastIndexOf(ERRORS);
  return { ...counts, failures: success ? "" : plain.slice(at < 0 ? -2000 : at) };
}

/** Rooms whose files leave what an isolate keeps as it was, so that they may share one. */
const SHARED =
  /^tests\/(agents|cli|envs|evidence|models|lab\/(compute|core|search|statistics|store)|web)\//;
/** What a file of such a room imports whose page goes on knowing what it heard. */
const HEARING = /from "[./]+\/(?:small_page|web\/live)\.ts"/;
/** What a file about models imports that computes on the backend which it chose, or found. */
const COMPUTING = /^import .* from "@tensorflow\/tfjs"/m;
/** Files of such a room that share an isolate, at most, and from how many files on they do. */
const [TOGETHER, MANY] = [16, 40];

/**
 * The modules to run. Of a whole run each imports a file, or up to sixteen of a room, as each isolate
 * loads the lab anew; those with the most text come first, as one that takes long would else end
 * alone. (Of the modules of one folder Deno keeps the order.)
 *
 * @param folder Where modules may be written.
 */
function modulesOf(files: readonly string[], folder: string): string[] {
  if (files.length < MANY) return [...files];
  const texts = new Map(files.map((path) => [path, Deno.readTextFileSync(new URL(path, root))]));
  const textOf = (path: string) => texts.get(path)!;
  const sizeOf = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + textOf(path).length, 0);
  const isAlone = (path: string) =>
    HEARING.test(textOf(path)) || path.startsWith("tests/models/") && COMPUTING.test(textOf(path));
  const rooms = Map.groupBy(files, (path) => isAlone(path) ? undefined : SHARED.exec(path)?.[1]);
  const modules = [...rooms].flatMap(([room, paths]) => {
    if (room === undefined) {
      return paths.map((path) => ({ name: path.replace(/_test\.tsx?$/, ""), paths: [path] }));
    }
    return Array.from({ length: Math.ceil(paths.length / TOGETHER) }, (_, i) => ({
      name: `tests/${room}/${i + 1}`,
      paths: paths.slice(TOGETHER * i, TOGETHER * (i + 1)),
    }));
  });
  const bySize = modules.map((module) => ({ ...module, size: sizeOf(module.paths) }))
    .toSorted((a, b) => b.size - a.size);
  return bySize.map(({ name, paths }) => {
    const module = `${folder}/${name.replaceAll("/", "-")}_test.ts`;
    const text = paths.map((path) => `import "${new URL(path, root)}";\n`).join("");
    Deno.writeTextFileSync(module, text);
    return module;
  });
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** What is said of them, or the end of the output where it ended otherwise; empty where none failed. */
  failures: string;
}

/** What a file does to the process, which all modules of a run share: such files have one of their own. */
const CHANGING = /Deno\.env\.set\(/;

/** Faults tell figures, which a quiet run does not show. */
const shows = Deno.args.includes("--fuzz");

const permissions = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--allow-net=127.0.0.1,localhost",
  `--allow-ffi=${places.map(({ file }) => file)}`,
];

const filters = Deno.args.filter((argument) => !argument.startsWith("-"));
/** The tests of `--slow` and `--fuzz` stand in folders of their own. */
const tiers = { "--slow": "tests/learning/", "--fuzz": "tests/fuzz/" };
const tier = Object.entries(tiers).find(([flag]) => Deno.args.includes(flag))?.[1];
await setUp();
const all = [...testFiles(new URL("tests/", root))].sort()
  .filter((path) => Object.values(tiers).find((folder) => path.startsWith(folder)) === tier);
const inPath = (filter: string) => all.some((path) => path.includes(filter));
const files = all.filter((path) =>
  !filters.some(inPath) || filters.some((filter) => path.includes(filter))
);
const named = filters.filter((filter) => !inPath(filter));
const byName = named.length === 0 ? [] : [`--filter=/${named.map(RegExp.escape).join("|")}/`];
const documented = ["README.md", "docs", "lab", "envs", "agents", "models", "experiments"];
const folder = Deno.makeTempDirSync({ dir: "/tmp", prefix: "reverie-tests-" });
const { changing = [], quiet = [] } = Object.groupBy(
  files,
  (path) => CHANGING.test(Deno.readTextFileSync(new URL(path, root))) ? "changing" : "quiet",
);
const tests = async (
  options: readonly string[],
  modules: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) =>
  modules.length === 0 ? [] : [
    await denoTest([
      ...options,
      "--preload=tests/properties.ts",
      ...byName,
      ...permissions,
      ...modules,
    ], variables),
  ];
const examples = async () =>
  tier !== undefined || filters.length > 0 ? [] : [
    await denoTest([
      "--doc",
      "--parallel",
      "--permit-no-files",
      ...permissions,
      ...documented.filter((path) => exists(new URL(path, root).pathname)),
    ]),
  ];
/** What is small comes first, so that what failed among the rest stands last, with theirs after it. */
const first = Promise.all([examples(), tests([], changing)]);
/** Says that the dashboard is built: once for a whole run, else by each file that needs it. */
const built: Record<string, string> = files.length >= MANY && await buildDashboard()
  ? { REVERIE_TESTS_BUILT: "1" }
  : {};
const runs = [
  ...await first,
  await tests(["--parallel"], modulesOf(quiet, folder), built),
].flat();
Deno.removeSync(folder, { recursive: true });
const early = runs.slice(0, -1).map(({ failures }) => failures).join("");
if (early !== "") console.log(early);
const sum = (key: "passed" | "failed" | "skipped") =>
  runs.reduce((total, run) => total + run[key], 0);
const skipped = sum("skipped");
const none = sum("passed") + sum("failed") + skipped === 0;
if (none) {
  const paths = filters.filter(inPath);
  const files = paths.length === 0 ? "" : ` in files with ${paths.join(" or ")} in their path`;
  console.log(
    `No path has ${named.join(" or ")} in it, and no test${files} has it in its name`,
  );
}
if (skipped > 0 && Deno.env.get("CI")) {
  console.log(`${skipped} tests were skipped, which CI does not allow`);
}
console.log(
  `${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
);
Deno.exit(none || sum("failed") > 0 || (skipped > 0 && Deno.env.get("CI")) ? 1 : 0);
