package movie

import (
	"context"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/stars"
)

// Viewer is what a signed-in reader has to do with a film. The zero value is nothing.
type Viewer struct {
	Reaction    *string      `json:"reaction" enum:"like,dislike" example:"like" description:"Your reaction; null without one."`
	Rating      *stars.Stars `json:"rating" example:"4" description:"Your rating; null without one."`
	Watched     bool         `json:"watched" example:"true" description:"Whether you have marked the film watched."`
	InWatchlist bool         `json:"in_watchlist" example:"false" description:"Whether the film is on your watchlist."`
	ReviewID    *int64       `json:"review_id" example:"11" description:"Id of your review; null without one."`
}

// ViewerSource sets what one domain knows of a member and films, by their ids, in one query.
type ViewerSource func(ctx context.Context, userID int64, of map[int64]*Viewer) error

// UseViewers sets who knows what readers have to do with films; without them it is nothing. Call it before the first
// request.
func (s *Service) UseViewers(sources ...ViewerSource) { s.viewers = sources }

// ViewerOf returns what a member has to do with films, by their ids. It takes one query for each source.
func (s *Service) ViewerOf(ctx context.Context, userID int64, films ...Movie) (map[int64]*Viewer, error) {
	of := make(map[int64]*Viewer, len(films))
	for _, m := range films {
		of[m.ID] = &Viewer{}
	}
	if len(of) == 0 {
		return of, nil
	}
	for _, source := range s.viewers {
		if err := source(ctx, userID, of); err != nil {
			return nil, fmt.Errorf("look up what user %d has to do with %d films: %w", userID, len(of), err)
		}
	}
	return of, nil
}
