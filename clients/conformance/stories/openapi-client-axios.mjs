import { OpenAPIClientAxios } from "openapi-client-axios";
import { readFileSync } from "node:fs";
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

const definition = JSON.parse(readFileSync(process.env.CINECIRCLE_DOCUMENT, "utf8"));
const client = async (token) => {
  const api = await new OpenAPIClientAxios({ definition, axiosConfigDefaults: { baseURL: baseUrl } }).init();
  if (token) api.defaults.headers.common.Authorization = `Bearer ${token}`;
  return api;
};
const form = (fields) => {
  const f = new FormData();
  for (const [name, value] of Object.entries(fields)) f.append(name, value);
  return f;
};
const { ann, bob } = people("axios");
const open = await client();
const signUp = async (who) => {
  const { data } = await open.createUser(null, who);
  const { data: tokens } = await open.login(null, { username: who.username, password: who.password });
  return { id: data.id, api: await client(tokens.access_token) };
};
const a = await signUp(ann), b = await signUp(bob);
const { data: movie } = await a.api.createMovie(null, film("소금빛 기차"));
ok((await a.api.setMoviePoster(movie.id, form({ image: image() }))).data.poster_image_url, "the film has no poster");
const { data: review } = await a.api.createReview(
  null, form({ movie_id: movie.id, title: "종점까지", content: "기차가 느려질수록", review_image: image() }));
ok(review.review_image_url, "the review has no image");
await b.api.createReview(null, { movie_id: movie.id, title: "좋다", content: "아주 좋다" });
await b.api.likeReview(review.id);
const seen = [];
for (let cursor; ;) {
  const { data, headers } = await open.listMovieReviews({ movie_id: movie.id, limit: 1, cursor });
  seen.push(...data);
  cursor = headers["x-next-cursor"];
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
equal((await a.api.listNotifications()).data.map((n) => n.type), ["review_like"], "the inbox");
