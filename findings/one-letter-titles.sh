#!/usr/bin/env bash
# github.com/hbollon/go-edlib v1.7.0 and github.com/adrg/strutil v0.3.1.
#
# Measures that count pairs of letters have nothing to count in a title of one, such as M (1931) or 봄 (2014). In go-edlib it
# is NaN like itself, without an error, and a search for it does not find it in a list that has it; in strutil it is 0 like
# itself. go-edlib's likeness by the longest common subsequence is below 0 for titles without a common letter.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/hbollon/go-edlib@v1.7.0 github.com/adrg/strutil@v0.3.1 <<'GO'
package main

import (
	"fmt"

	"github.com/adrg/strutil"
	"github.com/adrg/strutil/metrics"
	"github.com/hbollon/go-edlib"
)

func main() {
	pairs := [][2]string{{"M", "M"}, {"봄", "봄"}, {"괴물", "괴물"}, {"Alien", "Jaws"}}
	for _, c := range []struct {
		name      string
		algorithm edlib.Algorithm
	}{{"Cosine", edlib.Cosine}, {"SorensenDice", edlib.SorensenDice}, {"Jaccard", edlib.Jaccard}, {"Lcs", edlib.Lcs}} {
		fmt.Print("edlib ", c.name)
		for _, pair := range pairs {
			similar, err := edlib.StringsSimilarity(pair[0], pair[1], c.algorithm)
			fmt.Print(", ", pair, " ", similar, " ", err)
		}
		found, err := edlib.FuzzySearch("봄", []string{"여름", "봄", "괴물"}, c.algorithm)
		fmt.Printf(", search for 봄: %q %v\n", found, err)
	}
	fmt.Print("strutil")
	for _, pair := range pairs {
		fmt.Print(", ", pair, " ", strutil.Similarity(pair[0], pair[1], metrics.NewSorensenDice()))
	}
	fmt.Println()
}
GO
)
expect 'edlib Cosine, [M M] NaN <nil>, [봄 봄] NaN <nil>, [괴물 괴물] 1 <nil>, [Alien Jaws] 0 <nil>, search for 봄: "" <nil>
edlib SorensenDice, [M M] NaN <nil>, [봄 봄] NaN <nil>, [괴물 괴물] 1 <nil>, [Alien Jaws] 0 <nil>, search for 봄: "" <nil>
edlib Jaccard, [M M] NaN <nil>, [봄 봄] NaN <nil>, [괴물 괴물] 1 <nil>, [Alien Jaws] 0 <nil>, search for 봄: "" <nil>
edlib Lcs, [M M] 1 <nil>, [봄 봄] 1 <nil>, [괴물 괴물] 1 <nil>, [Alien Jaws] -0.8 <nil>, search for 봄: "봄" <nil>
strutil, [M M] 0, [봄 봄] 0, [괴물 괴물] 1, [Alien Jaws] 0' "$got"
