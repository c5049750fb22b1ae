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

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// How many rows a statement has, and how many a transaction.
const (
	statementRows   = 100
	transactionRows = 100_000
)

// forLoading has SQLite keep what it writes in memory, and wait neither for the disk nor for what rows
// refer to: a file whose loading was cut short is thrown away, and [Check] looks at every reference.
var forLoading = []string{"PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF"}

// Load writes everything but the films, which have to be there, into a SQLite database that is
// migrated and empty otherwise, and that is closed afterwards. Everybody's password has the hash. say
// is told of each step.
func Load(ctx context.Context, db *database.DB, s Size, seed uint64, hash string, say func(format string, args ...any)) error {
	if err := db.Alone(ctx, func(c *sql.Conn) error { return execAll(ctx, c, forLoading) }); err != nil {
		return err
	}
	if err := checkFilms(ctx, db, s.Films); err != nil {
		return err
	}
	say("drawing %s", s)
	p, l := newPlan(s, seed), loader{db: db, say: say}
	err := withoutIndexes(ctx, db, say, func() error {
		return errors.Join(
			insert(ctx, &l, p.users(hash)),
			l.countFilms(ctx, p.films),
			insert(ctx, &l, p.reviewRows()),
			insert(ctx, &l, p.likeRows()),
			insert(ctx, &l, p.reactionRows()),
			insert(ctx, &l, p.followRows()),
			insert(ctx, &l, p.notificationRows()),
			insert(ctx, &l, p.stateRows()),
		)
	})
	if err != nil {
		return err
	}
	say("indexing the names")
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

// checkFilms wants the films to have the ids from 1 on.
func checkFilms(ctx context.Context, db *database.DB, want int) error {
	var found, last int
	if err := db.Row(ctx, "SELECT count(*), coalesce(max(id), 0) FROM movies").Scan(&found, &last); err != nil {
		return fmt.Errorf("count the films: %w", err)
	}
	if found != want || last != want {
		return fmt.Errorf("there are %d films up to the id %d, want %d", found, last, want)
	}
	return nil
}

// loader writes rows. After an error it writes no more.
type loader struct {
	db     *database.DB
	say    func(format string, args ...any)
	failed bool
}

// insert writes rows of one model as they are, with its columns as the model has them: a column that a
// migration adds is not forgotten. Like copy it calls no hooks: what they would do is in the plan.
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
	t, all := newTable(s), 0
	for {
		n, err := writeSome(ctx, l.db, t, next)
		if err != nil {
			l.failed = true
			return fmt.Errorf("write %s after %d rows: %w", s.Table, all, err)
		}
		all += n
		if n < transactionRows {
			l.say("%s: %d rows", s.Table, all)
			return nil
		}
	}
}

// table is where rows of a model go.
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

// statement inserts n rows.
func (t table) statement(n int) string {
	names := make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i] = f.DBName
	}
	one := ", (?" + strings.Repeat(", ?", len(t.fields)-1) + ")"
	return "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") VALUES " + strings.Repeat(one, n)[2:]
}

// writeSome writes as many rows as a transaction has, or what is left, and returns how many.
func writeSome[T any](ctx context.Context, db *database.DB, t table, next func() (T, bool)) (n int, err error) {
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

const countFilm = "UPDATE movies SET like_count = ?, dislike_count = ?, review_count = ? WHERE id = ?"

// countFilms writes the counters of the films, which came in without.
func (l *loader) countFilms(ctx context.Context, counts []filmCounts) error {
	for first := 0; first < len(counts) && !l.failed; first += transactionRows {
		err := l.db.Tx(ctx, func(tx *gorm.DB) error {
			for i, c := range counts[first:min(first+transactionRows, len(counts))] {
				if _, err := tx.Statement.ConnPool.ExecContext(ctx, countFilm, c.likes, c.dislikes, c.reviews, first+i+1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			l.failed = true
			return fmt.Errorf("count for the films from %d on: %w", first+1, err)
		}
	}
	l.say("movies: counted")
	return nil
}
