#!/usr/bin/env bash
# github.com/golang-jwt/jwt/v5 v5.3.1.
#
# With TimePrecision set to milliseconds, the package writes iat as 1790000000.001 and reads it as 1790000000.000: it takes
# the fraction of a float64 and cuts it. Half of all times come back a millisecond early, so iat no longer equals the time
# that was stored for the session.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/golang-jwt/jwt/v5@v5.3.1 <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func main() {
	jwt.TimePrecision = time.Millisecond
	early := 0
	for ms := range int64(1000) {
		at := time.UnixMilli(1_790_000_000_000 + ms).UTC()
		text, err := json.Marshal(jwt.RegisteredClaims{IssuedAt: jwt.NewNumericDate(at)})
		if err != nil {
			panic(err)
		}
		var claims jwt.RegisteredClaims
		if err := json.Unmarshal(text, &claims); err != nil {
			panic(err)
		}
		if ms < 5 {
			fmt.Println(string(text), "is read as", claims.IssuedAt.Sub(at), "from what was written")
		}
		if claims.IssuedAt.Sub(at) == -time.Millisecond {
			early++
		}
	}
	fmt.Println("early:", early, "of 1000")
}
GO
)
expect '{"iat":1790000000.000} is read as 0s from what was written
{"iat":1790000000.001} is read as -1ms from what was written
{"iat":1790000000.002} is read as 0s from what was written
{"iat":1790000000.003} is read as 0s from what was written
{"iat":1790000000.004} is read as -1ms from what was written
early: 496 of 1000' "$got"
