package demo

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/review"
)

// film is a film of the demo, with what some members have to say about it.
type film struct {
	title, genre string
	minutes      int64
	scene        string // of its pictures
	palette      string
	cast         string // name=role, name=role
	plot         string
	reviews      []string // title|content, in Korean or English
}

// kind is what happens in an event.
type kind int

const (
	joins kind = iota
	adds
	writes
	follows
	likes
	reacts
)

// event is one thing that a member does. Members, films and reviews are given by their place in the order in
// which they come into being.
type event struct {
	at      time.Time
	kind    kind
	who     int
	film    int
	review  int
	whom    int
	dislike bool
	text    review.Draft // title and content
	picture *picture     // nil for none
}

// plan is everything that happens, in order.
type plan struct {
	r       *rand.Rand
	now     time.Time
	members []member
	films   []film
	joined  []time.Time
	added   []time.Time
	good    []float64 // how good a film is, 0 to 1
	events  []event
}

// months is how long the community has been there.
const months = 5 * 30 * 24 * time.Hour

func newPlan(size Size, now time.Time) *plan {
	p := &plan{r: rand.New(rand.NewPCG(20, 26)), now: now, members: members[:size.Members], films: mixedFilms()[:size.Films]}
	p.planMembers()
	p.planFilms()
	p.planReviews()
	p.planReactions()
	p.planFollows()
	slices.SortStableFunc(p.events, func(a, b event) int { return a.at.Compare(b.at) })
	return p
}

// mixedFilms shuffles the two languages together, always in the same way.
func mixedFilms() []film {
	var all []film
	k, e := koreanFilms, englishFilms
	for len(k)+len(e) > 0 {
		if len(e) == 0 || len(k) > 0 && len(k)*len(englishFilms) >= len(e)*len(koreanFilms) {
			all, k = append(all, k[0]), k[1:]
		} else {
			all, e = append(all, e[0]), e[1:]
		}
	}
	return all
}

// after is a time some time after t, on average mean, and before now.
func (p *plan) after(t time.Time, mean time.Duration) time.Time {
	wait := time.Duration(p.r.ExpFloat64() * float64(mean))
	if left := p.now.Add(-10 * time.Minute).Sub(t); wait > left {
		wait = time.Duration(p.r.Float64() * float64(left))
	}
	return t.Add(wait)
}

func (p *plan) planMembers() {
	step := months * 3 / 4 / time.Duration(len(p.members))
	for i := range p.members {
		at := p.now.Add(-months + step*time.Duration(i) + time.Duration(p.r.Int64N(int64(step))))
		p.joined = append(p.joined, at)
		p.events = append(p.events, event{at: at, kind: joins, who: i, picture: newFace(uint64(i)*31 + 7)})
	}
}

// planFilms has the films added by who was there first: a few love to do it.
func (p *plan) planFilms() {
	begin := p.joined[0].Add(time.Hour)
	step := p.now.Add(-36*time.Hour).Sub(begin) / time.Duration(len(p.films))
	for i, f := range p.films {
		at := begin.Add(step*time.Duration(i) + time.Duration(p.r.Int64N(int64(step)*9/10)))
		there := 0
		for there < len(p.joined) && p.joined[there].Before(at) {
			there++
		}
		who := int(float64(there) * p.r.Float64() * p.r.Float64())
		p.added = append(p.added, at)
		p.good = append(p.good, 0.25+0.75*p.r.Float64())
		p.events = append(p.events, event{at: at, kind: adds, who: who, film: i, picture: newPoster(f, uint64(i))})
	}
}

// planReviews gives each film its own reviews first, then others, more to the better films.
func (p *plan) planReviews() {
	n := 0
	for i, f := range p.films {
		crowd := p.r.Perm(len(p.members))
		own := slices.Clone(f.reviews)
		wanted := len(own) + int(p.good[i]*p.r.Float64()*13)
		for _, who := range crowd {
			if wanted == 0 {
				break
			}
			text, used := p.say(&own, f, who, p.good[i])
			if !used {
				continue
			}
			wanted--
			from := later(p.added[i], p.joined[who])
			e := event{at: p.after(from, 14*24*time.Hour), kind: writes, who: who, film: i, review: n, text: text}
			if p.r.IntN(14) == 0 {
				e.picture = newStill(f, uint64(n))
			}
			p.events = append(p.events, e)
			p.planLikes(e, p.good[i])
			n++
		}
	}
	p.numberReviews()
}

// numberReviews numbers the reviews in the order in which they are written.
func (p *plan) numberReviews() {
	var written []event
	for _, e := range p.events {
		if e.kind == writes {
			written = append(written, e)
		}
	}
	slices.SortStableFunc(written, func(a, b event) int { return a.at.Compare(b.at) })
	number := make(map[int]int, len(written))
	for i, e := range written {
		number[e.review] = i
	}
	for i := range p.events {
		p.events[i].review = number[p.events[i].review]
	}
}

// say returns what a member writes about a film: one of the reviews that are left of its own when it is in their
// language, else one put together. used is false when they would rather say nothing.
func (p *plan) say(own *[]string, f film, who int, good float64) (d review.Draft, used bool) {
	m := p.members[who]
	for i, text := range *own {
		if isKorean(text) == m.korean {
			*own = slices.Delete(*own, i, i+1)
			title, content, _ := strings.Cut(text, "|")
			return review.Draft{Title: title, Content: content}, true
		}
	}
	if len(*own) > 0 && p.r.IntN(3) > 0 {
		return review.Draft{}, false // leave the place to somebody who writes in the other language
	}
	return p.compose(f, m, good), true
}

func (p *plan) planLikes(e event, good float64) {
	keen := 0.04 + 0.3*p.r.Float64()*good
	if e.picture != nil {
		keen += 0.1
	}
	for who := range p.members {
		if who != e.who && p.r.Float64() < keen {
			at := p.after(later(e.at, p.joined[who]), 4*24*time.Hour)
			p.events = append(p.events, event{at: at, kind: likes, who: who, review: e.review})
		}
	}
}

func (p *plan) planReactions() {
	for i := range p.films {
		for who := range p.members {
			if p.r.Float64() > 0.2+0.45*p.good[i] {
				continue
			}
			at := p.after(later(p.added[i], p.joined[who]), 10*24*time.Hour)
			p.events = append(p.events, event{at: at, kind: reacts, who: who, film: i, dislike: p.r.Float64() > 0.35+0.62*p.good[i]})
		}
	}
}

// planFollows has everybody follow a few others, the early ones most.
func (p *plan) planFollows() {
	for who := range p.members {
		for whom := range p.members {
			fame := 0.1 + 0.45/(1+0.35*float64(whom))
			if who != whom && p.r.Float64() < fame {
				at := p.after(later(p.joined[who], p.joined[whom]), 20*24*time.Hour)
				p.events = append(p.events, event{at: at, kind: follows, who: who, whom: whom})
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// isKorean reports whether there is Hangul in a text.
func isKorean(text string) bool {
	return strings.ContainsFunc(text, func(ch rune) bool { return ch >= 0xac00 && ch <= 0xd7a3 })
}

// part is somebody in a cast.
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

// credit is the small line of a poster: the first two names of a cast.
func credit(list string) string {
	var names []string
	for _, p := range splitCast(list)[:min(2, len(splitCast(list)))] {
		name := strings.TrimPrefix(strings.TrimPrefix(p.name, "voice of "), "목소리 ")
		names = append(names, name)
	}
	return cmp.Or(strings.Join(names, " · "))
}
