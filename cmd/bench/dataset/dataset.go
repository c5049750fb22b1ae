// Package dataset generates the community that the benchmark measures: films, members, reviews, likes, reactions,
// follows and notifications, the same for the same seed and size.
//
// It is as uneven as real communities are: few members do most, and few films and reviews get most. The films are
// imported by `cinecircle import movies` ([WriteFilms]), so that the program itself builds what belongs to a film, such
// as the search index. [Load] writes everything else in large transactions, with the counters and the notifications
// that the program would have stored. [Check] compares them with the rows.
package dataset

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/user"
)

// Version changes with the rows that a seed gives, and with the way they are stored.
const Version = 1

// Size is the number of rows of each kind.
type Size struct{ Films, Users, Reviews, Likes, Reactions, Follows int }

// The named sizes.
var (
	Small = Size{Films: 10_000, Users: 1000, Reviews: 20_000, Likes: 20_000, Reactions: 20_000, Follows: 5000}
	Large = Size{Films: 1_000_000, Users: 200_000, Reviews: 1_000_000, Likes: 4_000_000, Reactions: 6_000_000, Follows: 1_000_000}
)

// minFilms is the smallest size that can be measured.
const minFilms = 500

// ParseSize parses small, large, or a number of films. Everything else then has the proportions of small.
func ParseSize(text string) (Size, error) {
	switch text {
	case "small":
		return Small, nil
	case "large":
		return Large, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minFilms {
		return Size{}, fmt.Errorf("size must be small, large, or at least %d films, got %q", minFilms, text)
	}
	users := max(n/10, 100)
	return Size{Films: n, Users: users, Reviews: 2 * n, Likes: 2 * n, Reactions: 2 * n, Follows: 5 * users}, nil
}

// String returns the size in words.
func (s Size) String() string {
	return fmt.Sprintf("%d films, %d members, %d reviews, %d likes and reactions, %d follows",
		s.Films, s.Users, s.Reviews, s.Likes+s.Reactions, s.Follows)
}

// Username returns the name of the member with an id.
func Username(id int) string { return fmt.Sprintf("관객%06d", id) }

// epoch is the time before the first row; the rows of a kind are seconds apart.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func at(second int) time.Time { return epoch.Add(time.Duration(second) * time.Second) }

func genderOf(id int) user.Gender {
	if id%2 == 0 {
		return user.Female
	}
	return user.Male
}
