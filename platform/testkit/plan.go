package testkit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Plan is the execution plan of a query.
type Plan struct {
	Query string
	Steps []Step
}

// Step is a step of a plan. SQLite fills Detail, MySQL the other fields.
type Step struct{ Detail, Table, Type, Key, Extra string }

// Plans runs do and returns the plans of its queries outside of transactions. Before it, fill the tables and call
// [Analyze]: planners ignore the indexes of nearly empty tables.
func Plans(t testing.TB, db *database.DB, do func()) []Plan {
	t.Helper()
	var plans []Plan
	var values [][]any
	end := db.Watch(func(query string, args []any) {
		plans, values = append(plans, Plan{Query: query}), append(values, args)
	})
	do()
	end()
	explain := "EXPLAIN QUERY PLAN "
	if db.Driver() == database.MySQL {
		explain = "EXPLAIN "
	}
	for i, p := range plans {
		if err := db.Reader(t.Context()).Raw(explain+p.Query, values[i]...).Scan(&plans[i].Steps).Error; err != nil {
			t.Fatalf("explain %s: %v", p.Query, err)
		}
	}
	return plans
}

// Analyze updates the statistics of the tables on MySQL. On SQLite it does nothing, as in service.
func Analyze(t testing.TB, db *database.DB, tables ...string) {
	t.Helper()
	if db.Driver() != database.MySQL {
		return
	}
	for _, table := range tables {
		var said []struct{ MsgText string }
		err := db.Reader(t.Context()).Raw("ANALYZE TABLE ?", clause.Table{Name: table}).Scan(&said).Error
		if err != nil || len(said) == 0 || said[len(said)-1].MsgText != "OK" {
			t.Fatalf("analyze %s: %v, %v", table, said, err)
		}
	}
}

// WantIndexed fails the test unless all queries of do use indexes and none sorts, and at least one of them reads
// the index.
func WantIndexed(t testing.TB, db *database.DB, index string, do func()) {
	t.Helper()
	plans := Plans(t, db, do)
	found := false
	for _, p := range plans {
		found = found || p.reads(index)
		if fault := p.fault(); fault != "" {
			t.Errorf("%s in the plan of a query:\n%s", fault, p)
		}
	}
	if !found {
		t.Errorf("none of the %d queries reads %s:\n%v", len(plans), index, plans)
	}
}

// WantLookups is WantIndexed for queries that may sort the few rows which they look up.
func WantLookups(t testing.TB, db *database.DB, index string, do func()) {
	t.Helper()
	plans := Plans(t, db, do)
	found := false
	for _, p := range plans {
		found = found || p.reads(index)
		switch fault := p.fault(); fault {
		case "", "TEMP B-TREE", "filesort", "temporary":
		default:
			t.Errorf("%s in the plan of a query:\n%s", fault, p)
		}
	}
	if !found {
		t.Errorf("none of the %d queries reads %s:\n%v", len(plans), index, plans)
	}
}

// PrimaryKey is the name of the primary key for [WantIndexed].
const PrimaryKey = "PRIMARY"

func (p Plan) reads(index string) bool {
	for _, s := range p.Steps {
		if s.Key == index || strings.Contains(s.Detail, " "+index+" ") ||
			index == PrimaryKey && (strings.Contains(s.Detail, "USING INTEGER PRIMARY KEY") || strings.Contains(s.Detail, "USING PRIMARY KEY")) {
			return true
		}
	}
	return false
}

// recompiled matches what makes SQLite compile a statement anew each time that it is used; see [database.Limit].
var recompiled = regexp.MustCompile(`(LIMIT|LIKE|GLOB) \?([^ ]| [^+|]|$)`)

// fault returns the expensive operation of the plan, or "" without one.
func (p Plan) fault() string {
	if len(p.Steps) > 0 && p.Steps[0].Detail != "" && recompiled.MatchString(p.Query) {
		return "a statement that SQLite compiles each time"
	}
	for _, s := range p.Steps {
		if strings.HasPrefix(s.Detail, "SCAN json_each") { // a list parameter
			continue
		}
		if p.isSubquery(s) { // its own steps are in the plan
			continue
		}
		if s.Type == "ALL" || s.Type == "index" { // reads the whole table or index
			return "a full scan of " + s.Table
		}
		for _, bad := range []string{"SCAN ", "TEMP B-TREE", "filesort", "temporary", "join buffer"} {
			if strings.Contains(s.Detail+s.Extra, bad) {
				return bad
			}
		}
	}
	return ""
}

// isSubquery reports whether a step reads the rows of a subquery in FROM.
func (p Plan) isSubquery(s Step) bool {
	name, scans := strings.CutPrefix(s.Detail, "SCAN ")
	return strings.HasPrefix(s.Table, "<derived") || scans && slices.ContainsFunc(p.Steps, func(o Step) bool { return o.Detail == "CO-ROUTINE "+name })
}

func (p Plan) String() string {
	var b strings.Builder
	b.WriteString(p.Query)
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "\n\t%s", strings.TrimSpace(strings.Join([]string{s.Detail, s.Table, s.Type, s.Key, s.Extra}, " ")))
	}
	return b.String()
}
