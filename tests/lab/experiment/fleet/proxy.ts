/**
 * A way to a server that can be slow, silent or cut.
 *
 * @module
 */

/** Forwards what comes to a port of its own. Dispose to end it. */
export class Proxy implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  #mode: "open" | "silent" | "cut" = "open";
  #delay = 0;
  #wake = Promise.withResolvers<void>();

  constructor(private readonly target: number) {
    void this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Forwards again, each piece so many milliseconds late. */
  open(delay = 0): void {
    this.#mode = "open";
    this.#delay = delay;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** Forwards nothing, and keeps what comes until it is open again. */
  silence(): void {
    this.#mode = "silent";
  }

  /** Breaks what is connected and refuses others. */
  cut(): void {
    this.#mode = "cut";
    for (const connection of this.#open) close(connection);
    this.#open.clear();
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    this.cut();
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    try {
      for await (const client of this.#listener) {
        if (this.#mode === "cut") close(client);
        else void this.#connect(client);
      }
    } catch {
      // It was disposed.
    }
  }

  async #connect(client: Deno.Conn): Promise<void> {
    let server: Deno.Conn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    } catch {
      return close(client);
    }
    this.#open.add(client).add(server);
    await Promise.all([this.#forward(client, server), this.#forward(server, client)]);
    for (const each of [client, server]) {
      close(each);
      this.#open.delete(each);
    }
  }

  async #forward(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        if (this.#delay > 0) await new Promise((next) => setTimeout(next, this.#delay));
        while (this.#mode === "silent") await this.#wake.promise;
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // It was cut.
    }
    close(to);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
