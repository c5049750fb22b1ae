#!/usr/bin/env bash
# github.com/goodsign/monday v1.0.2.
#
# It reads dates with the names of months of many languages. In Korean and Japanese, 12월 and 12月 (December) contain 2월 and
# 2月 (February), as 11월 does 1월, and the names are replaced in the order of a map, which Go shuffles. So one date is read at
# one call and refused at the next, in November and December only: a test in another month, or of one call, may pass.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/goodsign/monday@v1.0.2 <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/goodsign/monday"
)

func main() {
	for _, c := range []struct {
		layout string
		locale monday.Locale
	}{
		{"2006년 January 2일", monday.LocaleKoKR},
		{"2006年January2日", monday.LocaleJaJP},
		{"2006 January 2", monday.LocaleEnUS},
	} {
		for _, month := range []time.Month{time.February, time.October, time.November, time.December} {
			day := time.Date(2019, month, 5, 0, 0, 0, 0, time.UTC)
			text := monday.Format(day, c.layout, c.locale)
			right, refused := 0, 0
			for range 5000 {
				if read, err := monday.ParseInLocation(c.layout, text, time.UTC, c.locale); err != nil {
					refused++
				} else if read.Equal(day) {
					right++
				}
			}
			fmt.Printf("%s read at some calls: %t, refused at others: %t\n", text, right > 0, refused > 0)
		}
	}
}
GO
)
expect '2019년 2월 5일 read at some calls: true, refused at others: false
2019년 10월 5일 read at some calls: true, refused at others: false
2019년 11월 5일 read at some calls: true, refused at others: true
2019년 12월 5일 read at some calls: true, refused at others: true
2019年2月5日 read at some calls: true, refused at others: false
2019年10月5日 read at some calls: true, refused at others: false
2019年11月5日 read at some calls: true, refused at others: true
2019年12月5日 read at some calls: true, refused at others: true
2019 February 5 read at some calls: true, refused at others: false
2019 October 5 read at some calls: true, refused at others: false
2019 November 5 read at some calls: true, refused at others: false
2019 December 5 read at some calls: true, refused at others: false' "$got"
