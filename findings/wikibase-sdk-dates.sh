#!/usr/bin/env bash
# wikibase-sdk 11.6.6 from npm, Node.js.
#
# Wikidata knows of many films only the year or the month of their release (P577) and says so by `precision`, with 00 for what
# is unknown. simplifyClaim, by default, makes a full date of it: the first of January, or the first of the month. The
# converter `simple-day` keeps what is known. None of them converts a date of the Julian calendar; the default moves one that
# the Gregorian calendar lacks to the next day.
source "$(dirname "$0")/lib.sh"
got=$(node_run wikibase-sdk@11.6.6 <<'JS'
(async () => {
  const { simplifyClaim } = await import("wikibase-sdk");
  for (const [time, precision, calendar] of [
    ["+1999-00-00T00:00:00Z", 9, "Q1985727"],
    ["+1999-05-00T00:00:00Z", 10, "Q1985727"],
    ["+1895-12-28T00:00:00Z", 11, "Q1985727"],
    ["+1900-02-29T00:00:00Z", 11, "Q1985786"],
  ]) {
    const calendarmodel = "http://www.wikidata.org/entity/" + calendar;
    const claim = {
      id: "Q1$1", rank: "normal", type: "statement",
      mainsnak: {
        property: "P577", datatype: "time", snaktype: "value",
        datavalue: { type: "time", value: { time, timezone: 0, before: 0, after: 0, precision, calendarmodel } },
      },
    };
    console.log(time, precision, "|", simplifyClaim(claim), "|", simplifyClaim(claim, { timeConverter: "simple-day" }));
  }
})();
JS
)
expect '+1999-00-00T00:00:00Z 9 | 1999-01-01T00:00:00.000Z | 1999
+1999-05-00T00:00:00Z 10 | 1999-05-01T00:00:00.000Z | 1999-05
+1895-12-28T00:00:00Z 11 | 1895-12-28T00:00:00.000Z | 1895-12-28
+1900-02-29T00:00:00Z 11 | 1900-03-01T00:00:00.000Z | 1900-02-29' "$got"
