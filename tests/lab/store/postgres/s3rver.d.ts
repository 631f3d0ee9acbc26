/** An object that is put. */
interface Put {
  readonly bucket: string;
  readonly key: string;
}

/** What tests use of s3rver, which has no types of its own. */
export default class S3rver {
  constructor(options: {
    readonly address: string;
    readonly port: number;
    readonly silent: boolean;
    readonly directory: string;
    readonly configureBuckets: readonly { readonly name: string }[];
  });
  readonly store: {
    putObject(object: Put): Promise<{ readonly size: number }>;
    getResourcePath(bucket: string, key: string, resource: "object"): string;
  };
  readonly httpServer: { closeAllConnections(): void };
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}
