package user

import (
	"context"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// Relation is how a signed-in reader relates to a member. The zero value is no relation.
type Relation struct {
	Following  bool `json:"following" example:"true" description:"Whether you follow the user."`
	Requested  bool `json:"requested" example:"false" description:"Whether you have asked to follow the user, who is private."`
	FollowedBy bool `json:"followed_by" example:"false" description:"Whether the user follows you."`
	Blocking   bool `json:"blocking" example:"false" description:"Whether you have blocked the user."`
	Muting     bool `json:"muting" example:"false" description:"Whether you have muted the user."`
}

// Relations knows how members relate to each other. follow.Service implements it.
type Relations interface {
	// Relations returns how a member relates to others, who are at least one, in a constant number of queries. Members
	// without a relation are missing from the map.
	Relations(ctx context.Context, userID int64, ids []int64) (map[int64]Relation, error)

	// Unhidden returns the SQL condition that a reader has neither blocked nor muted the account whose id is in a column, and
	// its arguments.
	Unhidden(reader auth.Viewer, account string) (condition string, args []any)

	// AcceptAll accepts all requests to follow an account, and calls done in the transaction after which none is left.
	AcceptAll(ctx context.Context, userID int64, done func(tx *gorm.DB) error) error
}

// UseRelations sets who knows how members relate to each other; without it they do not. Call it before the first request.
func (s *Service) UseRelations(r Relations) { s.relations = r }

// RelationsOf returns how a reader relates to members, by their ids. Members without a relation are missing.
func (s *Service) RelationsOf(ctx context.Context, readerID int64, members ...User) (map[int64]Relation, error) {
	ids := make([]int64, 0, len(members))
	for _, u := range members {
		if u.ID != readerID {
			ids = append(ids, u.ID)
		}
	}
	if s.relations == nil || len(ids) == 0 {
		return nil, nil
	}
	return s.relations.Relations(ctx, readerID, ids)
}
