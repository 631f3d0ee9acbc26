/**
 * PostgreSQL for tests: Debian's, in a folder and on a port of its own. It refuses to run as root, so
 * there it runs as the user that its package brings.
 *
 * @module
 */
import { Connection, placeOf } from "../../../../lab/store/postgres/connection.ts";
import { Guard } from "../../../guard.ts";

const installed = "/usr/lib/postgresql";

/** The folder of the programs; undefined where they are missing. */
const programs = (() => {
  try {
    const [newest] = [...Deno.readDirSync(installed)].map(({ name }) => name).sort().reverse();
    return `${installed}/${newest}/bin`;
  } catch {
    return undefined;
  }
})();

/** True where tests of it are left out: without PostgreSQL, though never in CI. */
export const missing = !Deno.env.get("CI") && programs === undefined;

if (missing) console.log("No PostgreSQL, its tests are skipped: apt-get install -y postgresql");

/** The user `secret`'s password. */
export const PASSWORD = "correct horse: \\ battery";

/** Who runs the server. */
function owner(): { uid?: number; gid?: number } {
  if (Deno.uid() !== 0) return {};
  const line = Deno.readTextFileSync("/etc/passwd").split("\n")
    .find((each) => each.startsWith("postgres:"));
  const [uid, gid] = line!.split(":").slice(2, 4).map(Number);
  return { uid, gid };
}

/** A running server. Dispose to end it and to remove what it holds; it ends with the tests' process, too. */
export class Server implements AsyncDisposable {
  #process: Deno.ChildProcess | undefined;
  #databases = 0;

  private constructor(readonly folder: string, readonly port: number, readonly guard: Guard) {}

  static async start(): Promise<Server> {
    const folder = await Deno.makeTempDir();
    const guard = new Guard(
      'kill -QUIT "$(head -1 "$1/cluster/postmaster.pid")"; rm -rf "$1"',
      folder,
    );
    const { uid, gid } = owner();
    if (uid !== undefined) await Deno.chown(folder, uid, gid!);
    const { success, stderr } = await new Deno.Command(`${programs}/initdb`, {
      args: [
        "-D",
        `${folder}/cluster`,
        "-U",
        "lab",
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
        "--locale=C",
      ],
      cwd: folder,
      ...owner(),
      env: { LC_ALL: "C" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await Deno.writeTextFile(
      `${folder}/cluster/pg_hba.conf`,
      "host all secret all scram-sha-256\nhost all all all trust\n",
    );
    for (let tries = 1;; tries++) {
      // Below those that systems lend, so that nobody gets it while the server is stopped.
      const port = 20_000 + Math.floor(12_000 * Math.random());
      const server = new Server(folder, port, guard);
      try {
        await server.resume();
      } catch (error) {
        await server.stop();
        if (tries === 5) throw error;
        continue;
      }
      await server.query("postgres", `CREATE ROLE secret LOGIN PASSWORD '${PASSWORD}'`);
      return server;
    }
  }

  /** Starts it again where it was stopped, and waits until it answers. */
  async resume(): Promise<void> {
    const settings = {
      ...{ port: this.port, listen_addresses: "127.0.0.1", unix_socket_directories: "" },
      ...{ fsync: "off", max_connections: 60, shared_buffers: "16MB", log_min_messages: "panic" },
    };
    const process = new Deno.Command(`${programs}/postgres`, {
      args: [
        ...["-D", `${this.folder}/cluster`],
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      cwd: this.folder,
      ...owner(),
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#process = process;
    void process.status.then(() => this.#process = undefined);
    for (let tries = 0; tries < 200 && this.#process !== undefined; tries++) {
      // Another server may answer at the port: then this one ends by itself.
      const [row] = await this.query("postgres", "SHOW data_directory").catch(() => []) as {
        data_directory: string;
      }[];
      if (row?.data_directory === `${this.folder}/cluster`) return;
      await new Promise((next) => setTimeout(next, 25));
    }
    throw new Error(`PostgreSQL does not come up on port ${this.port}`);
  }

  /** Offers TLS from now on, with a certificate for which it vouches itself. */
  async encrypt(): Promise<void> {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: [
        ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=db"],
        ...["-keyout", "server.key", "-out", "server.crt"],
      ],
      cwd: `${this.folder}/cluster`,
      ...owner(),
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await this.query("postgres", "ALTER SYSTEM SET ssl = on", { alone: true });
    await this.query("postgres", "SELECT pg_reload_conf()");
  }

  /** Stops it, as a power cut would where it is killed. */
  async stop(signal: "SIGINT" | "SIGQUIT" = "SIGQUIT"): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.status;
    this.#process = undefined;
  }

  /** A new database, as the URL of a store, which leads through another port where one is given. */
  async database(): Promise<string> {
    const name = `lab${++this.#databases}`;
    await this.query("postgres", `CREATE DATABASE ${name}`, { alone: true });
    return this.url(name);
  }

  url(database: string, port = this.port, user = "lab"): string {
    return `postgres://${user}@127.0.0.1:${port}/${database}`;
  }

  /** Asks a database. `alone`: not within a transaction. */
  async query(database: string, sql: string, { alone = false } = {}): Promise<unknown[]> {
    const connection = new Connection(
      placeOf(this.url(database)),
      () => Promise.resolve(undefined),
    );
    try {
      return await connection.transaction(async (query) => {
        if (alone) await query("COMMIT");
        return await query(sql);
      });
    } finally {
      await connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.folder, { recursive: true });
    await this.guard[Symbol.asyncDispose]();
  }
}
