import {
  createMovie, createReview, createUser, likeReview, listMovieReviews, listNotifications, login, setMoviePoster, type Review, type UserCreateRequest,
} from "../out/orval/client";
import { equal, film, image, ok, people } from "./common.mjs";

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const { ann, bob } = people("orval") as { ann: UserCreateRequest; bob: UserCreateRequest };
async function signUp(who: UserCreateRequest) {
  const made = await createUser(who);
  const tokens = await login({ username: who.username, password: who.password });
  if (made.status !== 201 || tokens.status !== 200) throw new Error(`sign-up: ${made.status}, sign-in: ${tokens.status}`);
  return { id: made.data.id, auth: as(tokens.data.access_token) };
}
const a = await signUp(ann), b = await signUp(bob);
const movie = await createMovie({ ...film("소금빛 기차"), genre: "Drama" }, a.auth);
if (movie.status !== 201) throw new Error(`createMovie: ${movie.status}`);
const poster = await setMoviePoster(movie.data.id, { image: image() }, a.auth);
ok(poster.status === 200 && poster.data.poster_image_url, `setMoviePoster: ${poster.status}`);
const review = await createReview(
  { movie_id: movie.data.id, title: "종점까지", content: "기차가 느려질수록", review_image: image() }, a.auth);
if (review.status !== 201) throw new Error(`createReview: ${review.status} ${JSON.stringify(review.data)}`);
ok(review.data.review_image_url, "the review has no image");
equal((await createReview({ movie_id: movie.data.id, title: "좋다", content: "아주 좋다" }, b.auth)).status, 201, "a review without an image");
equal((await likeReview(review.data.id, b.auth)).status, 200, "a like");
const seen: Review[] = [];
for (let cursor: string | undefined; ;) {
  const page = await listMovieReviews(movie.data.id, { limit: 1, cursor });
  if (page.status !== 200) throw new Error(`listMovieReviews: ${page.status}`);
  seen.push(...page.data);
  cursor = page.headers.get("X-Next-Cursor") ?? undefined;
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
const inbox = await listNotifications(undefined, a.auth);
equal(inbox.status === 200 && inbox.data.map((n) => n.type), ["review_like"], "the inbox");
