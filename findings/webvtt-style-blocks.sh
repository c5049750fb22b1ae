#!/usr/bin/env bash
# subtitle 4.2.2 and node-webvtt 2.0.0 beside webvtt-parser 2.2.0 from npm, Node.js.
#
# WebVTT has blocks STYLE and REGION before the first cue, which tools that style subtitles write. subtitle and node-webvtt
# know only NOTE among the blocks and refuse the whole file, and subtitle wants a cue's identifier to be a number.
source "$(dirname "$0")/lib.sh"
got=$(node_run subtitle@4.2.2 node-webvtt@2.0.0 webvtt-parser@2.2.0 <<'JS'
const { parseSync } = require("subtitle"), other = require("node-webvtt"), { WebVTTParser } = require("webvtt-parser");
const tried = (cues) => { try { return "cues " + cues(); } catch (e) { return "error " + e.message; } };
const cue = "00:01.000 --> 00:02.500\nBravo!\n";
for (const head of ["NOTE a comment\n\n", "STYLE\n::cue { color: yellow }\n\n", "REGION\nid:low\nwidth:40%\n\n", "opening\n"]) {
  const file = "WEBVTT\n\n" + head + cue;
  console.log(JSON.stringify(head), "| subtitle", tried(() => parseSync(file).filter((part) => part.type === "cue").length),
    "| node-webvtt", tried(() => other.parse(file).cues.length),
    "| webvtt-parser", tried(() => new WebVTTParser().parse(file, "subtitles").cues.length));
}
JS
)
expect '"NOTE a comment\n\n" | subtitle cues 1 | node-webvtt cues 1 | webvtt-parser cues 1
"STYLE\n::cue { color: yellow }\n\n" | subtitle error expected timestamp at row 3, but received: "STYLE" | node-webvtt error Cue identifier needs to be followed by timestamp (cue #0) | webvtt-parser cues 1
"REGION\nid:low\nwidth:40%\n\n" | subtitle error expected timestamp at row 3, but received: "REGION" | node-webvtt error Cue identifier needs to be followed by timestamp (cue #0) | webvtt-parser cues 1
"opening\n" | subtitle error expected timestamp at row 3, but received: "opening" | node-webvtt cues 1 | webvtt-parser cues 1' "$got"
