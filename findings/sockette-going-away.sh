#!/usr/bin/env bash
# sockette 2.0.6, partysocket 1.3.0 and ws 8.23.0 from npm, Node.js.
#
# A server that is going down closes its sockets with 1001, "going away" (RFC 6455, section 7.4.1). Sockette, which is there to
# connect again, does so after other losses but not after this one: once the server was updated, its page hears nothing more.
# Its documentation has 1000 and 1005 as the only exceptions. partysocket connects again after 1001, but also after 1000,
# with which a server says that the connection has served its purpose.
source "$(dirname "$0")/lib.sh"
got=$(node_run sockette@2.0.6 partysocket@1.3.0 ws@8.23.0 <<'JS'
const ws = require("ws");
globalThis.WebSocket = ws;
const sockette = require("sockette");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  const { WebSocket: Party } = await import("partysocket");
  const clients = {
    sockette: (url) => sockette(url, { timeout: 20 }),
    partysocket: (url) => new Party(url, [], { minReconnectionDelay: 20, maxReconnectionDelay: 20 }),
  };
  for (const code of [1000, 1001, 1011, 1012])
    for (const [name, connect] of Object.entries(clients)) {
      const server = new ws.WebSocketServer({ host: "127.0.0.1", port: 0 });
      let connections = 0;
      server.on("connection", (socket) => {
        if (++connections === 1) socket.close(code);
      });
      await new Promise((done) => server.on("listening", done));
      const client = connect(`ws://127.0.0.1:${server.address().port}`);
      for (let i = 0; i < 40 && connections < 2; i++) await sleep(50);
      console.log(code, name, connections > 1 ? "connects again" : "stays away");
      client.close();
      server.close();
    }
  process.exit(0);
})();
JS
)
expect '1000 sockette stays away
1000 partysocket connects again
1001 sockette stays away
1001 partysocket connects again
1011 sockette connects again
1011 partysocket connects again
1012 sockette connects again
1012 partysocket connects again' "$got"
