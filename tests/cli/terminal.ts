/** The lab in a real terminal: a pseudo-terminal that util-linux' `script` opens. */
import { until } from "../until.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;

/** What a person sees, and what they type. */
export interface Terminal {
  /** Everything written so far, with its control sequences. */
  readonly written: string;
  /** Waits until what was written matches; throws where the program ends before. */
  until(pattern: RegExp): Promise<void>;
  /** Types. */
  type(keys: string): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number>;
}

/**
 * Runs a command line of the lab in a terminal, with `folder` as the caller's.
 *
 * @param args Words without blanks; `>` sends what follows from standard output into a file.
 */
export async function inTerminal(
  folder: string,
  args: readonly string[],
  test: (terminal: Terminal) => Promise<void>,
  { columns = 100, rows = 30 } = {},
): Promise<void> {
  const deno = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", `--allow-read=${root},${folder}`],
    ...[`--allow-write=${folder}`, "--allow-env=INIT_CWD,NO_COLOR,XDG_RUNTIME_DIR", main],
  ].join(" ");
  const line = `stty cols ${columns} rows ${rows}; exec ${deno} ${args.join(" ")}`;
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--flush", "--command", line, "/dev/null"],
    cwd: folder,
    env: { INIT_CWD: folder, XDG_RUNTIME_DIR: folder, NO_COLOR: "1", SHELL: "/bin/sh" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let [written, isOver] = ["", false];
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) written += text;
    isOver = true;
  })();
  const keyboard = child.stdin.getWriter();
  try {
    await test({
      get written() {
        return written;
      },
      until: async (pattern) => {
        await until(() => isOver || pattern.test(written)).catch(() => {});
        if (!pattern.test(written)) throw new Error(`It has not written ${pattern}: ${written}`);
      },
      type: (keys) => keyboard.write(new TextEncoder().encode(keys)),
      ended: reading.then(async () => (await child.status).code),
    });
  } finally {
    if (!isOver) child.kill("SIGKILL");
    await keyboard.close().catch(() => {});
    await child.status;
    await reading;
  }
}
