#!/usr/bin/env bash
# Intl.DateTimeFormat of Node.js 20 (ICU 78.2, CLDR 48), and luxon 3.7.2 from npm.
#
# In CLDR 48.0 the short Korean names of the halves of a day are AM and PM, and these are what the usual patterns take: to
# Koreans a film at 오후 7:00 is shown at "PM 7:00", also with the longest form of the date. Japanese and Chinese keep their
# words. A library that takes them from Intl can no longer read Korean: Luxon finds no meaning in 오후 7:00.
source "$(dirname "$0")/lib.sh"
got=$(node_run luxon@3.7.2 <<'JS'
const { DateTime } = require("luxon");
const evening = new Date("2019-05-30T19:00:00Z");
const show = (locale, options) => console.log(locale, new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(evening));
for (const locale of ["ko-KR", "ja-JP", "zh-TW"]) show(locale, { hour: "numeric", minute: "2-digit", hour12: true });
show("ko-KR", { dateStyle: "full", timeStyle: "short" });
for (const text of ["오후 7:00", "PM 7:00"]) {
  const read = DateTime.fromFormat(text, "a h:mm", { locale: "ko" });
  console.log(text, "->", read.isValid ? read.toFormat("HH:mm") : read.invalidReason);
}
JS
)
expect 'ko-KR PM 7:00
ja-JP 午後7:00
zh-TW 下午7:00
ko-KR 2019년 5월 30일 목요일 PM 7:00
오후 7:00 -> unparsable
PM 7:00 -> 19:00' "$got"
