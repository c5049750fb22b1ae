package demo

import (
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/review"
)

// planReviews gives each film its own reviews first, then composed ones. The better a film, the more it gets.
func (p *plan) planReviews() {
	n := 0
	for i, f := range p.films {
		writers := p.r.Perm(len(p.members))
		own := slices.Clone(f.reviews)
		wanted := len(own) + int(p.quality[i]*p.r.Float64()*13)
		for _, who := range writers {
			if wanted == 0 {
				break
			}
			text, ok := p.reviewText(&own, f, who, p.quality[i])
			if !ok {
				continue
			}
			wanted--
			from := later(p.added[i], p.joined[who])
			e := event{at: p.after(from, 14*24*time.Hour), kind: writes, who: who, film: i, review: n, text: text}
			if p.r.IntN(14) == 0 {
				e.picture = newStill(f, uint64(n))
			}
			p.events = append(p.events, e)
			p.planLikes(e, p.quality[i])
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

// reviewText returns what a member writes about a film: one of the film's own reviews that are left and in the
// member's language, or a composed one. ok is false for a member who does not write, so that one who writes in the
// other language can.
func (p *plan) reviewText(own *[]string, f film, who int, quality float64) (d review.Draft, ok bool) {
	m := p.members[who]
	for i, text := range *own {
		if isKorean(text) == m.korean {
			*own = slices.Delete(*own, i, i+1)
			title, content, _ := strings.Cut(text, "|")
			return review.Draft{Title: title, Content: content}, true
		}
	}
	if len(*own) > 0 && p.r.IntN(3) > 0 {
		return review.Draft{}, false
	}
	return p.compose(f, m, quality), true
}

func (p *plan) planLikes(e event, quality float64) {
	chance := 0.04 + 0.3*p.r.Float64()*quality
	if e.picture != nil {
		chance += 0.1
	}
	for who := range p.members {
		if who != e.who && p.r.Float64() < chance {
			at := p.after(later(e.at, p.joined[who]), 4*24*time.Hour)
			p.events = append(p.events, event{at: at, kind: likes, who: who, review: e.review})
		}
	}
}
