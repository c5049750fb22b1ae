#!/usr/bin/env bash
# github.com/dylanmei/iso8601 v0.1.0 and github.com/channelmeter/iso8601duration v0.0.0-20150204201828-8da3af7a2a61, beside
# github.com/sosodev/duration v1.4.0.
#
# ISO 8601 lets the last part of a duration have a fraction. Two readers take no fractions and stop where one begins, without an
# error: a film of PT1.5H lasts no time at all, and one of PT1H30.5M an hour.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/dylanmei/iso8601@v0.1.0 github.com/channelmeter/iso8601duration@v0.0.0-20150204201828-8da3af7a2a61 \
  github.com/sosodev/duration@v1.4.0 <<'GO'
package main

import (
	"fmt"

	channelmeter "github.com/channelmeter/iso8601duration"
	"github.com/dylanmei/iso8601"
	"github.com/sosodev/duration"
)

func main() {
	for _, text := range []string{"PT1H30M", "PT1.5H", "PT1H30.5M", "PT5400.5S", "P1.5D"} {
		a, err := iso8601.ParseDuration(text)
		fmt.Print(text, " | dylanmei ", a, " ", err)
		b, err := channelmeter.FromString(text)
		fmt.Print(" | channelmeter ", b.ToDuration(), " ", err)
		c, err := duration.Parse(text)
		fmt.Println(" | sosodev", c.ToTimeDuration(), err)
	}
}
GO
)
expect 'PT1H30M | dylanmei 1h30m0s <nil> | channelmeter 1h30m0s <nil> | sosodev 1h30m0s <nil>
PT1.5H | dylanmei 0s <nil> | channelmeter 0s <nil> | sosodev 1h30m0s <nil>
PT1H30.5M | dylanmei 1h0m0s <nil> | channelmeter 1h0m0s <nil> | sosodev 1h30m30s <nil>
PT5400.5S | dylanmei 0s <nil> | channelmeter 0s <nil> | sosodev 1h30m0.5s <nil>
P1.5D | dylanmei 0s <nil> | channelmeter 0s <nil> | sosodev 36h0m0s <nil>' "$got"
