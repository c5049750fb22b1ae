#!/usr/bin/env bash
# reconnecting-websocket 4.4.0 and partysocket 1.3.0 with ws 8.23.0 from npm, Node.js.
#
# What is sent before the connection stands is kept and sent when it does, before the handlers of `open` are called. So a client
# that logs in when the connection opens, as with a WebSocket of the browser, logs in after its first messages, and after
# each break. Their READMEs say that messages are sent on open.
source "$(dirname "$0")/lib.sh"
got=$(node_run reconnecting-websocket@4.4.0 partysocket@1.3.0 ws@8.23.0 <<'JS'
(async () => {
  const { WebSocketServer, WebSocket } = require("ws");
  for (const [name, Client] of [
    ["reconnecting-websocket", require("reconnecting-websocket")], ["partysocket", require("partysocket/ws").default],
  ]) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise((done) => server.on("listening", done));
    const got = [];
    const both = new Promise((done) => server.on("connection", (socket) => socket.on("message", (data) => {
      if (got.push(String(data)) === 2) done();
    })));
    const client = new Client(`ws://127.0.0.1:${server.address().port}`, [], { WebSocket });
    client.addEventListener("open", () => client.send("log in"));
    client.send("watch film 7");
    await both;
    console.log(name, JSON.stringify(got));
    client.close();
    server.close();
  }
})();
JS
)
expect 'reconnecting-websocket ["watch film 7","log in"]
partysocket ["watch film 7","log in"]' "$got"
