import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { inFolder } from "./folder.ts";

const main = new URL("../../cli/main.ts", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;

/** The lab as a process of its own, with the permissions of its task. */
function command(
  folder: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    ...options,
    args: [
      ...["run", "--quiet", "--no-prompt", `--allow-read=${root},${folder}`],
      ...[`--allow-write=${folder}`, "--allow-env=INIT_CWD,NO_COLOR,XDG_RUNTIME_DIR"],
      ...[main, ...args],
    ],
    cwd: root,
    env: { INIT_CWD: folder, XDG_RUNTIME_DIR: folder, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a file that does not end is said to be waited for, and Ctrl-C ends that", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/loop.ts`,
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);\n",
    );
    await Promise.all([["check", "loop.ts"], ["run", "loop.ts"]].map(async (args) => {
      const child = command(folder, args, { signal: AbortSignal.timeout(40_000) }).spawn();
      const said: string[] = [];
      for await (const bytes of child.stderr) {
        said.push(text(bytes));
        if (said.join("").includes("\n")) break;
      }
      match(
        said.join(""),
        /^Waiting for [^\n]*loop\.ts: its code takes long, or does not end [^\n]*\n$/,
      );
      child.kill("SIGINT");
      strictEqual((await child.status).success, false);
      await child.stdout.cancel();
    }));
  });
});

Deno.test("help names the task that has the process's permissions, of a command in a thread too", async () => {
  await inFolder(async (folder) => {
    for (
      const [given, task] of [
        ["--allow-read", "experiment"],
        ["--allow-net", "experiment:fleet"],
        ["--allow-env=REVERIE_BLAS", "experiment:native"],
        ["--allow-all", "experiment"],
      ]
    ) {
      for (const name of ["runs", "export"]) {
        const args = ["run", "--quiet", "--no-prompt", "--allow-read", given, main, name, "--help"];
        const io = { cwd: root, stdout: "piped", stderr: "piped" } as const;
        const { stdout } = await new Deno.Command(Deno.execPath(), {
          ...io,
          args: given === "--allow-all" ? args.toSpliced(3, 1) : args,
          env: { INIT_CWD: folder, NO_COLOR: "1" },
        }).output();
        ok(text(stdout).startsWith(`Usage: deno task -q ${task} ${name} `), text(stdout));
      }
    }
  });
});

Deno.test("a missing permission is one line that says how to give it", async () => {
  await inFolder(async (folder) => {
    for (
      const args of [["cartpole-ppo", "--store", "/somewhere/else"], ["/somewhere/else/own.ts"]]
    ) {
      const { code, stderr } = await command(folder, ["run", ...args]).output();
      strictEqual(code, 2);
      match(text(stderr), /^error: Cannot [^\n]*\/somewhere\/else[^\n]*--allow-[^\n]*\n$/);
    }
  });
});

Deno.test("a path that may not be written is named as it was typed, and its own folder proposed", async () => {
  await inFolder(async (folder) => {
    const up = "../".repeat(folder.split("/").length);
    for (
      const [out, proposed] of [
        ["/nowhere/pages/x.png", `,/nowhere/pages ${main} …`],
        [`${up}nowhere/x.png`, `,/nowhere ${main} …`],
        ["/x.png", "name a place there"],
      ]
    ) {
      for (const flag of [["--out", out], [`--out=${out}`]]) {
        const { code, stderr } = await command(folder, ["interpolate", "latest", ...flag]).output();
        strictEqual(code, 2);
        const line = text(stderr).trimEnd();
        ok(line.startsWith(`error: Cannot write ${out} as `), line);
        ok(line.endsWith(proposed), line);
      }
    }
  });
});

Deno.test("codes are written where the command is called from, unless a file is named", async () => {
  await inFolder(async (folder) => {
    const sizes = ["train=100", "validation=20", "test=20"].flatMap((each) => [
      ...["--set", `dataset.${each}`],
    ]);
    const trained = ["run", "autoencoder", "--dataset", "glyphs", "--budget", "100", ...sizes];
    for (const args of [trained, ["encode", "latest"], ["encode", "latest", "--format", "csv"]]) {
      const { code, stderr } = await command(folder, [...args, "--store", "runs"]).output();
      strictEqual(code, 0, text(stderr));
    }
    for (const file of ["codes.npy", "codes.csv"]) {
      ok((await Deno.stat(`${folder}/${file}`)).isFile);
    }
  });
});

