/**
 * What is to be cleared away where the tests' process is killed, which can do nothing then.
 *
 * @module
 */

/** Does something when this process has gone without having disposed of it. */
export class Guard implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;

  /**
   * @param script Of a shell, for which `$1` is the `subject`.
   */
  constructor(script: string, subject: string) {
    // A line says that all is well; the end of what is read says that nobody is left to write it.
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", `trap "" INT TERM HUP; read -r line || { ${script}; }`, "guard", subject],
      ...{ stdin: "piped", stdout: "null", stderr: "null" },
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new TextEncoder().encode("well\n"));
    await writer.close();
    await this.#process.status;
  }
}
