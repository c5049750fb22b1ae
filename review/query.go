package review

import (
	"context"
	"fmt"
	"strings"

	"github.com/cinecircle/cinecircle/platform/database"
)

// query selects reviews for [Service.scan], with what is joined to them. GORM takes as long to build such a query as SQLite
// to run it for a page.
type query struct {
	index string // that MySQL reads, "" for one of its choice
	where []string
	args  []any
	by    Sort
	most  int
}

// and adds a condition with its arguments.
func (q *query) and(condition string, args ...any) {
	q.where = append(q.where, condition)
	q.args = append(q.args, args...)
}

// scan returns the reviews of q. It reads reviews first: MariaDB would begin at the members, and sort all reviews.
func (s *Service) scan(ctx context.Context, q query) ([]Shown, error) {
	from, driver := "reviews", s.db.Driver()
	if q.index != "" && driver == database.MySQL {
		from += " FORCE INDEX (" + q.index + ")"
	}
	join := " " + database.StraightJoin(driver) + " "
	statement := "SELECT " + shownColumns + " FROM " + from + join + withAuthor + join + withFilm + " LEFT JOIN " + withRating +
		" WHERE " + strings.Join(q.where, " AND ") + " ORDER BY " + q.by.order() + database.Limit(driver)
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, q.most, statement, append(q.args, q.most)...)
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	return rows, nil
}
