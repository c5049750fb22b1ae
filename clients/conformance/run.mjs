// Generates clients from the document of a running cinecircle with public tools, and lets each of them run the same story:
// sign up, sign in, a film, its poster, a review with an image, a like, paging, the inbox.
//
//   node run.mjs PATH-TO-CINECIRCLE [NAME…]
//
// The program runs on a free port with data of its own in a temporary folder. Exit status 1 if one of the clients failed.
import { spawn } from "node:child_process";
import { createWriteStream, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { png } from "./stories/common.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "out");
const [binary, ...only] = process.argv.slice(2);
const running = [];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(what, url, child) {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}`);
    const res = await fetch(url).catch(() => null);
    if (res?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100)); // it cannot say when it is ready
  }
  throw new Error(`${what} did not get ready`);
}

function start(command, args, options, log) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const file = createWriteStream(log);
  child.stdout.pipe(file);
  child.stderr.pipe(file);
  running.push(child);
  return child;
}

function stop() {
  return Promise.all(running.map((child) => new Promise((resolve) => {
    if ((child.exitCode ?? child.signalCode) !== null) return resolve();
    child.once("exit", resolve);
    child.kill();
  })));
}

const data = mkdtempSync(path.join(tmpdir(), "cinecircle-clients-"));
const url = `http://127.0.0.1:${await freePort()}`;
const frontEnd = `http://127.0.0.1:${await freePort()}`; // of the story in a browser
const environment = { ...process.env, PATH: `${here}/node_modules/.bin${path.delimiter}${process.env.PATH}`, CINECIRCLE_URL: url,
  CINECIRCLE_DOCUMENT: path.join(out, "openapi.json"), CINECIRCLE_OUT: out, NO_UPDATE_NOTIFIER: "1", REDOCLY_TELEMETRY: "off" };

/** run ends with an error that has the end of the output when the command fails. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: here, env: environment, ...options });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve(text) : reject(new Error(text.slice(-3000) || `${command} ended with ${code}`))));
  });
}

const story = (name, env = {}) => run("node", [`stories/${name}.mjs`], { env: { ...environment, ...env } });

/** checkTypes checks the types of a story in TypeScript with what was generated. */
function checkTypes(name) {
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--allowJs", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022",
    "--lib", "es2023,dom,dom.iterable"];
  return run("tsc", [...options, `stories/${name}.ts`]);
}

/** typed checks the types of a story, and runs it. */
async function typed(name) {
  await checkTypes(name);
  const bundle = path.join(out, `${name}.mjs`);
  await run("esbuild", [`stories/${name}.ts`, "--bundle", "--packages=external", "--platform=node", "--format=esm", `--outfile=${bundle}`, "--log-level=warning"]);
  await run("node", [bundle]);
}

/** inChromium runs a story in a page on another origin than the program, and ends when the page has reported. */
async function inChromium(name) {
  const chromium = process.env.CINECIRCLE_TEST_CHROMIUM;
  if (!chromium) throw new Error("needs a Chromium in CINECIRCLE_TEST_CHROMIUM");
  await checkTypes(name);
  const bundle = path.join(out, `${name}.js`);
  await run("esbuild", [`stories/${name}.ts`, "--bundle", "--platform=browser", "--format=esm", `--outfile=${bundle}`, "--log-level=warning"]);
  let server, profile = mkdtempSync(path.join(tmpdir(), "cinecircle-chromium-"));
  const result = new Promise((resolve, reject) => {
    server = http.createServer(async (request, response) => {
      if (request.url === "/result") {
        let text = "";
        for await (const chunk of request) text += chunk;
        response.end();
        return text === "" ? resolve() : reject(new Error(text));
      }
      const script = request.url === "/story.js";
      response.setHeader("Content-Type", script ? "text/javascript" : "text/html; charset=utf-8");
      response.end(script ? readFileSync(bundle) : `<!doctype html><title>${name}</title><script type="module" src="/story.js"></script>`);
    }).once("error", reject).listen(new URL(frontEnd).port, "127.0.0.1");
    setTimeout(() => reject(new Error("the page did not report within a minute")), 60_000).unref();
  });
  const browser = start(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--disable-component-update", `--user-data-dir=${profile}`,
    `${frontEnd}/?api=${encodeURIComponent(url)}`], {}, path.join(out, "chromium.log"));
  const gone = new Promise((_, reject) => browser.once("error", reject).once("exit", (code) => reject(new Error(`Chromium ended with ${code}`))));
  try {
    await Promise.race([result, gone]);
  } finally {
    gone.catch(() => {});
    browser.kill();
    await new Promise((resolve) => (browser.exitCode ?? browser.signalCode) === null ? browser.once("exit", resolve) : resolve());
    server.close();
    await removeWhenUnused(profile);
  }
}

