/**
 * Slurm for tests: Debian's, two nodes on this machine, in a folder of its own. Its daemons run as root.
 *
 * @module
 */
import { Guard } from "../guard.ts";
import { sizeOfFile } from "../../lab/store/files.ts";

/** Programs that the tests start, by Debian's places. */
const programs = ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"];

/** True where tests of it are left out: without Slurm, or without root, though never in CI. */
export const missing = !Deno.env.get("CI") &&
  (Deno.uid() !== 0 || !programs.every((path) => sizeOfFile(path) !== undefined));

if (missing) {
  console.log(
    "No Slurm, its tests are skipped: as root, apt-get install -y slurmctld slurmd slurm-client munge",
  );
}

const nodes = ["n1", "n2"];

/** A running cluster. Dispose to end it; it ends with the tests' process, too. */
export class Cluster implements AsyncDisposable {
  readonly #daemons = new Map<string, { process: Deno.ChildProcess; guard: Guard }>();

  private constructor(readonly folder: string) {}

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await Deno.makeTempDir());
    const { folder } = cluster;
    // munged trusts no path that others may write.
    await Deno.chmod(folder, 0o755);
    await Deno.writeFile(`${folder}/key`, crypto.getRandomValues(new Uint8Array(1024)), {
      mode: 0o400,
    });
    await Deno.writeTextFile(`${folder}/slurm.conf`, configurationOf(folder));
    cluster.#begin("munged", [
      "/usr/sbin/munged",
      ...["--foreground", "--force", `--key-file=${folder}/key`, `--socket=${folder}/munge.socket`],
      ...[`--pid-file=${folder}/munged.pid`, `--seed-file=${folder}/seed`],
      `--log-file=${folder}/munged.log`,
    ]);
    await until(() => sizeOfFile(`${folder}/munge.socket`) !== undefined);
    cluster.#begin("slurmctld", ["/usr/sbin/slurmctld", "-D"]);
    for (const node of nodes) cluster.begin(node);
    await until(async () => (await cluster.ask("sinfo", "-h", "-t", "idle", "-o", "%D")) === "2");
    return cluster;
  }

  /** What programs of Slurm's find it by. */
  get env(): Record<string, string> {
    return { SLURM_CONF: `${this.folder}/slurm.conf` };
  }

  /** What a program of Slurm's says. */
  async ask(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command(program, {
      ...{ args, env: this.env, stderr: "null" },
    }).output();
    return new TextDecoder().decode(stdout).trim();
  }

  /** Starts a node, again where it was killed. */
  begin(node: string): void {
    this.#begin(node, ["/usr/sbin/slurmd", "-D", "-N", node]);
  }

  /** Kills a node's daemon. */
  async kill(node: string): Promise<void> {
    const { process, guard } = this.#daemons.get(node)!;
    process.kill("SIGKILL");
    await process.status;
    await guard[Symbol.asyncDispose]();
    this.#daemons.delete(node);
  }

  #begin(name: string, [program, ...args]: readonly string[]): void {
    const process = new Deno.Command(program, {
      ...{ args, env: this.env, stdout: "null", stderr: "null" },
    }).spawn();
    const guard = new Guard('kill -KILL "$1"', String(process.pid));
    this.#daemons.set(name, { process, guard });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask("scancel", "--user=root");
    await until(async () => (await this.ask("squeue", "-h")) === "");
    for (const name of [...this.#daemons.keys()].reverse()) await this.kill(name);
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Two nodes that differ by their ports. */
function configurationOf(folder: string): string {
  const host = Deno.hostname();
  const [controller, ...ports] = freePorts(1 + nodes.length);
  const settings = {
    ...{ ClusterName: "lab", SlurmctldHost: `${host}(127.0.0.1)`, SlurmctldPort: controller },
    ...{ SlurmUser: "root", SlurmdUser: "root" },
    ...{ AuthType: "auth/munge", AuthInfo: `socket=${folder}/munge.socket` },
    ...{ ProctrackType: "proctrack/linuxproc", TaskPlugin: "task/none" },
    ...{ SelectType: "select/cons_tres", SelectTypeParameters: "CR_CPU" },
    ...{ StateSaveLocation: `${folder}/state`, SlurmdSpoolDir: `${folder}/spool-%n` },
    ...{ SlurmctldPidFile: `${folder}/ctld.pid`, SlurmdPidFile: `${folder}/slurmd-%n.pid` },
    ...{ SlurmctldLogFile: `${folder}/ctld.log`, SlurmdLogFile: `${folder}/slurmd-%n.log` },
    ...{ ReturnToService: 2, MpiDefault: "none", SlurmdTimeout: 10, KillWait: 20 },
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ...nodes.map((node, i) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${
        ports[i]
      } CPUs=1 State=UNKNOWN`
    ),
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
    "",
  ].join("\n");
}

function freePorts(count: number): number[] {
  const probes = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = probes.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const probe of probes) probe.close();
  return ports;
}

/** Waits until something is so, a minute at most. */
export async function until(isSo: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (let tries = 0; !await isSo(); tries++) {
    if (tries > 10 * seconds) throw new Error(`it is not so after ${seconds} s: ${isSo}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}
