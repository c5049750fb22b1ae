#!/usr/bin/env bash
# @microsoft/fetch-event-source 2.0.1 beside eventsource-parser 4.1.3 from npm, Node.js.
#
# Servers send comments (": ping" and an empty line) to keep a stream open. By the standard an event without data is not
# dispatched (HTML, section 9.2.6). fetch-event-source calls onmessage for each of them, with data "", which as JSON is an
# error; so it does where only the time to wait or the id was set.
source "$(dirname "$0")/lib.sh"
got=$(node_run @microsoft/fetch-event-source@2.0.1 eventsource-parser@4.1.3 <<'JS'
(async () => {
  const stream = ': ping\n\nid: 7\ndata: {"film":1}\n\n: ping\n\nretry: 5000\n\n';
  globalThis.window = { setTimeout, clearTimeout };
  globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { fetchEventSource } = require("@microsoft/fetch-event-source");
  await fetchEventSource("http://films.example/", {
    fetch: async () => new Response(stream, { headers: { "content-type": "text/event-stream" } }),
    onmessage: ({ id, data }) => console.log("fetch-event-source", JSON.stringify({ id, data })),
    onerror(e) { throw e; },
  });
  const { createParser } = await import("eventsource-parser");
  createParser({ onEvent: ({ id, data }) => console.log("eventsource-parser", JSON.stringify({ id, data })) }).feed(stream);
})();
JS
)
expect 'fetch-event-source {"id":"","data":""}
fetch-event-source {"id":"7","data":"{\"film\":1}"}
fetch-event-source {"id":"","data":""}
fetch-event-source {"id":"","data":""}
eventsource-parser {"id":"7","data":"{\"film\":1}"}' "$got"
