package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
)

// counted returns a program in which every counter counts something.
func counted(t *testing.T) *merger {
	t.Helper()
	m := newMerger(t)
	ann, bob := m.member("ann"), m.member("bob")
	ctx := t.Context()
	m.react(ann, m.into, reaction.Like)
	m.react(bob, m.into, reaction.Dislike)
	written := m.review(ann, m.into, "t")
	m.must(m.Reactions.SetLike(ctx, auth.Viewer{UserID: bob.ID}, written, true))
	m.must(m.Comments.Create(ctx, auth.Viewer{UserID: bob.ID}, comment.Draft{ReviewID: written, Content: "c"}))
	m.must(m.Follows.Set(ctx, ann.ID, bob.ID, true))
	cat := m.member("cat")
	m.must(nil, m.Follows.SetBlock(ctx, ann.ID, cat.ID, true))
	m.must(nil, m.Follows.SetMute(ctx, ann.ID, bob.ID, true))
	for _, halves := range []stars.Stars{7, 9} {
		m.must(m.Reactions.Rate(ctx, map[stars.Stars]int64{7: ann.ID, 9: bob.ID}[halves], m.into, halves))
	}
	l, err := m.Lists.Create(ctx, list.Draft{UserID: ann.ID, Title: "l", IsPublic: true})
	m.must(l, err)
	m.must(m.Lists.Create(ctx, list.Draft{UserID: ann.ID, Title: "private"}))
	m.must(m.Lists.Add(ctx, l.ID, list.Entry{MovieID: m.into}, nil))
	m.must(m.Lists.Add(ctx, l.ID, list.Entry{MovieID: m.from}, nil))
	m.must(nil, m.DB.Tx(ctx, func(tx *gorm.DB) error { _, _, err := m.Movies.SetHidden(tx, m.from, true); return err }))
	m.must(m.Reactions.SetListLike(ctx, auth.Viewer{UserID: bob.ID}, l.ID, true))
	return m
}

// drifts returns what a recount finds.
func drifts(t *testing.T, a *app.App, fix bool) (found []string) {
	t.Helper()
	err := recount.Run(t.Context(), a.DB, app.Counters(a.DB.Driver()), fix, func(d recount.Drift) { found = append(found, d.String()) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (m *merger) sql(statement string) {
	m.t.Helper()
	m.must(nil, m.DB.Tx(m.t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }))
}

// TestARecountFindsAndMendsEveryCounter breaks one counter after the other.
func TestARecountFindsAndMendsEveryCounter(t *testing.T) {
	t.Parallel()
	m := counted(t)
	if found := drifts(t, m.App, false); len(found) > 0 {
		t.Fatalf("the counters are wrong before one is broken: %q", found)
	}
	for _, c := range app.Counters(m.DB.Driver()) {
		if c.Table == "activities" || c.Column == "activity" {
			continue // no column; package feed tests them
		}
		name := c.Table + "." + c.Column
		table := c.Table
		if c.Stored != "" { // a column of the histogram
			table = "rating_histograms"
		}
		var sum int64
		m.must(nil, m.DB.Row(t.Context(), "SELECT COALESCE(SUM("+c.Column+"), 0) FROM "+table).Scan(&sum))
		half := regexp.MustCompile(`^half`).MatchString(c.Column)
		if sum == 0 && !half {
			t.Errorf("%s counts nothing in this test", name)
		}
		m.sql("UPDATE " + table + " SET " + c.Column + " = " + c.Column + " + 5")
		found := drifts(t, m.App, false)
		if !slices.ContainsFunc(found, func(s string) bool { return regexp.MustCompile("^" + name + " of ").MatchString(s) }) {
			t.Errorf("%s + 5 is not found: %q", name, found)
		}
		if mended := drifts(t, m.App, true); len(mended) == 0 {
			t.Errorf("%s is not mended", name)
		}
		if left := drifts(t, m.App, false); len(left) > 0 {
			t.Errorf("%s: after the mending %q is left", name, left)
		}
		var now int64
		m.must(nil, m.DB.Row(t.Context(), "SELECT COALESCE(SUM("+c.Column+"), 0) FROM "+table).Scan(&now))
		if now != sum {
			t.Errorf("%s is %d after the mending, want %d", name, now, sum)
		}
	}
	m.sql("DELETE FROM rating_histograms")
	if found := drifts(t, m.App, true); len(found) == 0 || len(drifts(t, m.App, false)) > 0 {
		t.Errorf("a histogram that is missing: %q", found)
	}
}

// TestTheListOfCountersIsComplete looks for columns that count and are missing in it.
func TestTheListOfCountersIsComplete(t *testing.T) {
	t.Parallel()
	a := apptest.OnFile(t)
	known := map[string]bool{}
	for _, c := range app.Counters(a.DB.Driver()) {
		known[c.Table+"."+c.Column] = true
	}
	var columns []string
	err := a.DB.Reader(t.Context()).Raw(`SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p
		WHERE m.type = 'table' AND p.name LIKE '%\_count' ESCAPE '\'`).Scan(&columns).Error
	if err != nil || len(columns) < 12 {
		t.Fatalf("%v: %q", err, columns)
	}
	for _, c := range columns {
		// The numbers of an import say what it did. They stay when its rows go.
		if !known[c] && !strings.HasPrefix(c, "imports.") {
			t.Errorf("%s is not recounted", c)
		}
	}
}

// TestARecountBesideWritersFindsNothing recounts and mends while 16 members react.
func TestARecountBesideWritersFindsNothing(t *testing.T) {
	t.Parallel()
	m := counted(t)
	var all sync.WaitGroup
	for i := range 16 {
		u := m.member(fmt.Sprint("writer", i))
		all.Go(func() {
			for n := range 6 {
				kind := []reaction.Type{reaction.Like, reaction.Dislike, reaction.None}[n%3]
				if _, err := m.Reactions.React(t.Context(), u.ID, m.into, kind); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		if found := drifts(t, m.App, true); len(found) > 0 {
			t.Errorf("found %q", found)
		}
	}
	all.Wait()
	if found := drifts(t, m.App, false); len(found) > 0 {
		t.Errorf("afterwards %q", found)
	}
}
