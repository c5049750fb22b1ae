import SwaggerClient from "swagger-client";
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

const client = (token) => SwaggerClient({ url: `${baseUrl}/openapi.json`, authorizations: token ? { bearer: token } : {} });
const { ann, bob } = people("swagger-client");
const open = await client();
const signUp = async (who) => {
  const { body } = await open.apis.users.createUser({}, { requestBody: who });
  const tokens = await open.apis.sessions.login({}, { requestBody: { username: who.username, password: who.password } });
  return { id: body.id, apis: (await client(tokens.body.access_token)).apis };
};
const a = await signUp(ann), b = await signUp(bob);
const { body: movie } = await a.apis.movies.createMovie({}, { requestBody: film("소금빛 기차") });
const file = () => new File([image()], "poster.png", { type: "image/png" });
const poster = await a.apis.movies.setMoviePoster({ movie_id: movie.id }, { requestBody: { image: file() } });
ok(poster.body.poster_image_url, "the film has no poster");
const { body: review } = await a.apis.reviews.createReview(
  {}, { requestBody: { movie_id: movie.id, title: "종점까지", content: "기차가 느려질수록", review_image: file() } });
ok(review.review_image_url, "the review has no image");
await b.apis.reviews.createReview({}, {
  requestBody: { movie_id: movie.id, title: "좋다", content: "아주 좋다" },
});
await b.apis.likes.likeReview({ review_id: review.id });
const seen = [];
for (let cursor; ;) {
  const { body, headers } = await open.apis.reviews.listMovieReviews({ movie_id: movie.id, limit: 1, cursor });
  seen.push(...body);
  cursor = headers["x-next-cursor"];
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
equal((await a.apis.notifications.listNotifications({})).body.map((n) => n.type), ["review_like"], "the inbox");
