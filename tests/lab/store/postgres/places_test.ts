/** What is read off the URL of a shared store, and off that of its files. */
import { deepStrictEqual, doesNotMatch, ok, strictEqual, throws } from "node:assert";
import { folderOf } from "../../../../lab/store/location.ts";
import { isPostgres } from "../../../../lab/store/scheme.ts";
import { placeOf } from "../../../../lab/store/postgres/connection.ts";
import { endpointOf, filesPlaceOf } from "../../../../lab/store/postgres/files/place.ts";

/** A store whose files lie at a place. */
const inStore = (files: string) => placeOf(`postgres://me@db/lab?sslmode=require&files=${files}`);

/** Fails unless the text is refused in one line, without the secret in it. */
function refuses(read: () => unknown, text: string, message: RegExp): void {
  throws(read, (error: Error) => {
    ok(error.name === "InputError" && message.test(error.message), `${text}: ${error.message}`);
    doesNotMatch(error.message, /geheim|\n/);
    return true;
  });
}

Deno.test("a URL of PostgreSQL says host, port, database, user and how it is encrypted", () => {
  const place = (host: string, port: number, tls: string, more: object = {}) => ({
    ...{ host, port, database: "lab", user: "me", tls, name: `postgres://me@${host}:${port}/lab` },
    ...more,
  });
  const cases: Record<string, object> = {
    "postgres://me@db/lab": place("db", 5432, "require"),
    "postgresql://me@db:6543/lab": place("db", 6543, "require"),
    "postgres://me@localhost/lab": place("localhost", 5432, "disable"),
    "postgres://me@127.0.0.1/lab": place("127.0.0.1", 5432, "disable"),
    "postgres://me@[::1]:7/lab": place("::1", 7, "disable"),
    "postgres://me@db/lab?sslmode=verify-full": place("db", 5432, "verify-full"),
    "postgres://me@localhost/lab?sslmode=require": place("localhost", 5432, "require"),
    "postgres://me@db/lab?files=file:/shared/": place("db", 5432, "require", {
      files: { kind: "folder", path: "/shared", name: "file:/shared" },
    }),
    "postgres://m%40e@db/l%20b?sslmode=disable": {
      ...place("db", 5432, "disable"),
      ...{ user: "m@e", database: "l b", name: "postgres://m@e@db:5432/l b" },
    },
  };
  for (const [url, wanted] of Object.entries(cases)) {
    deepStrictEqual([url, placeOf(url)], [url, wanted]);
    ok(isPostgres(url));
  }
  const both = placeOf(
    "postgres://me@db/lab?sslmode=disable&files=s3://own/a?region=x&endpoint=http://h",
  );
  strictEqual(both.tls, "disable");
  strictEqual(placeOf("postgres://me@db/lab").files, undefined);
  deepStrictEqual(both.files, {
    ...{ kind: "bucket", bucket: "own", prefix: "a/", endpoint: "http://h", region: "x" },
    name: "s3://own/a?endpoint=http://h&region=x",
  });
  for (const other of ["runs", "sqlite:runs", "/a/postgres:b", "file:///a"]) ok(!isPostgres(other));
  const wrong: [string, RegExp][] = [
    ["postgres://", /must (read|name)/],
    ["postgres://db/lab", /must name a user/],
    ["postgres://me@db", /must name a database/],
    ["postgres://me@db/lab?sslmode=allow", /disable, require, verify-full: allow/],
    ["postgres://me@db/lab?ssl=1", /URL parameter "ssl"/],
    ["postgres://me:geheim@db/lab", /holds a password/],
    ["postgres://me@db/lab?password=geheim", /holds a password/],
  ];
  for (const [url, message] of wrong) refuses(() => placeOf(url), url, message);
});

