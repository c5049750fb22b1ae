#!/usr/bin/env bash
# node-ical 0.26.1 beside ical.js 2.2.1 from npm, Node.js.
#
# A comma within one category is written \, (RFC 5545, section 3.3.11). node-ical splits there too and leaves the backslash,
# so one genre becomes two. In SUMMARY it unescapes the same characters.
source "$(dirname "$0")/lib.sh"
got=$(node_run node-ical@0.26.1 ical.js@2.2.1 <<'JS'
const calendar = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//films//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261130T000000Z",
  "DTSTART:20261130T100000Z", "SUMMARY:The Good\\, the Bad", "CATEGORIES:Action,Science fiction\\, fantasy", "END:VEVENT",
  "END:VCALENDAR"].join("\r\n") + "\r\n";
(async () => {
  const event = require("node-ical").parseICS(calendar)["1"];
  console.log("node-ical", JSON.stringify([event.summary, event.categories]));
  const { default: ICAL } = await import("ical.js");
  const other = new ICAL.Component(ICAL.parse(calendar)).getFirstSubcomponent("vevent");
  console.log("ical.js", JSON.stringify([other.getFirstPropertyValue("summary"), other.getFirstProperty("categories").getValues()]));
})();
JS
)
expect 'node-ical ["The Good, the Bad",["Action","Science fiction\\","fantasy"]]
ical.js ["The Good, the Bad",["Action","Science fiction, fantasy"]]' "$got"
