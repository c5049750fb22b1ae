package dataset

import (
	"math"
	"math/rand/v2"
)

// pair is an action: who did something to what, both as indexes from 0.
type pair struct{ who, what int32 }

// plan is all actions in their order, and the counters that result.
type plan struct {
	Size
	reviews, likes, follows []pair // to films, reviews and members
	reactions               []pair // to films; see disliked

	films   []filmCounts
	members []memberCounts
	liked   []int32 // likes of each review
}

type filmCounts struct{ likes, dislikes, reviews int32 }

type memberCounts struct{ followers, followings, reviews int32 }

// newPlan generates a community.
func newPlan(s Size, seed uint64) *plan {
	draw := rand.New(rand.NewPCG(seed, 1))
	p := &plan{
		Size: s, films: make([]filmCounts, s.Films), members: make([]memberCounts, s.Users), liked: make([]int32, s.Reviews),
	}
	p.reviews = distinct(draw, s.Reviews, s.Users, s.Films, nil)
	p.likes = distinct(draw, s.Likes, s.Users, s.Reviews, func(x pair) bool { return p.reviews[x.what].who == x.who })
	p.reactions = distinct(draw, s.Reactions, s.Users, s.Films, nil)
	p.follows = distinct(draw, s.Follows, s.Users, s.Users, func(x pair) bool { return x.what == x.who })
	p.count()
	return p
}

func (p *plan) count() {
	for _, r := range p.reviews {
		p.members[r.who].reviews++
		p.films[r.what].reviews++
	}
	for _, l := range p.likes {
		p.liked[l.what]++
	}
	for _, r := range p.reactions {
		if disliked(r) {
			p.films[r.what].dislikes++
		} else {
			p.films[r.what].likes++
		}
	}
	for _, f := range p.follows {
		p.members[f.who].followings++
		p.members[f.what].followers++
	}
}

// disliked reports whether a reaction is a dislike, which one in five is.
func disliked(r pair) bool { return (r.who+r.what)%5 == 0 }

// distinct returns n random pairs without duplicates and without those that are refused. Low indexes are the most
// frequent: the square of a random number for who, and the cube for what, which is scattered so that popular rows are
// not neighbours.
func distinct(draw *rand.Rand, n, whos, whats int, refused func(pair) bool) []pair {
	seen, all := make(map[pair]struct{}, n), make([]pair, 0, n)
	for len(all) < n {
		x := pair{int32(skewed(draw, whos, 2)), int32(scatter(skewed(draw, whats, 3), whats))}
		if _, ok := seen[x]; ok || refused != nil && refused(x) {
			continue
		}
		seen[x] = struct{}{}
		all = append(all, x)
	}
	return all
}

func skewed(draw *rand.Rand, n int, power float64) int {
	return min(int(float64(n)*math.Pow(draw.Float64(), power)), n-1)
}

// stride is a prime that does not divide any usual size.
const stride = 7_368_787

// scatter is a permutation of the numbers below n.
func scatter(k, n int) int { return k * stride % n }
