package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
)

// kind is the kind of an event.
type kind int

const (
	joins kind = iota
	adds
	writes
	follows
	likes
	reacts
	logs
	rates
	wants
	lists
	listLikes
	says
	retracts
)

// event is an action of a member. who, film, review and whom are indexes of members, films and reviews in the order in
// which they are created; for a list and a comment whom is its index, and for a log it says how often the film was logged
// before.
type event struct {
	at      time.Time
	kind    kind
	who     int
	film    int
	review  int
	whom    int
	dislike bool
	answers int          // of a comment: the index of another one, -1 for none
	stars   stars.Stars  // 0 for none
	text    review.Draft // title, content and whether it is a spoiler
	picture *painting    // nil for none
}

// plan holds all events of the demo, in order.
type plan struct {
	r       *rand.Rand
	now     time.Time
	members []member
	films   []film
	joined  []time.Time
	added   []time.Time
	quality []float64    // of each film, 0 to 1
	watched [][]int      // the films that each member logs
	spoiled map[int]bool // the films of which a review gives the plot away
	events  []event
}

// history is how long ago the first member joined.
const history = 5 * 30 * 24 * time.Hour

func newPlan(size Size, now time.Time) *plan {
	p := &plan{r: rand.New(rand.NewPCG(20, 26)), now: now, members: members[:size.Members], films: mixedFilms()[:size.Films], spoiled: map[int]bool{}}
	p.planMembers()
	p.planFilms()
	p.planReviews()
	p.planReactions()
	p.planFollows()
	p.planDiary()
	p.planLists()
	p.planSpoilers()
	p.planComments()
	slices.SortStableFunc(p.events, func(a, b event) int { return a.at.Compare(b.at) })
	return p
}

// after returns a random time after t and before now, on average mean later.
func (p *plan) after(t time.Time, mean time.Duration) time.Time {
	wait := time.Duration(p.r.ExpFloat64() * float64(mean))
	if left := p.now.Add(-10 * time.Minute).Sub(t); wait > left {
		wait = time.Duration(p.r.Float64() * float64(left))
	}
	return t.Add(wait)
}

func (p *plan) planMembers() {
	step := history * 3 / 4 / time.Duration(len(p.members))
	for i := range p.members {
		at := p.now.Add(-history + step*time.Duration(i) + time.Duration(p.r.Int64N(int64(step))))
		p.joined = append(p.joined, at)
		p.events = append(p.events, event{at: at, kind: joins, who: i, picture: newFace(uint64(i)*31 + 7)})
	}
}

// planFilms spreads the films over the whole history. The earlier a member joined, the more films they add.
func (p *plan) planFilms() {
	begin := p.joined[0].Add(time.Hour)
	step := p.now.Add(-36*time.Hour).Sub(begin) / time.Duration(len(p.films))
	for i, f := range p.films {
		at := begin.Add(step*time.Duration(i) + time.Duration(p.r.Int64N(int64(step)*9/10)))
		present := 0
		for present < len(p.joined) && p.joined[present].Before(at) {
			present++
		}
		who := int(float64(present) * p.r.Float64() * p.r.Float64())
		p.added = append(p.added, at)
		p.quality = append(p.quality, 0.25+0.75*p.r.Float64())
		p.events = append(p.events, event{at: at, kind: adds, who: who, film: i, picture: newPoster(f, uint64(i))})
	}
}

func (p *plan) planReactions() {
	for i := range p.films {
		for who := range p.members {
			if p.r.Float64() > 0.2+0.45*p.quality[i] {
				continue
			}
			at := p.after(later(p.added[i], p.joined[who]), 10*24*time.Hour)
			p.events = append(p.events, event{at: at, kind: reacts, who: who, film: i, dislike: p.r.Float64() > 0.35+0.62*p.quality[i]})
		}
	}
}

// planFollows gives the members who joined first the most followers.
func (p *plan) planFollows() {
	for who := range p.members {
		for whom := range p.members {
			popularity := 0.1 + 0.45/(1+0.35*float64(whom))
			if who != whom && p.r.Float64() < popularity {
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
