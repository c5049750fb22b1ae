#!/usr/bin/env bash
# github.com/xrash/smetrics v0.0.0-20240521201337-686a1a2994c1, beside github.com/antzucaro/matchr
# v0.0.0-20221106193745-7bed6ef61ef9.
#
# smetrics compares strings byte by byte, without saying so. The syllables of Hangul share their first bytes, so Korean film
# titles without a syllable in common are alike to a half or two thirds, above what is a usual limit for candidates. matchr
# compares characters.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/xrash/smetrics@v0.0.0-20240521201337-686a1a2994c1 github.com/antzucaro/matchr@v0.0.0-20221106193745-7bed6ef61ef9 <<'GO'
package main

import (
	"fmt"

	"github.com/antzucaro/matchr"
	"github.com/xrash/smetrics"
)

func main() {
	for _, p := range [][2]string{{"밀양", "밤섬"}, {"올드보이", "마더"}, {"괴물", "곡성"}, {"괴물", "괴담"}, {"abc", "xyz"}} {
		fmt.Printf("%s %s: smetrics %.2f, matchr %.2f\n", p[0], p[1], smetrics.Jaro(p[0], p[1]), matchr.Jaro(p[0], p[1]))
	}
}
GO
)
expect '밀양 밤섬: smetrics 0.67, matchr 0.00
올드보이 마더: smetrics 0.50, matchr 0.00
괴물 곡성: smetrics 0.44, matchr 0.00
괴물 괴담: smetrics 0.78, matchr 0.67
abc xyz: smetrics 0.00, matchr 0.00' "$got"
