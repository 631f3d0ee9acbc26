/**
 * `deno task -q fetch URL --sha256 HASH`: brings a file of a data set from the network. The only program
 * of the lab that does; everything else reads what lies in a folder.
 *
 * @module
 */
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { InputError, LabError } from "../../lab/core/errors.ts";
import { firstLine } from "../../lab/experiment/error_lines.ts";
import { bytes, duration } from "../terminal/format.ts";
import { callersPath, type Io, processIo, styled } from "../terminal/io.ts";
import { barOf } from "../terminal/progress.ts";
import { download, type DownloadProgress } from "./download.ts";

const help = `Usage: deno task -q fetch URL --sha256 HASH [--out FOLDER] [--force]

Brings a file into a folder (the caller's where --out is left out), under the
last part of its URL. What was left of a try that broke off goes on where it
ended. The file gets its name once its SHA-256 is the one that is given; a file
of that name with this hash stays as it is, one with another is not written
over without --force.

  --sha256 HASH  SHA-256 of the file, 64 hexadecimal digits, as who publishes
                 the file says it.
  --out FOLDER   Where to put it; made where it is missing.
  --force        Write over a file of that name with another hash.
  --quiet        No progress, errors alone.

Example:
  deno task -q fetch https://example.org/train-images-idx3-ubyte.gz \\
    --sha256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609 \\
    --out mnist`;

/** Milliseconds between two drawings of the bar. */
const FRAME = 100;
/** Columns of the bar. */
const BAR = 20;

/** What a command line asks for. @throws InputError where something of it is missing or wrong. */
function asked(args: readonly string[], io: Io) {
  const { values, positionals } = parsed(args);
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) {
    throw new InputError(
      `Cannot fetch as one URL must be given: ${positionals.join(" ") || "none"}`,
    );
  }
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InputError(`Cannot fetch as a URL must begin with https:// or http://: ${given}`);
  }
  const name = basename(decoded(url.pathname));
  if (!/^[^\\/]*[^\\/.][^\\/]*$/.test(name)) {
    throw new InputError(`Cannot fetch as the URL must end in a file's name: ${given}`);
  }
  const sha256 = values.sha256?.toLowerCase() ?? "none";
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new InputError(
      `Cannot fetch as --sha256 must be the file's hash, 64 hexadecimal digits: ${sha256}`,
    );
  }
  const path = join(callersPath(io, values.out ?? "."), name);
  return { url: url.href, sha256, path, force: values.force };
}

/** A URL's path in characters; empty where it has none that are. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        sha256: { type: "string" },
        out: { type: "string" },
        force: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new InputError(`Cannot fetch as ${firstLine(error)}`);
  }
}

/** A line that is drawn over itself, on a terminal. */
function drawing(io: Io): (progress: DownloadProgress) => void {
  const screen = io.screen();
  if (screen === undefined) return () => {};
  const startedAt = io.now();
  let [drawnAt, first] = [-Infinity, -1];
  return ({ received, total }) => {
    if (first < 0) first = received;
    const now = io.now();
    if (now - drawnAt < FRAME && received !== total) return;
    drawnAt = now;
    const seconds = (now - startedAt) / 1000;
    const rate = (received - first) / seconds;
    const amount = total === undefined ? bytes(received) : `${bytes(received)} of ${bytes(total)}`;
    const parts = [
      ...total === undefined || total === 0
        ? []
        : [barOf(received / total, BAR), `${Math.floor(100 * received / total)} %`],
      amount,
      ...seconds > 0.5 && rate > 0 ? [`${bytes(rate)}/s`] : [],
      ...seconds > 0.5 && rate > 0 && total !== undefined
        ? [`${duration((total - received) / rate)} left`]
        : [],
    ];
    io.notice(`\r\x1b[K${parts.join("  ").slice(0, screen.columns - 1)}`);
  };
}

/** Fetches what `args` ask for. @returns The exit code. Throws nothing. */
export async function main(args: readonly string[], given: Io): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    given.out(help);
    return 0;
  }
  const io = args.includes("--quiet") ? { ...given, notice: () => {} } : given;
  const leaveLine = () => io.screen() === undefined ? undefined : io.notice("\r\x1b[K");
  try {
    const wanted = asked(args, io);
    const { size, resumed, present } = await download(wanted, drawing(io));
    leaveLine();
    const how = present
      ? "is there already, with this hash"
      : resumed > 0
      ? `fetched, the first ${bytes(resumed)} of an earlier try`
      : "fetched";
    io.notice(`${bytes(size)}, hash as given: ${how}\n`);
    io.out(wanted.path);
    return 0;
  } catch (error) {
    leaveLine();
    const isDenied = error instanceof Deno.errors.NotCapable;
    const line = isDenied
      ? "Cannot write there as fetch writes only where it is called from and in /tmp: name a place " +
        "there with --out"
      : error instanceof InputError || error instanceof LabError
      ? error.message
      : `Cannot fetch as ${firstLine(error)}`;
    io.error(`${styled(io.color.error, "red", "error:")} ${line}\n`);
    return isDenied || error instanceof InputError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
