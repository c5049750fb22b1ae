// Package dataset generates the community that the benchmark measures: films, members, reviews, comments, likes,
// reactions, follows, ratings, diaries, lists, activities and notifications, the same for the same seed and size.
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
const Version = 4

// Size is the number of rows of each kind.
type Size struct {
	Films, Users, Reviews, Comments, Likes, Reactions, Follows int

	// Ratings are those of the reviews and others, and each rated film has been watched. Viewings are spread over the
	// ratings; the second and later ones of a film by a member are rewatches.
	Ratings, Viewings int

	Lists, Items, ListLikes int
	Activities              int // of the reviews, comments and public lists, and of the latest ratings and viewings
}

// The named sizes.
var (
	Small = Size{
		Films: 10_000, Users: 1000, Reviews: 20_000, Comments: 20_000, Likes: 20_000, Reactions: 20_000, Follows: 5000,
		Ratings: 100_000, Viewings: 200_000, Lists: 1000, Items: 20_000, ListLikes: 4000, Activities: 100_000,
	}
	Large = Size{
		Films: 1_000_000, Users: 200_000, Reviews: 1_000_000, Comments: 2_000_000, Likes: 4_000_000, Reactions: 6_000_000, Follows: 1_000_000,
		Ratings: 10_000_000, Viewings: 20_000_000, Lists: 100_000, Items: 2_000_000, ListLikes: 400_000, Activities: 10_000_000,
	}
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
	return Size{
		Films: n, Users: users, Reviews: 2 * n, Comments: 2 * n, Likes: 2 * n, Reactions: 2 * n, Follows: 5 * users,
		Ratings: 10 * n, Viewings: 20 * n, Lists: n / 10, Items: 2 * n, ListLikes: 2 * n / 5, Activities: 10 * n,
	}, nil
}

// String returns the size in words.
func (s Size) String() string {
	return fmt.Sprintf("%d films, %d members, %d reviews, %d comments, %d likes and reactions, %d follows, %d ratings, %d viewings, %d lists",
		s.Films, s.Users, s.Reviews, s.Comments, s.Likes+s.Reactions, s.Follows, s.Ratings, s.Viewings, s.Lists)
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
