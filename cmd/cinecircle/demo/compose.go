package demo

import (
	"strings"

	"github.com/cinecircle/cinecircle/platform/korean"
	"github.com/cinecircle/cinecircle/review"
)

// mood is the opinion of a member about a film.
type mood int

const (
	cold mood = iota
	lukewarm
	warm
)

// phrases are the sentences of a language from which reviews are composed. {a} stands for an actor of the film;
// {a이}, {a은} and {a을} stand for the name with the particle that follows it.
type phrases struct {
	titles, opening [3][]string // by mood
	actor           [3][]string // by mood, for films with a cast
	genre           map[string]string
	closing         [3][]string // by mood
}

// compose returns a generated review, for a film that has too few written ones.
func (p *plan) compose(f film, m member, quality float64) review.Draft {
	feeling := mood(min(2, int(3*(0.12+0.75*quality+0.3*(p.r.Float64()-0.5)))))
	words := englishPhrases
	if m.korean {
		words = koreanPhrases
	}
	sentences := []string{p.pick(words.opening[feeling])}
	if cast := splitCast(f.cast); len(cast) > 0 && p.r.IntN(4) > 0 {
		actor := cast[p.r.IntN(len(cast))]
		sentences = append(sentences, insertName(p.pick(words.actor[feeling]), actor.name))
	}
	if feeling > cold && p.r.IntN(2) == 0 {
		sentences = append(sentences, words.genre[f.genre])
	}
	if p.r.IntN(5) > 0 {
		sentences = append(sentences, p.pick(words.closing[feeling]))
	}
	return review.Draft{Title: p.pick(words.titles[feeling]), Content: strings.Join(sentences, " ")}
}

func (p *plan) pick(from []string) string { return from[p.r.IntN(len(from))] }

// insertName puts the name of an actor into a sentence.
func insertName(sentence, name string) string {
	with := func(consonant, vowel string) string { return name + korean.Particle(name, consonant, vowel) }
	return strings.NewReplacer(
		"{a}", name, "{a이}", with("이", "가"), "{a은}", with("은", "는"), "{a을}", with("을", "를"),
	).Replace(sentence)
}
