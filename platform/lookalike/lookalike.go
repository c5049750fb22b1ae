// Package lookalike tells names apart that look alike, by UTS #39 (Unicode Security Mechanisms). Its tables are written by
// go run ./cmd/lookalike from the files of the Unicode Consortium; the first line of each has the version.
package lookalike

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

//go:embed confusables.txt
var confusablesText string

//go:embed scripts.txt
var scriptsText string

// confusables has the prototype of each character that has one.
var confusables = sync.OnceValue(func() map[rune]string {
	table := map[rune]string{}
	for line := range rows(confusablesText) {
		from, to, _ := strings.Cut(line, ";")
		var text strings.Builder
		for one := range strings.FieldsSeq(to) {
			text.WriteRune(parse(one))
		}
		table[parse(from)] = text.String()
	}
	return table
})

// interval is a range of characters with the same scripts.
type interval struct {
	first, last rune
	scripts     []string
}

// scripts lists all characters that are not common to all scripts, in ascending order.
var scripts = sync.OnceValue(func() (table []interval) {
	for line := range rows(scriptsText) {
		at, set, _ := strings.Cut(line, ";")
		first, last, _ := strings.Cut(at, "-")
		table = append(table, interval{parse(first), parse(last), augmented(strings.Fields(set))})
	}
	return table
})

func rows(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

// parse panics on a table that is broken, which the tests would find.
func parse(hex string) rune {
	n, err := strconv.ParseInt(hex, 16, 32)
	if err != nil {
		panic(fmt.Sprintf("lookalike: %v", err))
	}
	return rune(n)
}

// augmented adds the writing systems of several scripts (UTS #39 §5.1).
func augmented(set []string) []string {
	for _, more := range []struct {
		script  string
		systems []string
	}{
		{"Hani", []string{"Hanb", "Jpan", "Kore"}},
		{"Hira", []string{"Jpan"}},
		{"Kana", []string{"Jpan"}},
		{"Hang", []string{"Kore"}},
		{"Bopo", []string{"Hanb"}},
	} {
		if slices.Contains(set, more.script) {
			set = append(set, more.systems...)
		}
	}
	return set
}

// scriptsOf returns the scripts of a character, nil if it is common to all.
func scriptsOf(r rune) []string {
	table := scripts()
	i, found := slices.BinarySearchFunc(table, r, func(at interval, r rune) int {
		switch {
		case at.last < r:
			return -1
		case at.first > r:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return table[i].scripts
}

// Skeleton returns the skeleton of a text (UTS #39 §4): those of texts that look alike are equal. It is not for people.
func Skeleton(text string) string {
	table := confusables()
	var out strings.Builder
	for _, r := range norm.NFD.String(text) {
		if prototype, ok := table[r]; ok {
			out.WriteString(prototype)
		} else {
			out.WriteRune(r)
		}
	}
	return norm.NFD.String(out.String())
}

// HighlyRestrictive reports whether the scripts of a text are mixed no further than the level Highly Restrictive allows
// (UTS #39 §5.2): they are of one script, or Latin with those of Japanese, Korean or Chinese in Bopomofo.
func HighlyRestrictive(text string) bool {
	var common []string // nil: all
	covered := map[string]bool{"Jpan": true, "Hanb": true, "Kore": true}
	single := true
	for _, r := range text {
		set := scriptsOf(r)
		if set == nil {
			continue
		}
		if common == nil {
			common = slices.Clone(set)
		}
		common = slices.DeleteFunc(common, func(one string) bool { return !slices.Contains(set, one) })
		single = single && len(common) > 0
		for system := range covered {
			covered[system] = covered[system] && (slices.Contains(set, system) || slices.Contains(set, "Latn"))
		}
	}
	return single || covered["Jpan"] || covered["Hanb"] || covered["Kore"]
}
