package site

import (
	"slices"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

const (
	// suggestedMembers is how many members are suggested to one who follows nobody.
	suggestedMembers = 6
	// suggestionPool is how many of the most active members are looked at for that. A member gets suggestions while those
	// whom they follow have written nothing, so hardly any of these is followed already.
	suggestionPool = 4 * suggestedMembers
	// activeMembers is how many members stand in front of the list of all.
	activeMembers = 12
)

// suggestion is a member whom the viewer could follow.
type suggestion struct {
	memberCard
	Films []filmCard // that they wrote about last
}

// suggestions returns active members whom the viewer does not follow, with films that they wrote about.
func (s *Site) suggestions(c *pageContext) ([]suggestion, error) {
	all, err := s.Reviews.Active(c.Request.Context(), c.viewer)
	if err != nil {
		return nil, err
	}
	all = all[:min(len(all), suggestionPool)]
	cards, err := s.activeCards(c, all)
	if err != nil {
		return nil, err
	}
	var out []suggestion
	var filmIDs []int64
	for i, card := range cards {
		if card.Followable && !card.Following && len(out) < suggestedMembers {
			out = append(out, suggestion{memberCard: card})
			filmIDs = append(filmIDs, all[i].MovieIDs...)
		}
	}
	films, err := s.Movies.ByIDs(c.Request.Context(), filmIDs)
	if err != nil {
		return nil, err
	}
	for i := range out {
		at := slices.IndexFunc(all, func(a review.Active) bool { return a.UserID == out[i].ID })
		out[i].Films = s.filmCards(filmsIn(films, all[at].MovieIDs), "small")
	}
	return out, nil
}

// activeCards returns the cards of active members in their order. One whose account is gone has an empty card.
func (s *Site) activeCards(c *pageContext, all []review.Active) ([]memberCard, error) {
	ids := make([]int64, len(all))
	for i, one := range all {
		ids[i] = one.UserID
	}
	found, err := s.Users.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	users := make([]user.User, len(ids))
	for i, id := range ids {
		users[i] = found[id]
	}
	return s.memberCards(c, users)
}

// filmsIn returns the films with these ids, in their order.
func filmsIn(films map[int64]movie.Movie, ids []int64) []movie.Movie {
	var out []movie.Movie
	for _, id := range ids {
		if m, ok := films[id]; ok {
			out = append(out, m)
		}
	}
	return out
}
