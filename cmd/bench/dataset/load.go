package dataset

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// Rows of a statement and of a transaction.
const (
	statementRows   = 100
	transactionRows = 100_000
)

// loadPragmas let SQLite write without syncing and without checking references. That is safe, because a file is thrown
// away when loading fails, and [Check] checks every reference.
var loadPragmas = []string{"PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF"}

// Load writes everything but the films, which must exist, into a migrated SQLite database without other rows. The
// caller must close the database afterwards, because its connection does not sync any more. All members get the
// password hash. Load reports each step to say.
func Load(ctx context.Context, db *database.DB, s Size, seed uint64, hash string, say func(format string, args ...any)) error {
	if err := db.Alone(ctx, func(c *sql.Conn) error { return execAll(ctx, c, loadPragmas) }); err != nil {
		return err
	}
	if err := checkFilms(ctx, db, s.Films); err != nil {
		return err
	}
	say("generating %s", s)
	p, l := newPlan(s, seed), loader{db: db, say: say}
	err := withoutIndexes(ctx, db, say, func() error {
		return errors.Join(
			insert(ctx, &l, p.users(hash)),
			l.countFilms(ctx, p.films),
			insert(ctx, &l, p.reviewRows()),
			insert(ctx, &l, p.commentRows()),
			insert(ctx, &l, p.likeRows()),
			insert(ctx, &l, p.reactionRows()),
			insert(ctx, &l, p.followRows()),
			insert(ctx, &l, p.ratingRows()),
			insert(ctx, &l, p.histogramRows()),
			insert(ctx, &l, p.watchedRows()),
			insert(ctx, &l, p.viewingRows()),
			insert(ctx, &l, p.listRows()),
			insert(ctx, &l, p.itemRows()),
			insert(ctx, &l, p.listLikeRows()),
			insert(ctx, &l, p.activityRows()),
			insert(ctx, &l, p.notificationRows()),
			insert(ctx, &l, p.groupRows()),
			insert(ctx, &l, p.stateRows()),
		)
	})
	if err != nil {
		return err
	}
	say("indexing the usernames")
	return user.IndexAll(ctx, db)
}

func execAll(ctx context.Context, c *sql.Conn, statements []string) error {
	for _, statement := range statements {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// checkFilms returns an error unless the films have the ids from 1 to want.
func checkFilms(ctx context.Context, db *database.DB, want int) error {
	var found, last int
	if err := db.Row(ctx, "SELECT count(*), coalesce(max(id), 0) FROM movies").Scan(&found, &last); err != nil {
		return fmt.Errorf("count the films: %w", err)
	}
	if found != want || last != want {
		return fmt.Errorf("found %d films with ids up to %d, want %d", found, last, want)
	}
	return nil
}

// loader writes rows until the first error.
type loader struct {
	db     *database.DB
	say    func(format string, args ...any)
	failed bool
}

// insert writes the rows of a model with all columns of its schema. It does not run hooks: the plan has what they would
// store.
func insert[T any](ctx context.Context, l *loader, rows iter.Seq[T]) error {
	if l.failed {
		return nil
	}
	s, err := schema.Parse(new(T), &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		return fmt.Errorf("read the model %T: %w", *new(T), err)
	}
	next, stop := iter.Pull(rows)
	defer stop()
	t, total := newTable(s), 0
	for {
		n, err := writeBatch(ctx, l.db, t, next)
		if err != nil {
			l.failed = true
			return fmt.Errorf("write %s after %d rows: %w", s.Table, total, err)
		}
		total += n
		if n < transactionRows {
			l.say("%s: %d rows", s.Table, total)
			return nil
		}
	}
}

// table is the table of a model.
type table struct {
	name   string
	fields []*schema.Field
}

func newTable(s *schema.Schema) table {
	t := table{name: s.Table}
	for _, f := range s.Fields {
		if f.DBName != "" {
			t.fields = append(t.fields, f)
		}
	}
	return t
}

// statement returns an INSERT of n rows.
func (t table) statement(n int) string {
	names := make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i] = f.DBName
	}
	one := ", (?" + strings.Repeat(", ?", len(t.fields)-1) + ")"
	return "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") VALUES " + strings.Repeat(one, n)[2:]
}

// writeBatch writes the rows of one transaction, or the rest, and returns how many.
func writeBatch[T any](ctx context.Context, db *database.DB, t table, next func() (T, bool)) (n int, err error) {
	full := t.statement(statementRows)
	err = db.Tx(ctx, func(tx *gorm.DB) error {
		args := make([]any, 0, statementRows*len(t.fields))
		for n < transactionRows {
			row, ok := next()
			if !ok {
				break
			}
			args = t.append(ctx, args, reflect.ValueOf(row))
			n++
			if len(args) < cap(args) {
				continue
			}
			if _, err := tx.Statement.ConnPool.ExecContext(ctx, full, args...); err != nil {
				return err
			}
			args = args[:0]
		}
		if len(args) == 0 {
			return nil
		}
		_, err := tx.Statement.ConnPool.ExecContext(ctx, t.statement(len(args)/len(t.fields)), args...)
		return err
	})
	return n, err
}

func (t table) append(ctx context.Context, to []any, row reflect.Value) []any {
	for _, f := range t.fields {
		value, _ := f.ValueOf(ctx, row)
		to = append(to, value)
	}
	return to
}

const countFilm = `UPDATE movies SET like_count = ?, dislike_count = ?, review_count = ?, rating_count = ?, rating_sum = ?, rating_score = ?
	WHERE id = ?`

// sum returns the half-stars of all ratings.
func (c filmCounts) sum() (halfStars int64) {
	for i, n := range c.halves {
		halfStars += int64(i+1) * int64(n)
	}
	return halfStars
}

// score returns what package movie stores as rating_score; [Check] compares them.
func (c filmCounts) score() int64 {
	if c.ratings == 0 {
		return 0
	}
	return (60 + c.sum()) * 500_000_000 / (10 + int64(c.ratings))
}

// countFilms writes the counters of the films, which the import has set to 0.
func (l *loader) countFilms(ctx context.Context, counts []filmCounts) error {
	for first := 0; first < len(counts) && !l.failed; first += transactionRows {
		err := l.db.Tx(ctx, func(tx *gorm.DB) error {
			var ids []int64
			for i, c := range counts[first:min(first+transactionRows, len(counts))] {
				ids = append(ids, int64(first+i+1))
				if _, err := tx.Statement.ConnPool.ExecContext(ctx, countFilm, c.likes, c.dislikes, c.reviews, c.ratings, c.sum(), c.score(), first+i+1); err != nil {
					return err
				}
			}
			return movie.CopyCounts(tx, ids...)
		})
		if err != nil {
			l.failed = true
			return fmt.Errorf("write the counters of the films from %d: %w", first+1, err)
		}
	}
	l.say("movies: counters")
	return nil
}
