package demo

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// planDiary lets members log and rate what they watch, and put other films on their watchlists. It says what everybody
// has watched in the end.
func (p *plan) planDiary() {
	p.watched = make([][]int, len(p.members))
	for i := range p.films {
		for who := range p.members {
			at := p.after(later(p.added[i], p.joined[who]), 30*24*time.Hour)
			switch chance := p.r.Float64(); {
			case chance < 0.15+0.35*p.quality[i]:
				p.watched[who] = append(p.watched[who], i)
				p.events = append(p.events, event{at: at, kind: logs, who: who, film: i, stars: p.rating(who, i)})
				if again := p.after(at.Add(7*24*time.Hour), 30*24*time.Hour); p.r.Float64() < 0.12*p.quality[i] && again.Before(p.now) {
					p.events = append(p.events, event{at: again, kind: logs, who: who, film: i, whom: 1})
				}
			case chance < 0.25+0.4*p.quality[i]:
				p.events = append(p.events, event{at: at, kind: rates, who: who, film: i, stars: p.rating(who, i)})
			case chance > 0.9:
				p.events = append(p.events, event{at: at, kind: wants, who: who, film: i})
			}
		}
	}
}

// rating returns what a member thinks of a film: mostly its quality, a taste of their own, and how strict they are.
func (p *plan) rating(who, film int) stars.Stars {
	strict := float64(who*7%5) / 4
	n := math.Round(3 + 7*p.quality[film] - 1.4*strict + 1.3*p.r.NormFloat64())
	return stars.Stars(min(max(n, float64(stars.Min)), float64(stars.Max)))
}

// madeList is a list of the demo: the films of some genres, or of all, as its author has watched them.
type madeList struct {
	title, description string
	korean, ranked     bool
	genres             []string
}

var madeLists = []madeList{
	{"비 오는 날 꺼내 보는 영화", "창문을 조금 열어 두고 보세요.", true, false, []string{"Drama", "Romance", "Mystery"}},
	{"올해 나를 울린 영화", "휴지는 넉넉하게 준비하는 편이 좋습니다.", true, true, []string{"Drama", "Family", "Music"}},
	{"Slow films for a long Sunday", "Nothing happens, and then everything does.", false, false, []string{"Drama", "Documentary", "History"}},
	{"혼자 보면 안 되는 영화", "불을 켜 두고 보았습니다.", true, true, []string{"Horror", "Thriller", "Mystery", "Crime"}},
	{"Best with the volume up", "", false, true, []string{"Action", "SF", "War", "Adventure", "Music"}},
	{"아이와 함께 본 영화", "여덟 살이 끝까지 앉아 있던 영화만 골랐습니다.", true, false, []string{"Family", "Animation", "Fantasy", "Comedy"}},
	{"My ten, in order", "Ask me again next year.", false, true, nil},
	{"밥 먹으면서 보기 좋은 영화", "", true, false, []string{"Comedy", "Family", "Animation"}},
}

// planLists makes the lists in the last weeks, by members who write in their language, and lets others like them.
func (p *plan) planLists() {
	if len(p.members) < len(madeLists) {
		return
	}
	for i, l := range madeLists {
		who := p.authorOf(i, l.korean)
		at := p.now.Add(-time.Duration(len(madeLists)-i) * 3 * 24 * time.Hour)
		p.events = append(p.events, event{at: at, kind: lists, who: who, whom: i})
		for fan := range p.members {
			if fan != who && p.r.Float64() < 0.3 {
				p.events = append(p.events, event{at: p.after(at.Add(time.Hour), 2*24*time.Hour), kind: listLikes, who: fan, whom: i})
			}
		}
	}
}

// authorOf returns the member who makes a list.
func (p *plan) authorOf(i int, korean bool) int {
	for who := range p.members {
		if at := (who + 4*i) % len(p.members); p.members[at].korean == korean {
			return at
		}
	}
	return 0
}

// listed returns the films of a list of the author, made at a time: at most ten, the best ones first.
func (p *plan) listed(l madeList, who int, at time.Time) []int {
	var out []int
	for _, film := range p.watched[who] {
		if p.added[film].Before(at) && (l.genres == nil || slices.Contains(l.genres, p.films[film].genre)) {
			out = append(out, film)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		if p.quality[a] > p.quality[b] {
			return -1
		}
		return 1
	})
	return out[:min(len(out), 10)]
}

func (b *builder) log(ctx context.Context, e event) error {
	draft := diary.Draft{
		UserID: b.made.Members[e.who], MovieID: b.made.Films[e.film], WatchedOn: diary.DayOf(e.at.In(b.Site.Zone)),
	}
	if e.stars != 0 {
		draft.Rating = &e.stars
	}
	_, err := b.Diary.Log(ctx, draft)
	return err
}

func (b *builder) list(ctx context.Context, e event) error {
	l := madeLists[e.whom]
	made, err := b.Lists.Create(ctx, list.Draft{
		UserID: b.made.Members[e.who], Title: l.title, Description: l.description, Ranked: l.ranked, IsPublic: true,
	})
	if err != nil {
		return err
	}
	b.made.Lists = append(b.made.Lists, made.ID)
	for _, film := range b.listed(l, e.who, e.at) {
		if _, err := b.Lists.Add(ctx, made.ID, list.Entry{MovieID: b.made.Films[film]}, nil); err != nil {
			return err
		}
	}
	return nil
}
