// Package dataset makes the community that the benchmark measures: films, members, reviews, likes,
// reactions, follows and notifications, the same for the same seed and size.
//
// It is drawn as communities are: few members do most, few films and reviews get most. Films come in
// by `cinecircle import movies` ([WriteFilms]), so that whatever the program keeps beside a film is
// kept by the program. [Load] writes the rest in large transactions, with the counters that the rows
// add up to and the notifications that the hooks would have stored, and [Check] counts everything
// again: what it finds fault with is not measured.
package dataset

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/user"
)

// Version changes when the same seed gives other rows, or the same rows are written otherwise.
const Version = 1

// Size is how much there is of everything.
type Size struct{ Films, Users, Reviews, Likes, Reactions, Follows int }

// The sizes that have a name.
var (
	Small = Size{Films: 10_000, Users: 1000, Reviews: 20_000, Likes: 20_000, Reactions: 20_000, Follows: 5000}
	Large = Size{Films: 1_000_000, Users: 200_000, Reviews: 1_000_000, Likes: 4_000_000, Reactions: 6_000_000, Follows: 1_000_000}
)

// The least that can be measured.
const minFilms = 500

// ParseSize reads small, large, or a number of films, to which the rest is in the proportions of small.
func ParseSize(text string) (Size, error) {
	switch text {
	case "small":
		return Small, nil
	case "large":
		return Large, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minFilms {
		return Size{}, fmt.Errorf("size %q: want small, large, or a number of films from %d on", text, minFilms)
	}
	users := max(n/10, 100)
	return Size{Films: n, Users: users, Reviews: 2 * n, Likes: 2 * n, Reactions: 2 * n, Follows: 5 * users}, nil
}

// String says it in words.
func (s Size) String() string {
	return fmt.Sprintf("%d films, %d members, %d reviews, %d likes and reactions, %d follows",
		s.Films, s.Users, s.Reviews, s.Likes+s.Reactions, s.Follows)
}

// Username returns the name of the member with an id.
func Username(id int) string { return fmt.Sprintf("관객%06d", id) }

// began is when the community did; what happened is seconds apart.
var began = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func at(second int) time.Time { return began.Add(time.Duration(second) * time.Second) }

func genderOf(id int) user.Gender {
	if id%2 == 0 {
		return user.Female
	}
	return user.Male
}
