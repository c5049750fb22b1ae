package movie

import (
	"context"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Card is what lists of other domains show of a film.
type Card struct {
	ID             int64   `json:"id" example:"7" description:"Id of the film."`
	Title          string  `json:"title" example:"기생충" description:"Title of the film."`
	Year           *int64  `json:"year" example:"2019" description:"Year of the release; null if it is unknown."`
	PosterImageURL *string `json:"poster_image_url" example:"/media/movies/poster_images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"URL of the poster; null without one."`
}

// CardOf returns the card of a film.
func (s *Service) CardOf(m Movie) Card {
	return Card{ID: m.ID, Title: m.Title, Year: orNil(m.ReleaseYear), PosterImageURL: s.PosterURL(m)}
}

// Cards returns the cards of films by their ids, in one query. Films that do not exist or are hidden are missing from the map.
func (s *Service) Cards(ctx context.Context, ids []int64) (map[int64]Card, error) {
	found := make(map[int64]Card, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	err := database.Each(s.db.Reader(ctx), "SELECT id, title, release_year, poster_image FROM movies WHERE "+notHidden+" AND id IN "+in, args, func(row database.Scanner) error {
		var m Movie
		if err := row.Scan(&m.ID, &m.Title, &m.ReleaseYear, &m.PosterImage); err != nil {
			return err
		}
		found[m.ID] = s.CardOf(m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load %d cards of films: %w", len(ids), err)
	}
	return found, nil
}

// WithCards sets the cards of the films of rows, in one query. It leaves out rows whose film is hidden, or
// was deleted after they were read, and reuses the slice. field returns the id of the film of a row and where its card goes.
func WithCards[T any](ctx context.Context, s *Service, rows []T, field func(*T) (int64, *Card)) ([]T, error) {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i], _ = field(&rows[i])
	}
	cards, err := s.Cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	kept := rows[:0]
	for _, row := range rows {
		id, _ := field(&row)
		card, ok := cards[id]
		if !ok {
			continue
		}
		kept = append(kept, row)
		_, into := field(&kept[len(kept)-1])
		*into = card
	}
	return kept, nil
}
