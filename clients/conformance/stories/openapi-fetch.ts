import createClient from "openapi-fetch";
import type { components, paths } from "../out/openapi-typescript/schema";
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

const client = (token?: string) =>
  createClient<paths>({ baseUrl, headers: token ? { Authorization: `Bearer ${token}` } : {} });
const form = (fields: Record<string, unknown>) => {
  const f = new FormData();
  for (const [name, value] of Object.entries(fields)) f.append(name, value instanceof Blob ? value : String(value));
  return f;
};

type SignUp = components["schemas"]["UserCreateRequest"];
const { ann, bob } = people("openapi-fetch") as { ann: SignUp; bob: SignUp };
async function signUp(who: SignUp) {
  const made = await client().POST("/users", { body: who });
  const login = await client().POST("/users/login", { body: { username: who.username, password: who.password } });
  return { id: made.data!.id, api: client(login.data!.access_token) };
}
const a = await signUp(ann), b = await signUp(bob);
const genre: components["schemas"]["Genre"] = "Drama";
const movie = (await a.api.POST("/movies", { body: { ...film("소금빛 기차"), genre } })).data!;
const poster = await a.api.POST("/movies/{movie_id}/poster_image", {
  params: { path: { movie_id: movie.id } }, body: { image: image() as never }, bodySerializer: form,
});
ok(poster.data?.poster_image_url, "the film has no poster");
const review = (await a.api.POST("/reviews", {
  body: { movie_id: movie.id, title: "종점까지", content: "기차가 느려질수록", review_image: image() as never }, bodySerializer: form,
})).data!;
ok(review.review_image_url, "the review has no image");
await b.api.POST("/reviews", { body: { movie_id: movie.id, title: "좋다", content: "아주 좋다" }, bodySerializer: form });
await b.api.POST("/likes/reviews/{review_id}/like", { params: { path: { review_id: review.id } } });
const seen: components["schemas"]["Review"][] = [];
for (let cursor: string | undefined; ;) {
  const page = await client().GET("/movies/{movie_id}/reviews", { params: { path: { movie_id: movie.id }, query: { limit: 1, cursor } } });
  seen.push(...page.data!);
  cursor = page.response.headers.get("X-Next-Cursor") ?? undefined;
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
const inbox = await a.api.GET("/notifications/inbox", { params: { query: {} } });
equal(inbox.data!.map((n) => n.type), ["review_like"], "the inbox");
const missing = await client().GET("/movies/{movie_id}", { params: { path: { movie_id: 999999999 } } });
const code: components["schemas"]["ProblemCode"] | undefined = missing.error?.code;
equal(code, "not_found", "the code of a problem");
