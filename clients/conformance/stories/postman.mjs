// The document as a Postman collection, run by newman: a request for every step of the story, as the conversion made it, with
// values from the steps before. Every request that reads is sent as well; only those for moderators may be refused.
import { readFileSync, writeFileSync } from "node:fs";
import newman from "newman";
import converter from "openapi-to-postmanv2";
import { baseUrl, equal, film, ok, people } from "./common.mjs";

const out = process.env.CINECIRCLE_OUT;
const { output } = await new Promise((resolve, reject) => converter.convertV2(
  { type: "string", data: readFileSync(process.env.CINECIRCLE_DOCUMENT, "utf8") },
  { requestNameSource: "Fallback", folderStrategy: "Tags" },
  (err, result) => (err || !result.result ? reject(err ?? new Error(result.reason)) : resolve(result)),
));
const collection = output[0].data;
const requests = new Map();
(function collect(items) {
  for (const item of items) item.item ? collect(item.item) : requests.set(item.name, item);
})(collection.item);

const { ann, bob } = people("postman");
const step = (name, { status, json, form, file = "poster.png", path = {}, save }) => {
  const item = structuredClone(ok(requests.get(name), `the collection has no request "${name}"`));
  const { request } = item;
  request.url.query = [];
  request.header = (request.header ?? []).filter((h) => h.key !== "Idempotency-Key");
  for (const variable of request.url.variable ?? []) variable.value = String(path[variable.key] ?? variable.value);
  if (json) {
    equal(request.body.mode, "raw", `${name}: the kind of its body`);
    request.body.raw = JSON.stringify(json).replaceAll(/"({{\w+}})"/g, "$1"); // ids are numbers
  }
  if (form) {
    equal(request.body.mode, "formdata", `${name}: the kind of its body`);
    request.body.formdata = request.body.formdata.filter((field) => field.type === "file" || field.key in form);
    for (const field of request.body.formdata) {
      if (field.type === "file") field.src = `${out}/${file}`;
      else field.value = String(form[field.key]);
    }
  }
  item.event = [{ listen: "test", script: { type: "text/javascript", exec: [
    `pm.test(${JSON.stringify(name)}, () => pm.expect(pm.response.code, pm.response.text()).to.equal(${status}));`,
    ...Object.entries(save ?? {}).map(([variable, field]) => `pm.environment.set("${variable}", pm.response.json().${field});`),
  ] } }];
  return item;
};
const login = ({ username, password }) => step("Sign in", { status: 200, json: { username, password }, save: { bearerToken: "access_token" } });
equal(collection.auth, { type: "bearer", bearer: [{ type: "any", value: "{{bearerToken}}", key: "token" }] }, "how requests sign in");
writeFileSync(`${out}/ratings.csv`, "Date,Name,Year,Letterboxd URI,Rating\r\n2026-01-02,소금빛 기차,2026,https://boxd.it/aaaa,4\r\n");
const steps = [
  step("Sign up", { status: 201, json: ann, save: { annId: "id" } }),
  step("Sign up", { status: 201, json: bob }),
  login(ann),
  step("Add a film", { status: 201, json: film("소금빛 기차"), save: { movie: "id" } }),
  step("Set the poster of a film", { status: 200, form: {}, path: { movie_id: "{{movie}}" } }),
  step("Review a film", {
    status: 201, form: { movie_id: "{{movie}}", title: "종점까지", content: "기차가 느려질수록" }, save: { review: "id" },
  }),
  step("Make a list", { status: 201, json: { title: "비 오는 날" }, save: { list: "id" } }),
  step("Log a viewing", { status: 201, json: { movie_id: "{{movie}}", watched_on: "2026-01-02" }, save: { viewing: "id" } }),
  step("Comment on a review", { status: 201, json: { content: "한 번 더 보고 싶다" }, path: { review_id: "{{review}}" }, save: { comment: "id" } }),
  step("Bring your history from another service", { status: 202, form: {}, file: "ratings.csv", save: { import: "id" } }),
  login(bob),
  step("Like a review", { status: 200, path: { review_id: "{{review}}" } }),
  login(ann),
  step("List the reviews of a film", { status: 200, path: { movie_id: "{{movie}}" } }),
  step("List your notifications", { status: 200 }),
];
const forModerators = new Set([
  "List your invites, newest first; all of them for moderators", "List members with their status, ordered by id",
  "List what moderators and operators did, newest first", "List reports, oldest first",
]);
for (const [name, { request }] of requests) {
  if (request.method === "GET" && !/WebSocket|script or style|stored image/.test(name)) {
    const path = { movie_id: "{{movie}}", review_id: "{{review}}", user_id: "{{annId}}", list_id: "{{list}}", viewing_id: "{{viewing}}", comment_id: "{{comment}}", import_id: "{{import}}" };
    steps.push(step(name, { status: forModerators.has(name) ? 403 : 200, path }));
  }
}
const summary = await new Promise((resolve, reject) => newman.run({
  collection: { ...collection, item: steps, variable: [{ key: "baseUrl", value: baseUrl }] }, environment: { values: [] }, reporters: [],
}, (err, result) => (err ? reject(err) : resolve(result))));
const failures = summary.run.failures.map((f) => `${f.source?.name}: ${f.error.message}`);
equal(failures.slice(0, 3), [], `failed requests, ${failures.length} in all`);
equal(summary.run.stats.requests.total, steps.length, "requests sent");
