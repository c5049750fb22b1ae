package follow

import (
	"context"
	"fmt"
	"strings"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// Relations implements user.Relations by one query: it returns how a member relates to others. Members to whom they have
// no relation are missing from the map.
func (s *Service) Relations(ctx context.Context, userID int64, ids []int64) (map[int64]user.Relation, error) {
	in, args := database.InList(ids)
	var query []string
	var all []any
	for _, part := range relationParts {
		query = append(query, part+in)
		all = append(append(all, userID), args...)
	}
	of := make(map[int64]user.Relation, len(ids))
	err := database.Each(s.db.Reader(ctx), strings.Join(query, " UNION ALL "), all, func(row database.Scanner) error {
		var id int64
		var kind int
		if err := row.Scan(&kind, &id); err != nil {
			return err
		}
		r := of[id]
		*[]*bool{&r.Following, &r.Requested, &r.FollowedBy, &r.Blocking, &r.Muting}[kind] = true
		of[id] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load relations of user %d to %d others: %w", userID, len(ids), err)
	}
	return of, nil
}

// relationParts are the parts of the query of [Service.Relations], each with the number of the field that it sets. They
// end where the list of ids follows.
var relationParts = []string{
	"SELECT 0 AS kind, following_id AS other FROM follows WHERE follower_id = ? AND is_following = TRUE AND following_id IN ",
	"SELECT 1, following_id FROM follow_requests WHERE follower_id = ? AND following_id IN ",
	"SELECT 2, follower_id FROM follows WHERE following_id = ? AND is_following = TRUE AND follower_id IN ",
	"SELECT 3, blocked_id FROM blocks WHERE user_id = ? AND blocked_id IN ",
	"SELECT 4, muted_id FROM mutes WHERE user_id = ? AND muted_id IN ",
}
