package testkit

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Plan is how a database means to answer a query.
type Plan struct {
	Query string
	Steps []Step
}

// Step is what a plan does with one table: on SQLite Detail says all of it, on MySQL the others do.
type Step struct{ Detail, Table, Type, Key, Extra string }

// Plans runs do and returns the plan of every query that was asked meanwhile, outside of transactions. Fill the
// tables before and call [Analyze]: planners do not bother with indexes where there is next to nothing.
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

// Analyze has MySQL count what is in the tables. SQLite plans without counting, as it does in service.
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

// WantIndexed fails the test unless do asks something, every query of it goes along indexes and sorts
// nothing, and one of them reads the index of that name.
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
		t.Errorf("none of %d queries reads %s:\n%v", len(plans), index, plans)
	}
}

// PrimaryKey is the index of WantIndexed that is the table itself, by its id.
const PrimaryKey = "PRIMARY"

func (p Plan) reads(index string) bool {
	for _, s := range p.Steps {
		if s.Key == index || strings.Contains(s.Detail, " "+index+" ") ||
			index == PrimaryKey && strings.Contains(s.Detail, "USING INTEGER PRIMARY KEY") {
			return true
		}
	}
	return false
}

// fault returns what makes the plan cost more than its answer is long, "" when nothing does.
func (p Plan) fault() string {
	for _, s := range p.Steps {
		if strings.HasPrefix(s.Detail, "SCAN json_each") { // a parameter that is a list
			continue
		}
		if s.Type == "ALL" || s.Type == "index" { // a table or an index from end to end
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

func (p Plan) String() string {
	var b strings.Builder
	b.WriteString(p.Query)
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "\n\t%s", strings.TrimSpace(strings.Join([]string{s.Detail, s.Table, s.Type, s.Key, s.Extra}, " ")))
	}
	return b.String()
}
