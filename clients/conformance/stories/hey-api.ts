import { createClient } from "../out/hey-api/client";
import {
  createMovie, createReview, createUser, likeReview, listMovieReviews, listNotifications, login, setMoviePoster, type Review, type UserCreateRequest,
} from "../out/hey-api";
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

const client = (auth?: string) => createClient({ baseUrl, auth, throwOnError: true });
const { ann, bob } = people("hey-api") as { ann: UserCreateRequest; bob: UserCreateRequest };
const open = client();
async function signUp(who: UserCreateRequest) {
  const { data } = await createUser({ client: open, body: who, throwOnError: true });
  const tokens = await login({ client: open, body: { username: who.username, password: who.password }, throwOnError: true });
  return { id: data.id, api: client(tokens.data.access_token) };
}
const a = await signUp(ann), b = await signUp(bob);
const { data: movie } = await createMovie({ client: a.api, body: { ...film("소금빛 기차"), genre: "Drama" }, throwOnError: true });
const poster = await setMoviePoster({ client: a.api, path: { movie_id: movie.id }, body: { image: image() }, throwOnError: true });
ok(poster.data.poster_image_url, "the film has no poster");
const { data: review } = await createReview({
  client: a.api, body: { movie_id: movie.id, title: "종점까지", content: "기차가 느려질수록", review_image: image() }, throwOnError: true,
});
ok(review.review_image_url, "the review has no image");
await createReview({ client: b.api, body: { movie_id: movie.id, title: "좋다", content: "아주 좋다" }, throwOnError: true });
await likeReview({ client: b.api, path: { review_id: review.id }, throwOnError: true });
const seen: Review[] = [];
for (let cursor: string | undefined; ;) {
  const page = await listMovieReviews({ client: open, path: { movie_id: movie.id }, query: { limit: 1, cursor }, throwOnError: true });
  seen.push(...page.data);
  cursor = page.response.headers.get("X-Next-Cursor") ?? undefined;
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
const inbox = await listNotifications({ client: a.api, throwOnError: true });
equal(inbox.data.map((n) => n.type), ["review_like"], "the inbox");
