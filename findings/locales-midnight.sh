#!/usr/bin/env bash
# github.com/go-playground/locales v0.14.1.
#
# Half an hour past midnight is 0:30 am, and in Korean AM 0:30, while half an hour past noon is 12:30 pm. In CLDR, from which
# the package is made, the clock of both languages begins with 12:30 (pattern h:mm), and Korean says 오전 and 오후. Amounts of
# won, which have no decimals there, have two, also when none are asked for.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/go-playground/locales@v0.14.1 <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/currency"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/ko"
)

func main() {
	for _, l := range []locales.Translator{en.New(), ko.New()} {
		fmt.Print(l.Locale())
		for _, hour := range []int{0, 11, 12, 23} {
			fmt.Print(" | ", l.FmtTimeShort(time.Date(2026, 11, 30, hour, 30, 0, 0, time.UTC)))
		}
		fmt.Println(" |", l.FmtCurrency(9000, 0, currency.KRW))
	}
}
GO
)
expect 'en | 0:30 am | 11:30 am | 12:30 pm | 11:30 pm | KRW9,000.00
ko | AM 0:30 | AM 11:30 | PM 12:30 | PM 11:30 | ₩9,000.00' "$got"
