#!/usr/bin/env bash
# smpte-timecode 1.3.6 from npm, Node.js.
#
# At 23.976 frames a second, a rate of films on discs, a timecode that becomes a Date and a timecode again is later than it
# was: by 14 frames after an hour, by more than a second at the end of a film. The rate is 24000/1001 one way and rounded to
# 23.98 the other. At 24 and 25 nothing is lost.
source "$(dirname "$0")/lib.sh"
export TZ=UTC
got=$(node_run smpte-timecode@1.3.6 <<'JS'
const Timecode = require("smpte-timecode");
for (const rate of [23.976, [24000, 1001], 24, 25]) {
  console.log(JSON.stringify(rate), ...["00:10:00:00", "01:00:00:00", "02:12:00:00"].map((text) => {
    const code = new Timecode(text, rate);
    return `${code} -> ${new Timecode(code.toDate(), rate)}`;
  }));
}
JS
)
expect '23.976 00:10:00:00 -> 00:10:00:02 01:00:00:00 -> 01:00:00:14 02:12:00:00 -> 02:12:01:08
[24000,1001] 00:10:00:00 -> 00:10:00:02 01:00:00:00 -> 01:00:00:14 02:12:00:00 -> 02:12:01:08
24 00:10:00:00 -> 00:10:00:00 01:00:00:00 -> 01:00:00:00 02:12:00:00 -> 02:12:00:00
25 00:10:00:00 -> 00:10:00:00 01:00:00:00 -> 01:00:00:00 02:12:00:00 -> 02:12:00:00' "$got"