Deno.test("a place for files is a folder or a bucket, without a secret", () => {
  // As in a store's URL, and alone.
  const readers = [filesPlaceOf, (text: string) => inStore(text).files!];
  const read = (text: string) => {
    const [place, same] = readers.map((reader) => ({ ...reader(text) }));
    deepStrictEqual(place, same);
    return place;
  };
  strictEqual(inStore("file:/a").tls, "require");
  const folders = {
    ...{ "file:/a/b": "/a/b", "file:///a/b//": "/a/b" },
    ...{ "file:/a%20b": "/a b", "file:///a/a%20b": "/a/a b" },
  };
  for (const [text, path] of Object.entries(folders)) {
    deepStrictEqual(read(text), { kind: "folder", path, name: `file:${path}` });
  }
  const bucket = (name: string, more: object = {}) => ({
    ...{ kind: "bucket", bucket: "own", prefix: "", endpoint: undefined, region: undefined, name },
    ...more,
  });
  const buckets: Record<string, object> = {
    "s3://own": bucket("s3://own"),
    "s3://own/": bucket("s3://own"),
    "s3://own//a/b/": bucket("s3://own/a/b", { prefix: "a/b/" }),
    "s3://own?region=eu-central-1": bucket("s3://own?region=eu-central-1", {
      region: "eu-central-1",
    }),
    "s3://own/a?endpoint=https://h:9000/": bucket("s3://own/a?endpoint=https://h:9000", {
      ...{ prefix: "a/", endpoint: "https://h:9000" },
    }),
    "s3://own//a/b/?region=x&endpoint=http://h/": bucket(
      "s3://own/a/b?endpoint=http://h&region=x",
      {
        ...{ prefix: "a/b/", endpoint: "http://h", region: "x" },
      },
    ),
  };
  for (const [text, wanted] of Object.entries(buckets)) {
    deepStrictEqual([text, read(text)], [text, wanted]);
  }
  const wrong: [string, RegExp][] = [
    ...["nothing", "http://own/a", "s3://own:1/a", "file:a", "file://", "file:/", "file:/a?b=1"]
      .map((text): [string, RegExp] => [text, /files must read file:\/FOLDER or s3:/]),
    ["file:a", /by its whole path/],
    ["file:/", /by its whole path/],
    ["s3://Ow/a", /bucket's name has 3 to 63 lower-case .*: "Ow"/],
    ["s3://own/a?acl=x", /endpoint and region alone.*"acl"/],
    ["s3://own/a?sslmode=require", /comes last in the URL: "sslmode"/],
    ["s3://own/a?region=a%20b", /region must be a name/],
    ["s3://own/a?endpoint=ftp://h", /endpoint must read https:/],
    ["s3://own/a?endpoint=h:9000", /endpoint must read https:/],
    ["s3://geheim:x@own/a", /holds a secret/],
    ["s3://geheim@own/a", /holds a secret/],
    ["s3://own/a?access_key=geheim", /holds a secret/],
    ["s3://own/a?secretAccessKey=geheim", /holds a secret/],
    ["s3://own/a?X-Amz-Signature=geheim", /holds a secret/],
    ["s3://own/a?endpoint=http://me:geheim@h", /holds a secret/],
    ["s3://own/a?endpoint=http://h?token=geheim", /holds a secret/],
    ["s3://own/a&region=x", /must come last/],
    ["s3://own/a&sslmode=require", /must come last/],
    ["file:/a&sslmode=require", /must come last/],
  ];
  for (const [text, message] of wrong) {
    for (const reader of readers) refuses(() => reader(text), text, message);
  }
  strictEqual(endpointOf("http://h:1/a//", "X"), "http://h:1/a");
  throws(() => endpointOf("h:1", "AWS_ENDPOINT_URL"), /AWS_ENDPOINT_URL must read https:/);
});

Deno.test("a store's folder is a path, sqlite:PATH or a file: URL", () => {
  const folders = {
    ...{ runs: "runs", "runs//": "runs", "/": "/", "sqlite:runs": "runs", "sqlite:/a/": "/a" },
    ...{ "sqlite:///a": "/a", "sqlite://a": "a", "file:///a%20b/": "/a b", "file:a": "a" },
    "SQLite:a": "a",
  };
  for (const [location, folder] of Object.entries(folders)) {
    deepStrictEqual([location, folderOf(location)], [location, folder]);
  }
  throws(() => folderOf(""), /names no folder/);
  for (const empty of ["sqlite:", "sqlite://"]) throws(() => folderOf(empty), /names no folder/);
  throws(() => folderOf("file://host/a"), /must name a local file/);
  throws(
    () => folderOf("mysql://me:geheim@h"),
    (error: Error) => /a folder, sqlite:FOLDER or a file: URL: mysql:…$/.test(error.message),
  );
});
