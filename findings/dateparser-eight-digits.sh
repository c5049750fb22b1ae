#!/usr/bin/env bash
# github.com/markusmobius/go-dateparser v1.4.7.
#
# A release date of eight digits, as KOBIS and KMDb write it (20190530, ISO 8601 basic format), is read as day, month and
# year in some order, by as many digits as fit: thousands of years ahead, or another day of the right year. No error says so.
# With hyphens, and in Korean words, it is right.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/markusmobius/go-dateparser@v1.4.7 <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/markusmobius/go-dateparser"
)

func main() {
	today := &dateparser.Configuration{CurrentTime: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	for _, text := range []string{"20190530", "20031121", "19970213", "2019-05-30", "2019. 5. 30.", "2019년 5월 30일"} {
		date, err := dateparser.Parse(today, text)
		fmt.Println(text, "->", date.Time.Format("2006-01-02"), err)
	}
}
GO
)
expect '20190530 -> 9053-02-01 <nil>
20031121 -> 2003-01-01 <nil>
19970213 -> 9702-01-09 <nil>
2019-05-30 -> 2019-05-30 <nil>
2019. 5. 30. -> 2019-05-30 <nil>
2019년 5월 30일 -> 2019-05-30 <nil>' "$got"
