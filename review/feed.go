package review

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// Response is a review on the wire, for lists of other domains.
type Response = response

// Respond returns a review as it is sent, with times in zone.
func (s *Service) Respond(r Shown, zone *time.Location) Response {
	return handler{s: s, zone: zone}.show(r)
}

// ForFeed returns reviews by their ids, as a reader sees them in a feed with spoilers by mode. It does not ask who may see
// their authors. Reviews that do not exist or are hidden are missing.
func (s *Service) ForFeed(ctx context.Context, reader auth.Viewer, mode spoiler.Mode, ids []int64) (map[int64]Shown, error) {
	found := make(map[int64]Shown, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	query := "SELECT " + shownColumns + " FROM reviews JOIN " + withAuthor + " JOIN " + withFilm + " LEFT JOIN " + withRating + " WHERE " + notHidden + " AND reviews.id IN " + in
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, len(ids), query, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d reviews: %w", len(ids), err)
	}
	if err := spoiler.Decide(ctx, rows, reader.UserID, mode, s.watchedAmong); err != nil {
		return nil, err
	}
	if err := s.addLiked(ctx, rows, reader); err != nil {
		return nil, err
	}
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}
