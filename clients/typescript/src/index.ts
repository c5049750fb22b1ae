import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export interface Tokens { access: string; refresh: string }

export interface Options {
  baseUrl: string;
  tokens?: Tokens;
  /** Called with new tokens, and with null once the session has ended: store them, for example in the keychain. */
  onTokens?: (tokens: Tokens | null) => void;
  fetch?: (request: Request) => Promise<Response>;
  WebSocket?: typeof WebSocket;
}

export interface Listener {
  /** The seq of the last notification that was handled; 0 gets all there are. */
  since: number;
  onNotification: (notification: Schemas["Notification"]) => void;
  /** Called once when the stream has ended for good, with the close code: 4001 and 4003 mean that the user must sign in. */
  onEnd?: (code: number, reason: string) => void;
}

/** Close codes after which the same socket would only be closed again. */
const permanent = [1009, 4002, 4003, 4009, 4029];

export class Cinecircle {
  /** Every operation of the API, typed by the document. A request whose access token has expired is sent again with a new one. */
  readonly api: Client<paths>;
  #options: Options;
  #tokens: Tokens | null;
  #refreshing: Promise<boolean> | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#tokens = options.tokens ?? null;
    this.api = createClient<paths>({ baseUrl: options.baseUrl, fetch: (request) => this.#send(request) });
  }

  /** login returns false if the name or the password is wrong. */
  async login(username: string, password: string): Promise<boolean> {
    const { data, error, response } = await this.api.POST("/users/login", { body: { username, password } });
    if (data) this.#set({ access: data.access_token, refresh: data.refresh_token });
    else if (response.status !== 401) throw new Error(error?.detail ?? `status ${response.status}`);
    return data !== undefined;
  }

  async logout(): Promise<void> {
    const refresh = this.#tokens?.refresh;
    if (refresh) await this.api.POST("/users/logout", { body: { refresh_token: refresh } });
    this.#set(null);
  }

  /** groups loads a page of the inbox in groups. The document has their type beside that of the plain inbox, in x-variants. */
  async groups(query: { unread?: boolean; limit?: number; cursor?: string } = {}) {
    const { data, error, response } = await this.api.GET("/notifications/inbox", { params: { query: { ...query, grouped: true } } });
    return { data: data as unknown as Schemas["NotificationGroup"][] | undefined, error, response };
  }

  /** listen calls back for every notification after since, in order, until the function that it returns is called. */
  listen({ since, onNotification, onEnd }: Listener): () => void {
    const Socket = this.#options.WebSocket ?? WebSocket;
    let socket: WebSocket | undefined, timer: ReturnType<typeof setTimeout> | undefined, tries = 0, stopped = false;
    const open = () => {
      const url = `${this.#options.baseUrl.replace(/^http/, "ws")}/notifications?since=${since}`;
      socket = new Socket(url, ["bearer", this.#tokens?.access ?? "none"]);
      socket.onmessage = ({ data }) => {
        const notification = JSON.parse(data) as Schemas["Notification"];
        tries = 0;
        onNotification(notification);
        since = notification.seq;
      };
      socket.onclose = async ({ code, reason }) => {
        if (stopped) return;
        // A refresh that failed for want of a network leaves the tokens, and is tried again after the wait.
        if (code === 4001) await this.#refresh().catch(() => false);
        if (stopped) return;
        if (permanent.includes(code) || !this.#tokens) return onEnd?.(code, reason);
        timer = setTimeout(open, Math.random() * Math.min(30_000, 500 * 2 ** tries++));
      };
    };
    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    };
  }

  #set(tokens: Tokens | null) {
    this.#tokens = tokens;
    this.#options.onTokens?.(tokens);
  }

  async #send(request: Request): Promise<Response> {
    const again = request.clone(); // a body can be read once
    const sentWith = this.#tokens;
    const response = await this.#fetch(request);
    if (response.status !== 401 || !this.#tokens || /\/users\/(login|refresh|logout)$/.test(new URL(request.url).pathname)) return response;
    const renewed = this.#tokens !== sentWith || (await this.#refresh()); // another request may have renewed them
    return renewed ? this.#fetch(again) : response;
  }

  #fetch(request: Request): Promise<Response> {
    if (this.#tokens) request.headers.set("Authorization", `Bearer ${this.#tokens.access}`);
    return (this.#options.fetch ?? fetch)(request);
  }

  /** Requests that find the token expired at the same time share one refresh: a refresh token is valid once. */
  #refresh(): Promise<boolean> {
    return (this.#refreshing ??= this.#renew().finally(() => (this.#refreshing = null)));
  }

  async #renew(): Promise<boolean> {
    if (!this.#tokens) return false;
    const { data, response } = await this.api.POST("/users/refresh", { body: { refresh_token: this.#tokens.refresh } });
    if (data) this.#set({ access: data.access_token, refresh: data.refresh_token });
    else if (response.status === 401) this.#set(null);
    return data !== undefined;
  }
}

/** pages yields the entries of a list, and loads the next page when it is needed. */
export async function* pages<T>(load: (cursor?: string) => Promise<{ data?: T[]; error?: { detail: string }; response: Response }>): AsyncGenerator<T> {
  for (let cursor: string | undefined; ;) {
    const { data, error, response } = await load(cursor);
    if (!data) throw new Error(error?.detail ?? `status ${response.status}`);
    yield* data;
    cursor = response.headers.get("X-Next-Cursor") ?? undefined;
    if (!cursor) return;
  }
}

/** form is the bodySerializer of operations with an image: pass a Blob or a File for it. */
export function form(fields: object): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) data.append(name, value instanceof Blob ? value : String(value));
  }
  return data;
}
