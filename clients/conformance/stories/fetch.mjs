// The story with fetch alone, as a page or a script without any library has it. Prism runs it as well.
import { baseUrl, equal, film, image, ok, people } from "./common.mjs";

async function call(method, path, { token, json, form, status } = {}) {
  const res = await fetch(baseUrl + path, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(json && { "Content-Type": "application/json" }) },
    body: json ? JSON.stringify(json) : form,
  });
  const text = await res.text();
  equal(res.status, status, `${method} ${path}: ${text}`);
  return { body: text && JSON.parse(text), headers: res.headers };
}

function form(fields) {
  const f = new FormData();
  for (const [name, value] of Object.entries(fields)) f.append(name, value);
  return f;
}

// Prism decodes a body as UTF-8 before it passes it on, which no image survives.
const images = process.env.CINECIRCLE_IMAGES !== "no";
const { ann, bob } = people("fetch");
const signUp = async (who) => {
  const { body } = await call("POST", "/users", { json: who, status: 201 });
  const { body: tokens } = await call("POST", "/users/login", { json: { username: who.username, password: who.password }, status: 200 });
  return { id: body.id, token: tokens.access_token };
};
const a = await signUp(ann), b = await signUp(bob);
const { body: movie } = await call("POST", "/movies", { token: a.token, json: film("소금빛 기차"), status: 201 });
if (images) {
  const poster = await call("POST", `/movies/${movie.id}/poster_image`, { token: a.token, form: form({ image: image() }), status: 200 });
  ok(poster.body.poster_image_url, "the film has no poster");
}
const review = await call("POST", "/reviews", {
  token: a.token, form: form({ movie_id: movie.id, title: "종점까지", content: "기차가 느려질수록", ...(images && { review_image: image() }) }), status: 201,
});
equal(review.body.review_image_url !== null, images, "the review has an image");
const text = { movie_id: movie.id, title: "좋다", content: "아주 좋다" };
// Prism knows the documented type alone.
await call("POST", "/reviews", { token: b.token, ...(images ? { json: text } : { form: form(text) }), status: 201 });
await call("POST", `/likes/reviews/${review.body.id}/like`, { token: b.token, status: 200 });
await call("POST", `/users/${a.id}/follow`, { token: b.token, status: 200 });
const seen = [];
for (let cursor; ;) {
  const { body, headers } = await call("GET", `/movies/${movie.id}/reviews?limit=1${cursor ? `&cursor=${cursor}` : ""}`, { status: 200 });
  seen.push(...body);
  cursor = headers.get("x-next-cursor");
  if (!cursor) break;
}
equal(seen.length, 2, "reviews on all pages");
const inbox = await call("GET", "/notifications/inbox", { token: a.token, status: 200 });
equal(inbox.body.map((n) => n.type), ["follow", "review_like"], "the inbox");
equal((await call("GET", "/movies/999999999", { status: 404 })).body.code, "not_found", "the code of a problem");
