package demo

import (
	"strings"

	"github.com/cinecircle/cinecircle/movie"
)

// film is a film of the demo, with what some members write about it.
type film struct {
	title, genre string
	minutes      int64
	scene        string // of its pictures
	palette      string
	cast         string // name=role, name=role
	plot         string
	reviews      []string // title|content, in Korean or English
}

// mixedFilms returns the films of both languages, spread evenly, always in the same order.
func mixedFilms() []film {
	var all []film
	ko, en := koreanFilms, englishFilms
	for len(ko)+len(en) > 0 {
		if len(en) == 0 || len(ko) > 0 && len(ko)*len(englishFilms) >= len(en)*len(koreanFilms) {
			all, ko = append(all, ko[0]), ko[1:]
		} else {
			all, en = append(all, en[0]), en[1:]
		}
	}
	return all
}

// part is an actor of a film and their role.
type part struct{ name, role string }

func splitCast(list string) []part {
	var parts []part
	for item := range strings.SplitSeq(list, ", ") {
		if name, role, ok := strings.Cut(item, "="); ok {
			parts = append(parts, part{name, role})
		}
	}
	return parts
}

func castOf(list string) []movie.CastMember {
	var cast []movie.CastMember
	for _, p := range splitCast(list) {
		cast = append(cast, movie.CastMember{Name: p.name, Role: &p.role})
	}
	return cast
}

// credit returns the small line of a poster: the first two names of a cast.
func credit(list string) string {
	parts := splitCast(list)
	var names []string
	for _, p := range parts[:min(2, len(parts))] {
		names = append(names, p.name)
	}
	return strings.Join(names, " · ")
}

// isKorean reports whether there is Hangul in a text.
func isKorean(text string) bool {
	return strings.ContainsFunc(text, func(ch rune) bool { return ch >= '가' && ch <= '힣' })
}
