// The client in clients/typescript.
// @ts-expect-error ws has no types of its own
import WS from "ws";
import { Cinecircle, form, pages, type Schemas, type Tokens } from "../out/typescript/index";
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

const { ann, bob } = people("typescript") as { ann: Schemas["UserCreateRequest"]; bob: Schemas["UserCreateRequest"] };
let stored: Tokens | null = null;
const options = { baseUrl: baseUrl!, WebSocket: WS as unknown as typeof WebSocket };
const a = new Cinecircle({ ...options, onTokens: (tokens) => (stored = tokens) }), b = new Cinecircle(options);
const annId = (await a.api.POST("/users", { body: ann })).data!.id;
await b.api.POST("/users", { body: bob });
equal(await a.login(ann.username, "wrong-password"), false, "a wrong password");
ok(await a.login(ann.username, ann.password), "ann signs in");
ok(await b.login(bob.username, bob.password), "bob signs in");

const movie = (await a.api.POST("/movies", { body: { ...film("소금빛 기차"), genre: "Drama" } })).data!;
const review = (await a.api.POST("/reviews", {
  body: { movie_id: movie.id, title: "종점까지", content: "기차가", review_image: image() as never }, bodySerializer: form,
})).data!;
ok(review.review_image_url, "the review has no image");

// An access token that is refused is replaced, once for requests at the same time, and the request is sent again.
const refreshed: (Tokens | null)[] = [];
let refreshes = 0;
const old = new Cinecircle({
  ...options, tokens: { access: "expired", refresh: stored!.refresh }, onTokens: (t) => refreshed.push(t),
  fetch: (request) => { if (request.url.endsWith("/users/refresh")) refreshes++; return fetch(request); },
});
const both = await Promise.all([old.api.GET("/users/me"), old.api.POST("/movies", { body: { ...film("둘째"), genre: "Drama" } })]);
equal(both.map((r) => r.response.status), [200, 201], "requests with an expired token");
equal([refreshes, refreshed.length], [1, 1], "refreshes");

const names = [];
for await (const m of pages((cursor) => b.api.GET("/movies", { params: { query: { limit: 1, cursor } } }))) names.push(m.id);
ok(names.includes(movie.id) && names.length > 1, "all pages have the film");

// A socket with an expired token refreshes it, then gets what was missed and what is new, in order.
const seen: number[] = [];
await b.api.POST("/users/{user_id}/follow", { params: { path: { user_id: annId } } });
const late = new Cinecircle({ ...options, tokens: { access: "expired", refresh: refreshed[0]!.refresh } });
await new Promise<void>((resolve, reject) => {
  const stop = late.listen({
    since: 0,
    onNotification: ({ seq }) => {
      seen.push(seq);
      if (seq === 1) void b.api.POST("/likes/reviews/{review_id}/like", { params: { path: { review_id: review.id } } });
      if (seq === 2) { stop(); resolve(); }
    },
    onEnd: (code, reason) => reject(new Error(`${code} ${reason}`)),
  });
});
equal(seen, [1, 2], "notifications");

const groups = [];
for await (const g of pages((cursor) => late.groups({ limit: 1, cursor }))) groups.push(`${g.type} ${g.unread}/${g.count} ${g.actors[0]?.username} ${g.latest.seq}`);
equal(groups.map((g) => g.replace(/ \S+ (\d+)$/, " $1")), ["review_like 1/1 2", "follow 1/1 1"], "the inbox in groups");

// What cannot get better ends, with the reason.
const ended = (since: number, client: Cinecircle) =>
  new Promise<number>((resolve) => client.listen({ since, onNotification: () => {}, onEnd: resolve }));
equal(await ended(Number.NaN, b), 4002, "a bad since");
equal(await ended(0, new Cinecircle({ ...options, tokens: { access: "x", refresh: "y" } })), 4001, "tokens that cannot be renewed");
await b.logout();
equal((await b.api.GET("/users/me")).response.status, 401, "after signing out");
