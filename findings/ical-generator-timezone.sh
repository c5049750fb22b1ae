#!/usr/bin/env bash
# ical-generator 11.1.2 with luxon 3.7.2 from npm, Node.js on a server in UTC.
#
# An event with `timezone` and a Date, or a text with an offset, gets the hour of the server's clock beside the name of the zone:
# a film at 19:00 in Seoul is written as 10:00 in Seoul. Without `timezone` the same Date is right, and so is a DateTime of
# Luxon with it. The README has an example with a Date.
source "$(dirname "$0")/lib.sh"
export TZ=UTC
got=$(node_run ical-generator@11.1.2 luxon@3.7.2 <<'JS'
(async () => {
  const { default: ical } = await import("ical-generator");
  const { DateTime } = require("luxon");
  const text = "2026-11-30T19:00:00+09:00";
  for (const [name, start, timezone] of [
    ["a Date", new Date(text), undefined], ["a Date", new Date(text), "Asia/Seoul"], ["a text", text, "Asia/Seoul"],
    ["a DateTime", DateTime.fromISO(text, { setZone: true }), "Asia/Seoul"],
  ]) {
    const calendar = ical();
    calendar.createEvent({ id: "1", stamp: new Date(0), summary: "The Lantern Ferry", start, timezone });
    console.log(`${text} as ${name}, timezone ${timezone}:`, calendar.toString().match(/DTSTART.*/)[0].trim());
  }
})();
JS
)
expect '2026-11-30T19:00:00+09:00 as a Date, timezone undefined: DTSTART:20261130T100000Z
2026-11-30T19:00:00+09:00 as a Date, timezone Asia/Seoul: DTSTART;TZID=Asia/Seoul:20261130T100000
2026-11-30T19:00:00+09:00 as a text, timezone Asia/Seoul: DTSTART;TZID=Asia/Seoul:20261130T100000
2026-11-30T19:00:00+09:00 as a DateTime, timezone Asia/Seoul: DTSTART;TZID=Asia/Seoul:20261130T190000' "$got"
