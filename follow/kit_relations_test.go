package follow_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// setPrivate makes an account private or public.
func (s *stage) setPrivate(t testing.TB, id int64, on bool) {
	t.Helper()
	_, err := s.users.Change(t.Context(), auth.Viewer{UserID: id}, "", id, user.Patch{IsPrivate: &on})
	if err != nil {
		t.Fatalf("set whether %d is private: %v", id, err)
	}
}

func (s *stage) post(t testing.TB, as int64, path string, args ...any) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf(path, args...), s.As(t, as)).Want(200).Map()
}

// asks is the response to following a private account.
func asks(who, whom int64) map[string]any {
	return map[string]any{"follower_id": float64(who), "following_id": float64(whom), "is_following": false, "requested": true}
}

// stored counts the rows of a table.
func (s *stage) stored(t testing.TB, table string) (n int64) {
	t.Helper()
	if err := s.DB.Reader(t.Context()).Table(table).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *stage) wantStored(t testing.TB, table string, want int64) {
	t.Helper()
	if n := s.stored(t, table); n != want {
		t.Errorf("%d rows in %s, want %d", n, table, want)
	}
}

func (s *stage) wantHides(t testing.TB, userID, want int64) {
	t.Helper()
	if u, err := s.users.Get(t.Context(), userID); err != nil || u.HidesCount != want {
		t.Errorf("user %d hides %d, want %d (%v)", userID, u.HidesCount, want, err)
	}
}

// notices returns the notifications of a member as "type by actor", the newest first.
func (s *stage) notices(t testing.TB, userID int64) []string {
	t.Helper()
	var rows []notify.Notification
	if err := s.DB.Reader(t.Context()).Where("user_id = ?", userID).Order("seq DESC").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(rows))
	for i, n := range rows {
		out[i] = fmt.Sprintf("%s by %d", n.Type, *n.ActorID)
	}
	return out
}

// isFollowing reports whether one member follows another one.
func (s *stage) isFollowing(t testing.TB, who, whom int64) bool {
	t.Helper()
	on, err := s.follows.FollowedBy(t.Context(), who, []int64{whom})
	if err != nil {
		t.Fatal(err)
	}
	return on[whom]
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
