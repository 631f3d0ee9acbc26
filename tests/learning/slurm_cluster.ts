/**
 * Slurm for tests: Debian's, with nodes of one core each on this machine, in a folder of its own, on free
 * ports.
 *
 * @module
 */
import { Guard } from "../guard.ts";
import { until } from "../until.ts";

/** What a cluster needs. */
const programs = ["munged", "slurmctld", "slurmd"].map((name) => `/usr/sbin/${name}`);

/** True where tests of it are left out: without Slurm, though never in CI. */
export const missing = !Deno.env.get("CI") && !programs.every(isThere);

if (missing) {
  console.log(
    "No Slurm, its tests are skipped: apt-get install -y slurmctld slurmd slurm-client munge",
  );
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * A shell's script that sends the signals `$3` to what the cluster in the folder `$1` has started and has `$2`
 * among its variables: daemons, and the tasks of jobs, all of which inherit where its configuration lies.
 */
const SIGNAL = `for signal in $3; do for each in /proc/[0-9]*; do
  grep -qzF "SLURM_CONF=$1/" $each/environ && grep -qzF "$2" $each/environ &&
    kill -$signal \${each#/proc/}
done; done`;
/** They are stopped before they are killed, so that none tells of the end of another. */
const DEATH = "STOP KILL";

/** What Slurm tells a task its node by. A node's daemons are told by a name that ends so. */
const NODE = "SLURMD_NODENAME";

/** A running cluster. Dispose to end it and to remove what it holds; it ends with the tests' process, too. */
export class Cluster implements AsyncDisposable {
  readonly #daemons: Deno.ChildProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly nodes: readonly string[],
    readonly guard: Guard,
  ) {}

  /** Starts a controller and nodes, and waits until they are idle. */
  static async start(nodes: readonly string[]): Promise<Cluster> {
    const folder = await Deno.makeTempDir();
    const guard = new Guard(`set -- "$1" "" "${DEATH}"; ${SIGNAL}; rm -rf "$1"`, folder);
    const cluster = new Cluster(folder, nodes, guard);
    try {
      await cluster.#begin();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** Where programs find the cluster. */
  get environment(): Record<string, string> {
    return { SLURM_CONF: `${this.folder}/slurm.conf` };
  }

  async #begin(): Promise<void> {
    const { folder, nodes } = this;
    const ports = freePorts(nodes.length + 1);
    await Deno.writeTextFile(`${folder}/slurm.conf`, configuration(folder, nodes, ports));
    const key = crypto.getRandomValues(new Uint8Array(1024));
    await Deno.writeFile(`${folder}/munge.key`, key, { mode: 0o400 });
    for (const name of ["state", ...nodes]) await Deno.mkdir(`${folder}/${name}`);
    this.#spawn("munged", [
      ...["--foreground", "--force", "--key-file", `${folder}/munge.key`],
      ...["--socket", `${folder}/munge.socket`, "--pid-file", `${folder}/munged.pid`],
      ...["--seed-file", `${folder}/munge.seed`, "--log-file", `${folder}/munged.log`],
    ]);
    await until(() => isSocket(`${folder}/munge.socket`));
    this.#spawn("slurmctld", ["-D", "-c"]);
    for (const node of nodes) this.#spawn("slurmd", ["-D", "-N", node], { [`TEST_${NODE}`]: node });
    await until(async () => (await this.idle()).length === nodes.length);
  }

  #spawn(name: string, args: readonly string[], variables: Record<string, string> = {}): void {
    this.#daemons.push(
      new Deno.Command(`/usr/sbin/${name}`, {
        args: [...args],
        cwd: this.folder,
        env: { ...this.environment, ...variables },
        ...{ stdin: "null", stdout: "null", stderr: "null" },
      }).spawn(),
    );
  }

  /** Kills a node's daemon and the tasks that run there, as a power cut does. */
  async cutPower(node: string): Promise<void> {
    await this.#signal(`${NODE}=${node}`, DEATH);
  }

  /** Stops a node's daemon and the tasks that run there, until it is thawed. */
  async freeze(node: string): Promise<void> {
    await this.#signal(`${NODE}=${node}`, "STOP");
  }

  async thaw(node: string): Promise<void> {
    await this.#signal(`${NODE}=${node}`, "CONT");
  }

  async #signal(variable: string, signals: string): Promise<void> {
    await new Deno.Command("/bin/sh", {
      args: ["-c", SIGNAL, "signal", this.folder, variable, signals],
      ...{ stdout: "null", stderr: "null" },
    }).output();
  }

  /** Calls a program of Slurm's and returns what it says. */
  async call(name: string, ...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(name, {
      args,
      env: this.environment,
    }).output();
    const [said, refused] = [stdout, stderr].map((each) => new TextDecoder().decode(each).trim());
    if (!success) throw new Error(`${name} ${args.join(" ")}: ${refused}`);
    return said;
  }

  /** The nodes that wait for work. */
  async idle(): Promise<string[]> {
    const said = await this.call("sinfo", "-hN", "-o", "%N", "-t", "idle").catch(() => "");
    return said.split("\n").filter((name) => name !== "");
  }

  /** The tasks of jobs that have not ended, with their states, and the nodes of those that run. */
  async tasks(): Promise<Map<number, { state: string; node: string }>> {
    const lines = (await this.call("squeue", "-hr", "-o", "%K|%T|%N")).split("\n").filter(Boolean);
    return new Map(lines.map((line) => {
      const [index, state, node] = line.split("|");
      return [Number(index), { state, node }];
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#signal("", DEATH);
    await Promise.all(this.#daemons.map(({ status }) => status));
    await Deno.remove(this.folder, { recursive: true });
    await this.guard[Symbol.asyncDispose]();
  }
}

/**
 * What Slurm is told. A task that is queued again begins as soon as its credential is over, after two minutes
 * unless said otherwise, and a node that is silent is soon given up.
 */
function configuration(folder: string, nodes: readonly string[], ports: readonly number[]): string {
  const host = Deno.hostname();
  const user = Deno.uid();
  return [
    "ClusterName=lab",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${ports[0]}`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    "AuthType=auth/munge",
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU",
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/%n.log`,
    "SlurmdTimeout=5",
    "ReturnToService=2",
    "MpiDefault=none",
    ...nodes.map((node, i) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i + 1]} CPUs=1`
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
  return probes.map((probe) => {
    const { port } = probe.addr as Deno.NetAddr;
    probe.close();
    return port;
  });
}

function isSocket(path: string): boolean {
  try {
    return Deno.statSync(path).isSocket === true;
  } catch {
    return false;
  }
}
