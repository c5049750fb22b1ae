// The client in clients/typescript as a front end on another origin uses it, in Chromium. The page reports how it went.
import { Cinecircle, form, pages, type Tokens } from "../out/typescript/index";

const baseUrl = new URL(location.href).searchParams.get("api")!;

function equal(got: unknown, want: unknown, what: string) {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

/** ok returns the data of an answer. */
function ok<T>({ data, error, response }: { data?: T; error?: { detail: string }; response: Response }, what: string): T {
  if (data === undefined) throw new Error(`${what}: ${response.status} ${error?.detail}`);
  return data;
}

/** drawn is an image as pages make them: its Blob has no name. */
function drawn(): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  canvas.getContext("2d")!.fillRect(4, 4, 24, 24);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image"))), "image/png"));
}

async function story() {
  const tag = Math.random().toString(36).slice(2, 8), password = "popcorn-and-tea";
  let stored: Tokens | null = null;
  const ann = new Cinecircle({ baseUrl, onTokens: (tokens) => (stored = tokens) }), bob = new Cinecircle({ baseUrl });
  const annId = ok(await ann.api.POST("/users", { body: { username: `ann-${tag}`, password, age: 27, gender: "female" } }), "ann signs up").id;
  ok(await bob.api.POST("/users", { body: { username: `bob-${tag}`, password, age: 34, gender: "male" } }), "bob signs up");
  equal(await ann.login(`ann-${tag}`, "wrong-password"), false, "a wrong password");
  equal([await ann.login(`ann-${tag}`, password), await bob.login(`bob-${tag}`, password)], [true, true], "signing in");

  const film = { plot: "", cast: [], playtime: 112, genre: "Drama" as const };
  const titles = [`소금빛 기차 ${tag}`, `막차 ${tag}`];
  for (const title of titles) ok(await ann.api.POST("/movies", { body: { ...film, title } }), "a film");
  const found = [];
  for await (const m of pages((cursor) => bob.api.GET("/movies", { params: { query: { title: tag, limit: 1, sort: "id", cursor } } }))) found.push(m);
  equal(found.map((m) => m.title), titles, "the pages of a list");
  const review = ok(await ann.api.POST("/reviews", {
    body: { movie_id: found[0]!.id, title: "종점까지", content: "기차가", review_image: (await drawn()) as never }, bodySerializer: form,
  }), "a review with an image");
  const image = await fetch(new URL(review.review_image_url!, baseUrl), { mode: "no-cors" });
  equal(image.type, "opaque", "the image of the review");

  // A socket with an expired token renews it, gets what was missed, and then what is new.
  ok(await bob.api.POST("/users/{user_id}/follow", { params: { path: { user_id: annId } } }), "bob follows ann");
  const late = new Cinecircle({ baseUrl, tokens: { access: "expired", refresh: stored!.refresh }, onTokens: (tokens) => (stored = tokens) });
  const types: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const stop = late.listen({
      since: 0,
      onNotification: ({ type, seq }) => {
        types.push(type);
        if (seq === 1) void bob.api.POST("/likes/reviews/{review_id}/like", { params: { path: { review_id: review.id } } });
        if (seq === 2) { stop(); resolve(); }
      },
      onEnd: (code, reason) => reject(new Error(`the socket ended: ${code} ${reason}`)),
    });
  });
  equal(types, ["follow", "review_like"], "notifications");
  const me = ok(await late.api.GET("/users/me"), "the renewed token");
  equal([me.id, me.follower_count], [annId, 1], "ann");

  // The browser gives scripts the codes with which sockets end.
  const ended = (since: number, tokens: Tokens) =>
    new Promise<number>((resolve) => new Cinecircle({ baseUrl, tokens }).listen({ since, onNotification: () => {}, onEnd: resolve }));
  equal(await ended(Number.NaN, stored!), 4002, "a bad since");
  equal(await ended(0, { access: "x", refresh: "y" }), 4001, "tokens that cannot be renewed");
  await bob.logout();
  equal((await bob.api.GET("/users/me")).response.status, 401, "after signing out");
}

const report = (result: string) => fetch("/result", { method: "POST", body: result });
story().then(() => report(""), (err: Error) => report(err.stack ?? String(err)));
