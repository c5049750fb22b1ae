package feed

import (
	"context"
	"fmt"
	"math"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB        *database.DB
	Users     *user.Service
	Movies    *movie.Service
	Reviews   *review.Service
	Reactions *reaction.Service
	Diary     *diary.Service
	Lists     *list.Service
	Comments  *comment.Service
}

// Service reads activities. It is safe for concurrent use.
type Service struct {
	db        *database.DB
	users     *user.Service
	movies    *movie.Service
	reviews   *review.Service
	reactions *reaction.Service
	diary     *diary.Service
	lists     *list.Service
	comments  *comment.Service
}

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete and [Service.MergeMovies] with
// movie.Service.OnMerge.
func New(d Deps) *Service {
	return &Service{
		db: d.DB, users: d.Users, movies: d.Movies, reviews: d.Reviews, reactions: d.Reactions, diary: d.Diary, lists: d.Lists, comments: d.Comments,
	}
}

// Feed returns a page of the activities of the members whom a reader follows, newest first, and the key of the next page,
// nil on the last. types selects some types, nil all; mode says which spoilers are shown.
func (s *Service) Feed(ctx context.Context, reader auth.Viewer, types []activity.Type, mode spoiler.Mode, p page.Page) ([]Activity, *page.Key, error) {
	members, err := s.followed(ctx, reader)
	if err != nil {
		return nil, nil, err
	}
	return s.page(ctx, members, reader, types, mode, p)
}

// Of returns a page of the activities of one member, as [Service.Feed] does. It returns follow.ErrPrivateAccount when the
// account is private and the reader does not follow it, and user.ErrNotFound when it does not exist.
func (s *Service) Of(ctx context.Context, userID int64, reader auth.Viewer, types []activity.Type, mode spoiler.Mode, p page.Page) ([]Activity, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	if reader.UserID == userID {
		if _, err := s.users.Get(ctx, userID); err != nil {
			return nil, nil, err
		}
	}
	return s.page(ctx, []int64{userID}, reader, types, mode, p)
}

// followed returns the ids of the members whose activities are in the feed of a reader.
func (s *Service) followed(ctx context.Context, reader auth.Viewer) ([]int64, error) {
	heard, args := follow.Unhidden(reader, "follows.following_id")
	query := "SELECT following_id FROM follows WHERE follower_id = ? AND is_following AND " + heard
	ids, err := database.Collect(s.db.Reader(ctx), func(id *int64) []any { return []any{id} }, 0, query, append([]any{reader.UserID}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list whom user %d follows: %w", reader.UserID, err)
	}
	return ids, nil
}

// maxRounds bounds how often a page is filled up because the reader may not see some of its activities. A page can be
// shorter than its limit then.
const maxRounds = 4

// page returns a page of the activities of some members.
func (s *Service) page(ctx context.Context, members []int64, reader auth.Viewer, types []activity.Type, mode spoiler.Mode, p page.Page) ([]Activity, *page.Key, error) {
	before, found := int64(math.MaxInt64), []Activity{}
	if p.After != nil {
		before = p.After.ID
	}
	for range maxRounds {
		rows, err := s.newest(ctx, members, types, before, p.Fetch())
		if err != nil {
			return nil, nil, fmt.Errorf("list the activities of %d members: %w", len(members), err)
		}
		shown, err := s.show(ctx, rows, reader, mode)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, shown...)
		if len(found) > p.Limit || len(rows) < p.Fetch() {
			found, next := page.Cut(found, p, func(a Activity) page.Key { return page.Key{ID: a.ID} })
			return found, next, nil
		}
		before = rows[len(rows)-1].ID
	}
	return found, &page.Key{ID: before}, nil
}
