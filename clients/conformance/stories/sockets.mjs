// WebSocket clients that reconnect by themselves, and one that does not: a notification arrives, and a bad since ends it.
import ReconnectingWebSocket from "reconnecting-websocket";
import { WebSocket as PartySocket } from "partysocket";
import WS from "ws";
import { baseUrl, equal, people } from "./common.mjs";

const post = async (path, json, token) => {
  const res = await fetch(baseUrl + path, {
    method: "POST", headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) }, body: json && JSON.stringify(json),
  });
  return res.json();
};
const signUp = async (who) => {
  const { id } = await post("/users", who);
  const { access_token } = await post("/users/login", { username: who.username, password: who.password });
  return { id, token: access_token };
};
const { ann, bob } = people("sockets");
const a = await signUp(ann), b = await signUp(bob);
await post(`/users/${a.id}/follow`, undefined, b.token);
const url = (since) => `${baseUrl.replace("http", "ws")}/notifications?since=${since}`;
const permanent = [1009, 4002, 4003, 4009, 4029];
const clients = {
  ws: (since) => new WS(url(since), ["bearer", a.token]),
  partysocket: (since) => new PartySocket(url(since), ["bearer", a.token], {
    WebSocket: WS, shouldReconnectOnClose: ({ code }) => !permanent.includes(code),
  }),
  "reconnecting-websocket": (since) => new ReconnectingWebSocket(url(since), ["bearer", a.token], { WebSocket: WS, maxRetries: 0 }),
};
for (const [name, open] of Object.entries(clients)) {
  const socket = open(0);
  const message = await new Promise((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(JSON.parse(data)));
    socket.addEventListener("close", ({ code, reason }) => reject(new Error(`${name}: closed with ${code} ${reason}`)));
  });
  equal([message.seq, message.type], [1, "follow"], name);
  socket.close();
  const bad = open(undefined);
  const [code] = await new Promise((resolve) => {
    bad.addEventListener("close", ({ code, reason }) => resolve([code, reason]));
  });
  equal(code, 4002, `${name}: the close code of a bad since`);
  bad.close();
}
