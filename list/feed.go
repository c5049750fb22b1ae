package list

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Response is a list on the wire, for lists of other domains.
type Response = response

// Respond returns a list as it is sent, with times in zone.
func (l Shown) Respond(zone *time.Location) Response { return handler{zone: zone}.show(l) }

// ForFeed returns lists by their ids, as a reader sees them in a feed. It does not ask who may see their authors. Private
// lists of others, hidden lists, and lists that do not exist, are missing.
func (s *Service) ForFeed(ctx context.Context, reader auth.Viewer, ids []int64) (map[int64]Shown, error) {
	found := make(map[int64]Shown, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	query := "SELECT " + table.ColumnsOf("lists") + ", users.username FROM lists JOIN users ON users.id = lists.user_id WHERE lists.id IN " + in
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, len(ids), query, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d lists: %w", len(ids), err)
	}
	// Not in the query, for which SQLite would look through all public lists.
	rows = slices.DeleteFunc(rows, func(l Shown) bool { return l.Hidden || !l.IsPublic && l.UserID != reader.UserID })
	if err := s.addLiked(ctx, rows, reader); err != nil {
		return nil, err
	}
	for _, l := range rows {
		found[l.ID] = l
	}
	return found, nil
}

func (l *Shown) targets() []any { return append(table.Targets(&l.List), &l.Username) }