/**
 * removeWhenUnused removes the profile of a browser, whose children end after it and write until then. The retries of rmSync
 * only repeat the last rmdir, but not the removal of files that came meanwhile.
 */
async function removeWhenUnused(folder) {
  for (let left = 100; ; left--) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** go generates a client in a copy of go/, whose go.mod pins the generators, and runs the story. */
async function go(name, command) {
  const folder = path.join(out, "go");
  cpSync(path.join(here, "go"), folder, { recursive: true });
  mkdirSync(path.join(folder, name, "api"), { recursive: true });
  await run("go", ["tool", ...command(folder)], { cwd: folder });
  await run("go", ["run", `./${name}`], { cwd: folder });
}

const clients = {
  redocly: () => run("redocly", ["lint", "out/openapi.json"]),
  "swagger-parser": () => run("node", ["-e", `
    import("@apidevtools/swagger-parser").then((m) => m.default.validate("out/openapi.json"))
      .catch((err) => { console.error(err.message); process.exit(1); })`]),
  fetch: () => story("fetch"),
  "openapi-typescript": async () => {
    await run("openapi-typescript", ["out/openapi.json", "-o", "out/openapi-typescript/schema.d.ts"]);
    await typed("openapi-fetch");
  },
  "openapi-client-axios": () => story("openapi-client-axios"),
  "hey-api": async () => {
    await run("openapi-ts", ["-i", "./out/openapi.json", "-o", "out/hey-api"]);
    await typed("hey-api");
  },
  orval: async () => {
    await run("orval", ["--config", "orval.config.cjs"]);
    await typed("orval");
  },
  "swagger-client": () => story("swagger-client"),
  postman: () => story("postman"),
  typescript: async () => {
    cpSync(path.join(here, "../typescript/src"), path.join(out, "typescript"), { recursive: true });
    await run("openapi-typescript", ["out/openapi.json", "-o", "out/typescript/schema.d.ts"]);
    await typed("typescript");
  },
  "typescript-chromium": async () => {
    cpSync(path.join(here, "../typescript/src"), path.join(out, "typescript"), { recursive: true });
    await run("openapi-typescript", ["out/openapi.json", "-o", "out/typescript/schema.d.ts"]);
    await inChromium("browser");
  },
  prism: async () => {
    const port = await freePort();
    const prism = start("prism", ["proxy", "--errors", "--port", String(port), "--host", "127.0.0.1", "out/openapi.json", url],
      { cwd: here, env: environment }, path.join(out, "prism.log"));
    await until("prism", `http://127.0.0.1:${port}/version`, prism);
    await story("fetch", { CINECIRCLE_URL: `http://127.0.0.1:${port}`, CINECIRCLE_IMAGES: "no" });
    const violations = readFileSync(path.join(out, "prism.log"), "utf8").split("\n").filter((line) => /violation/i.test(line));
    if (violations.length > 0) throw new Error(violations.join("\n"));
  },
  sockets: () => story("sockets"),
  "oapi-codegen": () => go("oapicodegen", (folder) =>
    ["oapi-codegen", "-generate", "types,client", "-package", "api", "-o", `${folder}/oapicodegen/api/api.go`, "../openapi.json"]),
  ogen: () => go("ogen", (folder) => ["ogen", "--target", `${folder}/ogen/api`, "--package", "api", "--clean", "../openapi.json"]),
};

let failed = 0;
try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  writeFileSync(path.join(out, "poster.png"), png());
  const outside = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CINECIRCLE_")));
  const program = start(path.resolve(binary), [], { cwd: data, env: { ...outside,
    CINECIRCLE_SERVER_ADDR: new URL(url).host, CINECIRCLE_AUTH_BCRYPT_COST: "4", CINECIRCLE_LIMITS_ENABLED: "false",
    CINECIRCLE_SERVER_ALLOWED_ORIGINS: frontEnd } }, path.join(out, "cinecircle.log"));
  await until("cinecircle", `${url}/readyz`, program);
  writeFileSync(environment.CINECIRCLE_DOCUMENT, await (await fetch(`${url}/openapi.json`)).text());
  for (const [name, check] of Object.entries(clients)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const begin = Date.now();
    try {
      await check();
      console.log(`${name.padEnd(22)} ok (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (err) {
      failed++;
      console.log(`${name.padEnd(22)} FAILED\n${String(err.message).replace(/^/gm, "    ")}`);
    }
  }
} finally {
  await stop();
  rmSync(data, { recursive: true, force: true });
}
if (failed > 0) {
  console.log(`${failed} failed; what was generated is in ${out}`);
  process.exitCode = 1;
}
