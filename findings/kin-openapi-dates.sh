#!/usr/bin/env bash
# github.com/getkin/kin-openapi v0.152.0.
#
# format: date is checked, so that it looks as if a validated request had a date. The check is a pattern, which the 30th of
# February and the 31st of April pass; time.Parse refuses them. format: time is not checked at all.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/getkin/kin-openapi@v0.152.0 <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

func main() {
	date, clock := openapi3.NewStringSchema().WithFormat("date"), openapi3.NewStringSchema().WithFormat("time")
	for _, text := range []string{"2019-05-30", "2019-02-30", "2019-04-31", "2019-13-01", "2019-5-30"} {
		_, err := time.Parse(time.DateOnly, text)
		fmt.Println(text, "valid by the schema:", date.VisitJSON(text) == nil, "a date:", err == nil)
	}
	fmt.Println("half past nine valid as a time:", clock.VisitJSON("half past nine") == nil)
}
GO
)
expect '2019-05-30 valid by the schema: true a date: true
2019-02-30 valid by the schema: true a date: false
2019-04-31 valid by the schema: true a date: false
2019-13-01 valid by the schema: false a date: false
2019-5-30 valid by the schema: false a date: false
half past nine valid as a time: true' "$got"
