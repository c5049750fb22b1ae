#!/usr/bin/env bash
# dayjs 1.11.23 from npm with its plugin customParseFormat and its locales ko, ja and en, Node.js.
#
# A film that begins at seven in the evening is written as 오후 7:00 and read, with the same pattern and locale, as seven in
# the morning, and five past noon as five past midnight, in Korean and in Japanese: the word for afternoon is looked for hour
# by hour, and is found at 12, which does not count. If Hangul stands between the numbers of the date, the word for morning
# does not count either, and half past midnight becomes half past noon. English is right. There is no error.
source "$(dirname "$0")/lib.sh"
got=$(TZ=UTC node_run dayjs@1.11.23 <<'JS'
const dayjs = require("dayjs");
require("dayjs/locale/ko");
require("dayjs/locale/ja");
dayjs.extend(require("dayjs/plugin/customParseFormat"));
for (const [locale, pattern] of [
  ["en", "YYYY-MM-DD A h:mm"], ["ja", "YYYY-MM-DD A h:mm"], ["ko", "YYYY-MM-DD A h:mm"], ["ko", "YYYY년 M월 D일 A h:mm"],
])
  for (const time of ["00:30", "10:00", "12:05", "19:00"]) {
    const text = dayjs("2019-05-30T" + time).locale(locale).format(pattern);
    console.log(locale, time, "|", text, "|", dayjs(text, pattern, locale).format("HH:mm"));
  }
JS
)
expect 'en 00:30 | 2019-05-30 AM 12:30 | 00:30
en 10:00 | 2019-05-30 AM 10:00 | 10:00
en 12:05 | 2019-05-30 PM 12:05 | 12:05
en 19:00 | 2019-05-30 PM 7:00 | 19:00
ja 00:30 | 2019-05-30 午前 12:30 | 00:30
ja 10:00 | 2019-05-30 午前 10:00 | 10:00
ja 12:05 | 2019-05-30 午後 12:05 | 00:05
ja 19:00 | 2019-05-30 午後 7:00 | 07:00
ko 00:30 | 2019-05-30 오전 12:30 | 00:30
ko 10:00 | 2019-05-30 오전 10:00 | 10:00
ko 12:05 | 2019-05-30 오후 12:05 | 00:05
ko 19:00 | 2019-05-30 오후 7:00 | 07:00
ko 00:30 | 2019년 5월 30일 오전 12:30 | 12:30
ko 10:00 | 2019년 5월 30일 오전 10:00 | 10:00
ko 12:05 | 2019년 5월 30일 오후 12:05 | 12:05
ko 19:00 | 2019년 5월 30일 오후 7:00 | 07:00' "$got"
