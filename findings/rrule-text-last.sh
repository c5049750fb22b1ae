#!/usr/bin/env bash
# rrule 2.8.1 from npm, Node.js.
#
# Of the last Friday of the month, written with BYSETPOS, toText says "every month on Friday", and isFullyConvertibleToText says
# true. Read again with fromText, a film club that meets once a month meets every week. Minutes are left out too: of 19:30
# the text says "at 19". With BYDAY=-1FR it is right; the first weekday of a month can only be written with BYSETPOS.
source "$(dirname "$0")/lib.sh"
got=$(node_run rrule@2.8.1 <<'JS'
const { RRule } = require("rrule");
for (const text of [
  "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
  "FREQ=WEEKLY;BYDAY=FR;BYHOUR=19;BYMINUTE=30", "FREQ=YEARLY;BYEASTER=0",
]) {
  const rule = RRule.fromString(text);
  console.log(text, "|", rule.toText(), "|", rule.isFullyConvertibleToText(), "|", RRule.fromText(rule.toText()).toString());
}
JS
)
expect 'FREQ=MONTHLY;BYDAY=-1FR | every month on the last Friday | true | RRULE:FREQ=MONTHLY;BYDAY=-1FR
FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1 | every month on Friday | true | RRULE:FREQ=MONTHLY;BYDAY=FR
FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 | every month on weekdays | true | RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR
FREQ=WEEKLY;BYDAY=FR;BYHOUR=19;BYMINUTE=30 | every week on Friday at 19 | true | RRULE:FREQ=WEEKLY;BYDAY=FR;BYHOUR=19
FREQ=YEARLY;BYEASTER=0 | every year | true | RRULE:FREQ=YEARLY' "$got"
