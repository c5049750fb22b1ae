package comment

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// Response is a comment on the wire, for lists of other domains.
type Response = response

// Respond returns the comment as it is sent, with times in zone.
func (c Shown) Respond(zone *time.Location) Response { return handler{zone: zone}.show(c) }

// ForFeed returns comments by their ids, as a reader sees them in a feed with spoilers by mode. It does not ask who may see
// their authors. Comments that do not exist or are deleted or hidden, and those on reviews that are hidden or that the reader
// does not see, are missing.
func (s *Service) ForFeed(ctx context.Context, reader auth.Viewer, mode spoiler.Mode, ids []int64) (map[int64]Shown, error) {
	found := make(map[int64]Shown, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	condition, values := follow.Audience(reader, "reviews.user_id")
	query := selectShown("comments") + "comments.id IN " + in + " AND comments.user_id IS NOT NULL AND NOT comments.hidden AND reviews.hidden = 0 AND " + condition
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, len(ids), query, append(args, values...)...)
	if err != nil {
		return nil, fmt.Errorf("load %d comments: %w", len(ids), err)
	}
	reader.Spoilers = string(mode)
	if err := s.decorate(ctx, rows, reader); err != nil {
		return nil, err
	}
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}
