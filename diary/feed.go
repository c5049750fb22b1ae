package diary

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Response documents a viewing on the wire, for lists of other domains.
type Response = viewingResponse

// SentResponse is a viewing as it is sent.
type SentResponse = shownViewing

// Respond returns a viewing as it is sent, with times in zone.
func (v Shown) Respond(zone *time.Location) SentResponse { return handler{zone: zone}.show(v) }

// ForFeed returns viewings by their ids, whoever may see them, and without the cards of their films. Viewings that do not
// exist are missing.
func (s *Service) ForFeed(ctx context.Context, ids []int64) (map[int64]Shown, error) {
	found := make(map[int64]Shown, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, len(ids), "SELECT "+table.Columns()+" FROM viewings WHERE id IN "+in, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d viewings: %w", len(ids), err)
	}
	for _, v := range rows {
		found[v.ID] = v
	}
	return found, nil
}
