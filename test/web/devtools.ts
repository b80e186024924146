/**
 * @module web-test/devtools
 * The protocol by which a browser is driven: calls and their answers over one WebSocket, for the browser or one page.
 */

type Json = Readonly<Record<string, unknown>>;

/** A page, as its calls are addressed. */
export interface Session {
  /** @throws Error as the browser answers it. */
  call(method: string, params: Json): Promise<Json>;
}

export class DevTools implements Session {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Json>>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#answered(JSON.parse(String(data))));
    socket.addEventListener("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser is gone"));
    });
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    return new DevTools(socket);
  }

  call(method: string, params: Json): Promise<Json> {
    return this.#call(method, params, {});
  }

  /** The session of a page, by its target. */
  async attach(targetId: string): Promise<Session> {
    const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
    return { call: (method, params) => this.#call(method, params, { sessionId }) };
  }

  close(): void {
    this.#socket.close();
  }

  #call(method: string, params: Json, session: Json): Promise<Json> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<Json>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return answer.promise;
  }

  #answered({ id, result, error }: { id?: number; result?: Json; error?: { message: string } }): void {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result ?? {});
  }
}
