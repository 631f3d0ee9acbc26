/**
 * What `files=…` in a store's URL names: a folder, or an S3-compatible bucket.
 *
 * @module
 */
import { InputError } from "../../../core/errors.ts";

/** A folder that every machine has under the same path. */
export interface FolderPlace {
  readonly kind: "folder";
  readonly path: string;
  /** As it is kept and shown: `file:/srv/lab`. */
  readonly name: string;
}

/** Keys of a bucket that begin with a prefix. */
export interface BucketPlace {
  readonly kind: "bucket";
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  /** Left out: as the environment says, or Amazon's. */
  readonly endpoint?: string;
  readonly region?: string;
  /** As it is kept and shown: `s3://bucket/prefix?endpoint=http://minio:9000`. */
  readonly name: string;
}

/** A place for files outside the database. */
export type FilesPlace = FolderPlace | BucketPlace;

const FORM = "file:/FOLDER or s3://BUCKET/PREFIX?endpoint=URL&region=NAME";
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function refused(why: string): InputError {
  return new InputError(`Cannot open the store as ${why}`);
}

/**
 * Reads `file:/FOLDER` or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`.
 *
 * @throws {InputError} for what is neither, also for one with a secret in it, which it does not repeat.
 */
export function filesPlaceOf(text: string): FilesPlace {
  const url = URL.parse(text);
  if (url === null) throw refused(`files must read ${FORM}`);
  const secret = [...url.searchParams.keys()]
    .some((name) => /key|secret|token|passw|credential|signature/i.test(name));
  if (url.username !== "" || url.password !== "" || secret) throw secretRefused();
  if (url.pathname.includes("&")) throw refused("files=… must come last in its URL");
  return url.protocol === "file:" ? folderPlace(text, url) : bucketPlace(url);
}

function secretRefused(): InputError {
  return refused(
    "files holds a secret, which others can see: leave it out, and set AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY on each machine",
  );
}

function folderPlace(text: string, url: URL): FolderPlace {
  const path = decodeURIComponent(url.pathname).replace(/\/+$/, "");
  if (!/^file:(\/\/)?\/[^/]/i.test(text) || path === "" || url.search !== "") {
    throw refused(`files must read ${FORM}, the folder by its whole path`);
  }
  return { kind: "folder", path, name: `file:${path}` };
}

function bucketPlace(url: URL): BucketPlace {
  const { protocol, hostname: bucket, searchParams } = url;
  if (protocol !== "s3:" || url.port !== "") throw refused(`files must read ${FORM}`);
  if (!BUCKET.test(bucket)) {
    throw refused(
      `a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens: "${bucket}"`,
    );
  }
  const unknown = [...searchParams.keys()].find((name) => name !== "endpoint" && name !== "region");
  if (unknown !== undefined) {
    throw refused(
      `files=s3://… takes endpoint and region alone, and comes last in the URL: "${unknown}"`,
    );
  }
  const region = searchParams.get("region") ?? undefined;
  if (region !== undefined && !/^[\w-]+$/.test(region)) {
    throw refused("region must be a name, as eu-central-1");
  }
  const given = searchParams.get("endpoint");
  const endpoint = given === null ? undefined : endpointOf(given, "endpoint");
  const prefix = decodeURIComponent(url.pathname).split("/").filter((part) => part !== "")
    .map((part) => `${part}/`).join("");
  const said = [
    ...endpoint === undefined ? [] : [`endpoint=${endpoint}`],
    ...region === undefined ? [] : [`region=${region}`],
  ];
  const query = said.length === 0 ? "" : `?${said.join("&")}`;
  const name = `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}${query}`;
  return { kind: "bucket", bucket, prefix, endpoint, region, name };
}

/**
 * The origin of a bucket's server.
 *
 * @param from Where it was said, for the message.
 * @throws {InputError} for what is none, also for one with a secret in it, which it does not repeat.
 */
export function endpointOf(text: string, from: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.username !== "" || url.password !== "" || url.search !== "")) {
    throw secretRefused();
  }
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refused(`${from} must read https://HOST:PORT`);
  }
  return url.href.replace(/\/+$/, "");
}
