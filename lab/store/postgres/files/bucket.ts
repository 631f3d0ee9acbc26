/**
 * Files as objects of an S3-compatible bucket. The client is loaded where one is used, and told all
 * that it would look for elsewhere: it reads no file and asks no metadata service.
 *
 * @module
 */
import type { S3 } from "@aws-sdk/client-s3";
import { InputError, LabError } from "../../../core/errors.ts";
import { isUntrusted, UnreachableError } from "../connection.ts";
import { type FleetFiles, isSound, MARK } from "./contract.ts";
import type { BucketPlace } from "./place.ts";

/** What a machine says of buckets. */
export interface BucketAccess {
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Where the store's URL names none. */
  readonly endpoint?: string;
  readonly region?: string;
}

/** Milliseconds until a server that is not there, or does not answer, counts as gone. */
const CONNECT_MILLISECONDS = 5_000;
const SILENT_MILLISECONDS = 20_000;

/** Objects of a bucket below a prefix. */
export class BucketFiles implements FleetFiles {
  readonly name: string;
  #client: Promise<S3> | undefined;

  /** @param silence Milliseconds until a server that does not answer counts as gone. */
  constructor(
    private readonly place: BucketPlace,
    private readonly access: BucketAccess,
    private readonly silence: number = SILENT_MILLISECONDS,
  ) {
    this.name = place.name;
  }

  async begin(): Promise<void> {
    await this.put(MARK, new Uint8Array());
  }

  async check(): Promise<void> {
    if (await this.get(MARK) !== undefined) return;
    throw this.#because(
      LabError,
      `${MARK} is missing there, which stands in the bucket of the store: endpoint and region may ` +
        "be those of another",
    );
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    const isThere = await this.#ask(async (s3) => {
      try {
        return await s3.headObject(this.#object(path)) !== undefined;
      } catch (error) {
        // Who may not list a bucket is refused where nothing is; and the answer has no reason in it.
        if ([403, 404].includes(statusOf(error) ?? 0)) return false;
        throw error;
      }
    });
    if (isThere && isSound(path, await this.get(path))) return;
    await this.#ask((s3) => s3.putObject({ ...this.#object(path), Body: bytes }));
  }

  get(path: string): Promise<Uint8Array | undefined> {
    return this.#ask(async (s3) => {
      try {
        const { Body } = await s3.getObject(this.#object(path));
        return await Body!.transformToByteArray();
      } catch (error) {
        if (error instanceof Error && error.name === "NoSuchKey") return undefined;
        throw error;
      }
    });
  }

  async delete(paths: readonly string[]): Promise<void> {
    await this.#ask((s3) => Promise.all(paths.map((path) => s3.deleteObject(this.#object(path)))));
  }

  close(): void {
    this.#client?.then((s3) => s3.destroy(), () => {});
    this.#client = undefined;
  }

  #object(path: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + path };
  }

  async #ask<T>(question: (s3: S3) => Promise<T>): Promise<T> {
    try {
      return await question(await (this.#client ??= this.#connected()));
    } catch (error) {
      throw this.#explained(error);
    }
  }

  async #connected(): Promise<S3> {
    const { credentials } = this.access;
    if (credentials === undefined) {
      throw this.#because(InputError, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set");
    }
    const region = this.place.region ?? this.access.region ?? "us-east-1";
    const own = this.place.endpoint ?? this.access.endpoint;
    const { S3 } = await import("@aws-sdk/client-s3");
    return new S3({
      ...{ credentials, region, endpoint: own ?? `https://s3.${region}.amazonaws.com` },
      forcePathStyle: own !== undefined,
      requestHandler: {
        connectionTimeout: CONNECT_MILLISECONDS,
        socketTimeout: this.silence,
      },
      // Other servers than Amazon's do not know these checksums. Files are held against their hashes.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      // The rest is what it would read from files, variables and the system.
      ...{ defaultsMode: "standard", retryMode: "standard", maxAttempts: 3 },
      ...{ useArnRegion: false, useDualstackEndpoint: false, useFipsEndpoint: false },
      ...{ disableClockSkewCorrection: false, disableS3ExpressSessionAuth: true },
      ...{ authSchemePreference: [], sigv4aSigningRegionSet: [region], userAgentAppId: "reverie" },
      defaultUserAgentProvider: () => Promise.resolve([["reverie"]]),
    });
  }

  #because(Kind: new (message: string, options?: ErrorOptions) => Error, why: string): Error {
    return new Kind(`Cannot use the files in ${this.name} as ${why}`);
  }

  /** What a failure means for who asked, by its name and status: what a server writes is not repeated. */
  #explained(error: unknown): unknown {
    if (error instanceof LabError || error instanceof InputError || !(error instanceof Error)) {
      return error;
    }
    const status = statusOf(error);
    const code = "code" in error ? String(error.code) : error.name;
    if (error.name === "NoSuchBucket") {
      return this.#because(InputError, `there is no bucket "${this.place.bucket}"`);
    }
    if (status === 507 || /full|quota|insufficientstorage/i.test(error.name)) {
      return this.#because(LabError, `the bucket is full: ${error.name}`);
    }
    if (status === 301 || status === 307 || error.name === "AuthorizationHeaderMalformed") {
      return this.#because(
        InputError,
        "the bucket lies in another region: ?region=… in the store's URL, or AWS_REGION, names it",
      );
    }
    if (status === 401 || status === 403 || /token/i.test(error.name)) {
      return this.#because(
        InputError,
        `the server refuses: ${error.name}; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be ` +
          "those of one who may list the bucket, and get, put and delete what is in it",
      );
    }
    if (isUntrusted(error)) {
      return this.#because(InputError, "the server's certificate is not to be trusted");
    }
    const isMistake = !("code" in error) && !/Timeout|Abort/.test(error.name);
    if (status === undefined && isMistake) return error;
    if (status === undefined || status === 429 || status >= 500) {
      return this.#because(UnreachableError, `the server is not to be reached: ${code}`);
    }
    return this.#because(LabError, `the server answers ${status}: ${error.name}`);
  }
}

/** Of an answer that refuses; undefined where none came. */
function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
