#!/usr/bin/env bash
# date-holidays 3.37.0 beside @hyunbinseo/holidays-kr 5.2027.1, the dates of the official gazette, from npm, Node.js.
#
# Seollal and Chuseok, when Korean cinemas are fullest, are holidays from the day before to the day after. date-holidays has
# Chuseok so, and begins and ends Seollal a day late: its eve, on which everybody is off, is a working day. Chuseok of 2033
# is four weeks late; ICU, as Node.js has it, puts the 15th of the 8th lunar month on the 8th of September.
source "$(dirname "$0")/lib.sh"
export TZ=Asia/Seoul
got=$(node_run date-holidays@3.37.0 @hyunbinseo/holidays-kr@5.2027.1 <<'JS'
(async () => {
  const Holidays = require("date-holidays");
  const { getHolidayPreset } = await import("@hyunbinseo/holidays-kr");
  const day = (time) => new Date(time + 9 * 3600e3).toISOString().slice(0, 10);
  const days = (year, name) => new Holidays("KR", { languages: "ko" }).getHolidays(year).filter((h) => h.name === name)
    .map((h) => `${day(h.start.getTime())} to ${day(h.end.getTime() - 1)}`);
  for (const year of [2025, 2026, 2027]) {
    const gazette = Object.entries(await getHolidayPreset(String(year)));
    for (const name of ["설날", "추석"]) {
      console.log(name, ...days(year, name), "| gazette",
        ...gazette.filter(([, names]) => names.some((n) => n.startsWith(name))).map(([date]) => date));
    }
  }
  const lunar = new Intl.DateTimeFormat("en-u-ca-dangi", { timeZone: "UTC", month: "numeric", day: "numeric" });
  console.log("추석", ...days(2033, "추석"), "| lunar date of 2033-09-08", lunar.format(new Date("2033-09-08")), "of 2033-10-07",
    lunar.format(new Date("2033-10-07")));
})();
JS
)
expect '설날 2025-01-29 to 2025-01-31 | gazette 2025-01-28 2025-01-29 2025-01-30
추석 2025-10-05 to 2025-10-07 | gazette 2025-10-05 2025-10-06 2025-10-07
설날 2026-02-17 to 2026-02-19 | gazette 2026-02-16 2026-02-17 2026-02-18
추석 2026-09-24 to 2026-09-26 | gazette 2026-09-24 2026-09-25 2026-09-26
설날 2027-02-07 to 2027-02-09 | gazette 2027-02-06 2027-02-07 2027-02-08
추석 2027-09-14 to 2027-09-16 | gazette 2027-09-14 2027-09-15 2027-09-16
추석 2033-10-06 to 2033-10-08 | lunar date of 2033-09-08 8/15 of 2033-10-07 9/15' "$got"
