/**
 * An S3-compatible server for tests: s3rver, in a folder of its own, on a free port.
 *
 * @module
 */
// @ts-types="./s3rver.d.ts"
import S3rver from "s3rver";
import type { BucketAccess } from "../../../../lab/store/postgres/files/bucket.ts";
import { BucketFiles } from "../../../../lab/store/postgres/files/bucket.ts";
import { until } from "../../../until.ts";
import { filesPlaceOf } from "../../../../lab/store/postgres/files/place.ts";

/** Of the one who may use it. */
export const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

/** A running server with the bucket `lab`. Dispose to end it. */
export class Bucket implements AsyncDisposable {
  private constructor(
    private readonly server: S3rver,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<Bucket> {
    const folder = await Deno.makeTempDir();
    const server = new S3rver({
      ...{ address: "127.0.0.1", port: 0, silent: true, directory: folder },
      configureBuckets: [{ name: "lab" }],
    });
    const { store } = server;
    const put = store.putObject.bind(store);
    // It answers while the last bytes are still being written: who asks then gets fewer.
    store.putObject = async (object) => {
      const answer = await put(object);
      const path = store.getResourcePath(object.bucket, object.key, "object");
      await until(async () => (await Deno.stat(path)).size === answer.size);
      return answer;
    };
    const { port } = await server.run();
    return new Bucket(server, folder, port);
  }

  /** What a store's URL names for it. */
  url(prefix: string, { bucket = "lab", port = this.port } = {}): string {
    return `s3://${bucket}/${prefix}?endpoint=http://127.0.0.1:${port}`;
  }

  files(url: string, access: BucketAccess = { credentials }, silence?: number): BucketFiles {
    const place = filesPlaceOf(url);
    if (place.kind !== "bucket") throw new Error(url);
    return new BucketFiles(place, access, silence);
  }

  /** Where the bytes of an object lie. */
  path(key: string): string {
    return `${this.folder}/lab/${key}._S3rver_object`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.httpServer.closeAllConnections();
    await this.server.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}
