package feed

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

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
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB       *database.DB
	Clock    func() time.Time
	Users    *user.Service
	Movies   *movie.Service
	Reviews  *review.Service
	Diary    *diary.Service
	Lists    *list.Service
	Comments *comment.Service
	Log      *slog.Logger
}

// Service reads activities. It is safe for concurrent use.
type Service struct {
	db       *database.DB
	clock    func() time.Time
	users    *user.Service
	movies   *movie.Service
	reviews  *review.Service
	diary    *diary.Service
	lists    *list.Service
	comments *comment.Service

	index  *index
	many   int // the feed of how many members fills the index
	log    *slog.Logger
	wanted chan struct{} // has a value while the index is to be filled
}

// manyMembers is from how many members on the index is filled.
const manyMembers = 100

// New returns a service. Register [Service.PurgeUser] with user.Service.OnDelete and [Service.MergeMovies] with
// movie.Service.OnMerge.
func New(d Deps) *Service {
	return &Service{
		index: &index{db: d.DB, clock: d.Clock}, many: manyMembers, wanted: make(chan struct{}, 1),
		db: d.DB, clock: d.Clock, users: d.Users, movies: d.Movies, reviews: d.Reviews, diary: d.Diary, lists: d.Lists, comments: d.Comments, log: d.Log,
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

// Of returns a page of the activities of one member, as [Service.Feed] does. Those of a suspended member are seen by the
// member and moderators only. It returns follow.ErrPrivateAccount when the account is private and the reader does not follow
// it, and user.ErrNotFound when it does not exist.
func (s *Service) Of(ctx context.Context, userID int64, reader auth.Viewer, types []activity.Type, mode spoiler.Mode, p page.Page) ([]Activity, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	u, err := s.users.Get(ctx, userID)
	if err != nil {
		return nil, nil, err
	}
	if u.StatusAt(s.clock()) == auth.StatusSuspended && reader.UserID != userID && !reader.Moderates() {
		return nil, nil, nil
	}
	return s.page(ctx, []int64{userID}, reader, types, mode, p)
}

// Run fills the index of large communities in memory when a reader needs it, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wanted:
		}
		if err := s.index.fill(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "filling the index of feeds", "error", err)
		}
	}
}

// fill makes Run fill the index.
func (s *Service) fill() {
	select {
	case s.wanted <- struct{}{}:
	default:
	}
}

// followed returns the ids of the members whose activities are in the feed of a reader: not those who are suspended, muted or
// blocked. These are few, and are selected by themselves: a condition for each of thousands takes three times as long.
func (s *Service) followed(ctx context.Context, reader auth.Viewer) ([]int64, error) {
	all, without, err := s.members(ctx, reader)
	if err != nil {
		return nil, fmt.Errorf("list members of the feed of user %d: %w", reader.UserID, err)
	}
	if len(without) == 0 {
		return all, nil
	}
	slices.Sort(without)
	return slices.DeleteFunc(all, func(id int64) bool {
		_, there := slices.BinarySearch(without, id)
		return there
	}), nil
}

const (
	selectFollowed  = "SELECT following_id AS id FROM follows WHERE follower_id = ? AND is_following = ?"
	selectSuspended = "SELECT id FROM users WHERE status = 'suspended' AND (suspended_until IS NULL OR suspended_until > ?)"
	selectHidden    = " UNION ALL SELECT muted_id FROM mutes WHERE user_id = ? UNION ALL SELECT blocked_id FROM blocks WHERE user_id = ?"
)

// members returns whom a reader follows, and who is not in the reader's feed, by one query.
func (s *Service) members(ctx context.Context, reader auth.Viewer) (followed, without []int64, err error) {
	excluded, args := selectSuspended, []any{reader.UserID, true, database.Time(s.clock())}
	if reader.Hides {
		excluded += selectHidden
		args = append(args, reader.UserID, reader.UserID)
	}
	if s.db.Driver() == database.MySQL {
		query := selectFollowed + " UNION ALL SELECT -id FROM (" + excluded + ") AS excluded"
		ids, err := database.Collect(s.db.Reader(ctx), func(id *int64) []any { return []any{id} }, 0, query, args...)
		for _, id := range ids {
			if id < 0 {
				without = append(without, -id)
			}
		}
		return slices.DeleteFunc(ids, func(id int64) bool { return id < 0 }), without, err
	}
	var lists [2]string // one row, because reading a row from SQLite takes longer than finding it
	query := "SELECT (SELECT json_group_array(id) FROM (" + selectFollowed + ")), (SELECT json_group_array(id) FROM (" + excluded + "))"
	if err := s.db.Row(ctx, query, args...).Scan(&lists[0], &lists[1]); err != nil {
		return nil, nil, err
	}
	return parseList(lists[0]), parseList(lists[1]), nil
}

// maxRounds bounds how often a page is filled up because the reader may not see some of its activities. A page can be
// shorter than its limit: one that is half full is not filled up.
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
		if before = rows[len(rows)-1].ID; len(found) > p.Limit/2 {
			break
		}
	}
	return found, &page.Key{ID: before}, nil
}