Deno.test("the native backend without the permission is one line that names the task", async () => {
  await inFolder(async (folder) => {
    const args = ["run", "cartpole-ppo", "--backend", "native", "--store", "runs"];
    const { code, stderr } = await command(folder, args).output();
    strictEqual(code, 2);
    match(
      text(stderr),
      /^error: Cannot use the native [^\n]* deno task -q experiment:native in[^\n]*\n$/,
    );
  });
});

Deno.test("a reader that goes away is no failure", async () => {
  await inFolder(async (folder) => {
    const child = command(folder, ["describe", "cartpole-ppo"]).spawn();
    await child.stdout.cancel(); // as `| head` does, long before the child writes
    const { code } = await child.status;
    const stderr = await new Response(child.stderr).text();
    strictEqual(stderr, "");
    strictEqual(code, 0);
  });
});

Deno.test("a reader that is slow gets everything, from a pipe that does not wait too", async () => {
  await inFolder(async (folder) => {
    const lines = 8000;
    const program = `${folder}/long.ts`;
    await Deno.writeTextFile(
      program,
      `import { processIo } from "${new URL("../../cli/terminal/io.ts", import.meta.url)}";
       const lines = Array.from({ length: ${lines} }, (_, i) => String(i).padEnd(i % 5000, "x"));
       processIo().out(lines.join("\\n"));`,
    );
    // Perl, which every Debian has, leaves O_NONBLOCK on the pipe, as some parents do.
    const withoutWaiting = "use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK | O_WRONLY); exec @ARGV";
    const child = new Deno.Command("perl", {
      args: ["-e", withoutWaiting, Deno.execPath(), "run", "-A", "--no-check", "--quiet", program],
      cwd: root,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [written, stderr, { code }] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.status,
    ]);
    strictEqual(stderr, "");
    strictEqual(code, 0);
    const lengths = written.split("\n").slice(0, -1).map((line) => line.length);
    strictEqual(lengths.length, lines);
    strictEqual(lengths.findIndex((length, i) => length !== Math.max(`${i}`.length, i % 5000)), -1);
  });
});

Deno.test({
  name: "where nobody can be told of it the work goes on, and results that are lost are an error",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const program = `${folder}/told.ts`;
      await Deno.writeTextFile(
        program,
        `import { processIo } from "${new URL("../../cli/terminal/io.ts", import.meta.url)}";
         const io = processIo();
         io.error("told\\n");
         io.notice("told\\n");
         io.out("a result");`,
      );
      const to = async (stream: string) =>
        (await new Deno.Command("sh", {
          args: [
            ...["-c", `exec "$@" ${stream}/dev/full`, "sh"],
            ...[Deno.execPath(), "run", "-A", "--no-check", "--quiet", program],
          ],
          ...{ cwd: root, stdout: "null", stderr: "null" },
        }).output()).code;
      deepStrictEqual([await to("2>"), await to(">")], [0, 1]);
    }),
});

Deno.test("a file whose code ends its thread does not end its command as if it had finished", async () => {
  await inFolder(async (folder) => {
    const template = await Deno.readTextFile(`${root}cli/templates/environment.ts`);
    const leaving = template.replace("const next =", "Deno.exit(0);\n    const next =");
    await Deno.writeTextFile(`${folder}/leaving.ts`, leaving);
    const { code, stderr } = await command(folder, ["check", "leaving.ts"]).output();
    strictEqual(code, 1);
    match(text(stderr), /^error: check did not finish: its code called exit[^\n]*\n$/);
  });
});

Deno.test("a pipe gets results and what stays, no progress and no control characters", async () => {
  await inFolder(async (folder) => {
    const args = ["run", "cliffwalking-value-iteration", "--store", "runs"];
    const { stdout, stderr } = await command(folder, args).output();
    match(
      text(stderr),
      /^Training [^\n]*\n\S+ seed 1: converged[^\n]*\n✓ \S+ seed 1: [^\n]*return[^\n]*\n$/,
    );
    match(text(stdout), /^run .*\n\w{6} .*\n\nCliffWalking-v1: random .*\n$/);
    // deno-lint-ignore no-control-regex
    doesNotMatch(text(stdout) + text(stderr), /[\x00-\x09\x0b-\x1f\x7f]/);
  });
});
