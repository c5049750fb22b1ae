package dataset

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// pair is an action: who did something to what, both as indexes from 0.
type pair struct{ who, what int32 }

// plan is all actions in their order, and the counters that result.
type plan struct {
	Size
	reviews, likes, follows []pair // to films, reviews and members
	reactions               []pair // to films; see disliked
	comments                []pair // on reviews: at most one by each member on each
	answered                []int  // the comment that each comment replies to, -1 for none
	ratings                 []pair // to films; the first are those of the reviews

	owners []int32 // of the lists
	items  []pair  // of lists, to films
	listed []pair  // likes of public lists

	films   []filmCounts
	members []memberCounts
	liked   []int32 // likes of each review
	talked  []int32 // comments on each review
	lists   []listCounts
}

type filmCounts struct {
	likes, dislikes, reviews, ratings int32
	halves                            [stars.Max]int32 // ratings of each number of half-stars, from 1
}

type memberCounts struct{ followers, followings, reviews, ratings, lists int32 }

type listCounts struct{ items, likes int32 }

// newPlan generates a community.
func newPlan(s Size, seed uint64) *plan {
	draw := rand.New(rand.NewPCG(seed, 1))
	p := &plan{
		Size: s, films: make([]filmCounts, s.Films), members: make([]memberCounts, s.Users), liked: make([]int32, s.Reviews), talked: make([]int32, s.Reviews),
		lists: make([]listCounts, s.Lists),
	}
	p.reviews = distinct(draw, s.Reviews, s.Users, s.Films, nil)
	p.likes = distinct(draw, s.Likes, s.Users, s.Reviews, func(x pair) bool { return p.reviews[x.what].who == x.who })
	p.reactions = distinct(draw, s.Reactions, s.Users, s.Films, nil)
	p.follows = distinct(draw, s.Follows, s.Users, s.Users, func(x pair) bool { return x.what == x.who })
	p.rate(draw)
	p.arrange(draw)
	p.comment(draw)
	p.count()
	return p
}

// comment draws comments. Every fifth one replies to the latest comment on the same review that is no reply, if there is one.
func (p *plan) comment(draw *rand.Rand) {
	p.comments = distinct(draw, p.Comments, p.Users, p.Reviews, nil)
	p.answered = make([]int, len(p.comments))
	latest := make(map[int32]int)
	for i, c := range p.comments {
		p.answered[i] = -1
		if to, ok := latest[c.what]; ok && i%5 == 4 {
			p.answered[i] = to
		} else {
			latest[c.what] = i
		}
	}
}

// told returns the members who are notified of a comment, -1 for nobody: who is answered, and the author of the review.
func (p *plan) told(comment int) (answered, author int32) {
	c := p.comments[comment]
	answered, author = -1, p.reviews[c.what].who
	if to := p.answered[comment]; to >= 0 {
		answered = p.comments[to].who
	}
	if author == answered || author == c.who {
		author = -1
	}
	if answered == c.who {
		answered = -1
	}
	return answered, author
}

// rate gives every reviewed film the rating of its reviewer, and draws the other ratings.
func (p *plan) rate(draw *rand.Rand) {
	reviewed := make(map[pair]struct{}, len(p.reviews))
	for _, r := range p.reviews {
		reviewed[r] = struct{}{}
	}
	others := distinct(draw, p.Ratings-p.Reviews, p.Users, p.Films, func(x pair) bool {
		_, ok := reviewed[x]
		return ok
	})
	p.ratings = slices.Concat(p.reviews, others)
}

// arrange draws lists with their films and likes.
func (p *plan) arrange(draw *rand.Rand) {
	p.owners = make([]int32, p.Lists)
	for i := range p.owners {
		p.owners[i] = int32(skewed(draw, p.Users, 2))
	}
	in := make([]int, p.Lists)
	p.items = distinct(draw, p.Items, p.Lists, p.Films, func(x pair) bool {
		if in[x.who] == list.MaxItems {
			return true
		}
		in[x.who]++
		return false
	})
	p.listed = distinct(draw, p.ListLikes, p.Users, p.Lists, func(x pair) bool { return private(x.what) || p.owners[x.what] == x.who })
}

// private reports whether a list is seen by its author alone, which one in five is.
func private(l int32) bool { return l%5 == 4 }

// PublicList returns the id of a list, or of the one before it if that list is private.
func PublicList(id int64) int64 {
	if private(int32(id - 1)) {
		return id - 1
	}
	return id
}

// halves are the ratings to draw from, mostly three or four stars.
var halves = [20]stars.Stars{1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10}

// ratingOf returns the rating of a film by a member.
func ratingOf(r pair) stars.Stars { return halves[(r.who*7+r.what*13)%int32(len(halves))] }

func (p *plan) count() {
	for _, r := range p.reviews {
		p.members[r.who].reviews++
		p.films[r.what].reviews++
	}
	for _, l := range p.likes {
		p.liked[l.what]++
	}
	for _, c := range p.comments {
		p.talked[c.what]++
	}
	for _, r := range p.reactions {
		if disliked(r) {
			p.films[r.what].dislikes++
		} else {
			p.films[r.what].likes++
		}
	}
	for _, r := range p.ratings {
		p.members[r.who].ratings++
		p.films[r.what].ratings++
		p.films[r.what].halves[ratingOf(r)-1]++
	}
	for _, it := range p.items {
		p.lists[it.who].items++
	}
	for _, l := range p.listed {
		p.lists[l.what].likes++
	}
	for l, who := range p.owners {
		if !private(int32(l)) {
			p.members[who].lists++
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
