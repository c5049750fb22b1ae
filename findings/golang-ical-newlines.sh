#!/usr/bin/env bash
# github.com/arran4/golang-ical v0.3.4, on Linux.
#
# Serialize ends lines as the operating system does that the server runs on. RFC 5545, section 3.1, asks for CRLF everywhere,
# and so a calendar that a Linux server writes has no valid line. WithNewLineWindows gives what the standard says.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/arran4/golang-ical@v0.3.4 <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

func main() {
	calendar := ics.NewCalendar()
	event := calendar.AddEvent("1@films.example")
	event.SetSummary("Parasite")
	event.SetDtStampTime(time.Unix(0, 0))
	event.SetAllDayStartAt(time.Date(2019, 5, 30, 0, 0, 0, 0, time.UTC))
	for name, text := range map[string]string{
		"Serialize()":                   calendar.Serialize(),
		"Serialize(WithNewLineWindows)": calendar.Serialize(ics.WithNewLineWindows),
	} {
		fmt.Printf("%-30s %2d lines, %2d end in CRLF\n", name, strings.Count(text, "\n"), strings.Count(text, "\r\n"))
	}
}
GO
)
got=$(sort <<<"$got")
expect 'Serialize()                    10 lines,  0 end in CRLF
Serialize(WithNewLineWindows)  10 lines, 10 end in CRLF' "$got"
