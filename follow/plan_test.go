package follow_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

func TestAListTakesAConstantNumberOfQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.join(t, 12)
	for _, fan := range ids[2:] {
		s.follow(t, fan, ids[0])
	}
	s.follow(t, ids[2], ids[1])
	var queries int
	count := func(*gorm.DB) { queries++ }
	db := s.DB.Reader(t.Context())
	if err := db.Callback().Query().Before("gorm:query").Register("test:count", count); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ userID, rows int64 }{{ids[0], 10}, {ids[1], 1}} {
		queries = 0
		if got := len(s.GET(t, fmt.Sprintf("/users/%d/followers", c.userID)).Want(200).List()); got != int(c.rows) {
			t.Errorf("%d rows, want %d", got, c.rows)
		}
		if queries != 3 { // the account, the page, who is in it
			t.Errorf("%d queries for %d rows, want 3", queries, c.rows)
		}
	}
}

func TestListsReadAlongTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.join(t, 300)
	s.write(t, func(tx *gorm.DB) error { // enough for a planner to care
		var rows []follow.Follow
		for i, id := range ids[1:] {
			at := database.Time(s.Clock.Now().Add(time.Duration(i) * time.Second))
			rows = append(rows,
				follow.Follow{FollowerID: ids[0], FollowingID: id, IsFollowing: i%10 != 0, FollowedAt: at},
				follow.Follow{FollowerID: id, FollowingID: ids[0], IsFollowing: i%10 != 0, FollowedAt: at})
		}
		return tx.CreateInBatches(&rows, 100).Error
	})
	index := map[string]string{"follower_id": "idx_follows_followings", "following_id": "idx_follows_followers"}
	for _, after := range []*page.Key{nil, {Num: s.Clock.Now().Add(time.Minute).UnixMicro(), ID: 70}} {
		dry := s.DB.Reader(t.Context()).Session(&gorm.Session{DryRun: true})
		for owner, q := range follow.ListQueries(dry, ids[0], page.Page{Limit: 5, After: after}) {
			plan := s.plan(t, q.Find(&[]follow.Follow{}).Statement)
			if !strings.Contains(plan, index[owner]) {
				t.Errorf("list by %s does not read %s:\n%s", owner, index[owner], plan)
			}
			for _, bad := range []string{"SCAN ", "TEMP B-TREE", "filesort", "temporary"} {
				if strings.Contains(plan, bad) {
					t.Errorf("list by %s: the plan has %s:\n%s", owner, bad, plan)
				}
			}
		}
	}
}

// plan returns how the database means to answer a query.
func (s *stage) plan(t testing.TB, q *gorm.Statement) string {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if s.DB.Driver() == database.MySQL {
		explain = "EXPLAIN "
	}
	rows, err := s.DB.Reader(t.Context()).Raw(explain+q.SQL.String(), q.Vars...).Rows()
	if err != nil {
		t.Fatalf("explain %s: %v", q.SQL.String(), err)
	}
	defer func() { _ = rows.Close() }() // it was read to its end
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			plan.WriteString(cell.String + " ")
		}
		plan.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
