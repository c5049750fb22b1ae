package follow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// TestTheAudienceOfAnAccount compares all forms of the rule with a table of who sees whom.
func TestTheAudienceOfAnAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 8)
	open, private, fan, past, asks, blocker, muter, stranger := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]
	s.follow(t, fan, private)
	s.follow(t, past, private)
	s.unfollow(t, past, private)
	now := database.Time(s.Clock.Now())
	s.store(t,
		&follow.Block{UserID: blocker, BlockedID: open, BlockedAt: now}, &follow.Mute{UserID: muter, MutedID: open, MutedAt: now},
		&follow.Request{FollowerID: asks, FollowingID: private, RequestedAt: now},
	)
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&user.User{}).Where("id = ?", private).UpdateColumn("is_private", true).Error
	}); err != nil {
		t.Fatal(err)
	}
	member := func(id int64, hides bool) auth.Viewer {
		return auth.Viewer{UserID: id, Role: auth.RoleMember, Hides: hides}
	}
	for name, c := range map[string]struct {
		reader      auth.Viewer
		lists, asks []int64 // what is seen in lists, and when it is asked for, of open and private
	}{
		"nobody":                     {auth.Viewer{}, []int64{open}, []int64{open}},
		"a stranger":                 {member(stranger, false), []int64{open}, []int64{open}},
		"a follower":                 {member(fan, false), []int64{open, private}, []int64{open, private}},
		"who no longer follows":      {member(past, false), []int64{open}, []int64{open}},
		"who waits for consent":      {member(asks, false), []int64{open}, []int64{open}},
		"the private account":        {member(private, false), []int64{open, private}, []int64{open, private}},
		"who blocked the public one": {member(blocker, true), nil, []int64{open}},
		"who muted the public one":   {member(muter, true), nil, []int64{open}},
		"who is blocked":             {member(open, false), []int64{open}, []int64{open}},
		"a moderator":                {auth.Viewer{UserID: stranger, Role: auth.RoleModerator}, []int64{open, private}, []int64{open, private}},
		"an admin who blocked":       {auth.Viewer{UserID: blocker, Role: auth.RoleAdmin, Hides: true}, []int64{private}, []int64{open, private}},
	} {
		among := fmt.Sprintf("IN (%d, %d)", open, private)
		condition, args := follow.AudienceOf(c.reader, "u")
		if got := s.ids(t, "SELECT u.id FROM users u WHERE u.id "+among+" AND "+condition, args); !slices.Equal(got, c.lists) {
			t.Errorf("%s: joined, %v, want %v", name, got, c.lists)
		}
		condition, args = follow.Audience(c.reader, "n.id")
		if got := s.ids(t, "SELECT n.id FROM (SELECT id FROM users) n WHERE n.id "+among+" AND "+condition, args); !slices.Equal(got, c.lists) {
			t.Errorf("%s: by a column, %v, want %v", name, got, c.lists)
		}
		for _, owner := range []int64{open, private} {
			may := slices.Contains(c.asks, owner)
			want := follow.ErrPrivateAccount
			if may {
				want = nil
			}
			if err := follow.CheckAccount(t.Context(), s.DB, c.reader, owner); !errors.Is(err, error(want)) && (err != nil || want != nil) {
				t.Errorf("%s: the lists of %d: %v, want %v", name, owner, err, want)
			}
			got, err := follow.MaySee(t.Context(), s.DB, c.reader, owner)
			if got != may || err != nil {
				t.Errorf("%s: one thing by %d: %t (%v), want %t", name, owner, got, err, may)
			}
		}
	}
	if err := follow.CheckAccount(t.Context(), s.DB, auth.Viewer{}, 1<<40); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("an account that does not exist: %v", err)
	}
	if may, err := follow.MaySee(t.Context(), s.DB, auth.Viewer{UserID: fan, Role: auth.RoleAdmin}, 1<<40); may || err != nil {
		t.Errorf("what nobody wrote is seen: %t, %v", may, err)
	}
}

func TestSearchesLeaveOutWhomTheReaderHid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	now := database.Time(s.Clock.Now())
	s.store(t, &follow.Block{UserID: ids[0], BlockedID: ids[1], BlockedAt: now}, &follow.Mute{UserID: ids[0], MutedID: ids[2], MutedAt: now})
	found := map[int64]user.User{}
	for _, id := range ids {
		u, err := s.users.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		found[id] = u
	}
	search := func(reader auth.Viewer, f user.Filter) (out []int64) {
		for p := (page.Page{Limit: 1}); ; {
			rows, next, err := s.users.Search(t.Context(), reader, f, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range rows {
				out = append(out, u.ID)
			}
			if p.After = next; next == nil {
				return out
			}
		}
	}
	reader := auth.Viewer{UserID: ids[0], Hides: true}
	if got, want := search(reader, user.Filter{}), []int64{ids[0], ids[3]}; !slices.Equal(got, want) {
		t.Errorf("all members: %v, want %v", got, want)
	}
	for i, id := range ids {
		name := found[id].Username
		var want []int64
		if i == 0 || i == 3 {
			want = []int64{id}
		}
		if got := search(reader, user.Filter{Username: &name}); !slices.Equal(got, want) {
			t.Errorf("by the name %s: %v, want %v", name, got, want)
		}
		if got := search(auth.Viewer{UserID: ids[1]}, user.Filter{Username: &name}); !slices.Equal(got, []int64{id}) {
			t.Errorf("who was blocked finds %v for %s", got, name)
		}
	}
}

// ids returns the ids that a query finds, in ascending order.
func (s *stage) ids(t *testing.T, query string, args []any) (found []int64) {
	t.Helper()
	err := database.Each(s.DB.Reader(t.Context()), query+" ORDER BY 1", args, func(row database.Scanner) error {
		var id int64
		err := row.Scan(&id)
		found = append(found, id)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

// store inserts rows.
func (s *stage) store(t *testing.T, rows ...any) {
	t.Helper()
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, row := range rows {
			if err := tx.Create(row).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheAudienceIsLookedUpByKeys holds that an account in a list costs a few lookups by unique indexes.
func TestTheAudienceIsLookedUpByKeys(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 600)
	var rows []any
	now := database.Time(s.Clock.Now())
	for i, id := range ids[1:] {
		rows = append(rows, &follow.Follow{FollowerID: ids[0], FollowingID: id, IsFollowing: i%3 > 0, FollowedAt: now})
		if i%7 == 0 {
			rows = append(rows, &follow.Block{UserID: ids[0], BlockedID: id, BlockedAt: now}, &follow.Mute{UserID: ids[0], MutedID: id, MutedAt: now})
		}
	}
	s.store(t, rows...)
	testkit.Analyze(t, s.DB, "users", "follows", "blocks", "mutes")
	reader := auth.Viewer{UserID: ids[0], Hides: true}
	for _, form := range []func() (string, []any){
		func() (string, []any) { return follow.AudienceOf(reader, "users") },
		func() (string, []any) { return follow.Audience(reader, "users.id") },
	} {
		for _, index := range []string{"idx_blocks_pair", "idx_mutes_pair", "idx_follows_pair"} {
			testkit.WantIndexed(t, s.DB, index, func() {
				condition, args := form()
				s.ids(t, fmt.Sprintf("SELECT users.id FROM users WHERE users.id > %d AND %s", ids[300], condition), args)
			})
		}
	}
}
