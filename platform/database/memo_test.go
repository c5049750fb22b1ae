//go:build cgo

package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// scores is a database with a memo of the points of players.
type scores struct {
	*database.DB

	file string
	memo *database.Memo[int64, int64]
}

const mostScores = 100

var readsOfScores = database.Reads{"players": {"id", "points"}}

func newScores(t *testing.T) *scores {
	t.Helper()
	file := t.TempDir() + "/scores.db"
	s := &scores{DB: openFile(t, file), file: file}
	s.memo = database.NewMemo[int64, int64](s.DB, mostScores, readsOfScores)
	s.run(t,
		"CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT, motto TEXT)",
		"CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT UNIQUE, points INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0,"+
			" team INTEGER REFERENCES teams ON DELETE CASCADE)",
		"CREATE TRIGGER bonus AFTER UPDATE OF motto ON teams BEGIN UPDATE players SET points = points + 1 WHERE team = new.id; END",
		"INSERT INTO teams VALUES (1, 'reds', ''), (2, 'blues', '')",
		"INSERT INTO players VALUES (1, 'ann', 10, 0, 1), (2, 'bob', 20, 0, 2)",
	)
	return s
}

// run runs statements in a transaction.
func (s *scores) run(t *testing.T, statements ...string) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range statements {
			if err := database.Exec(tx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const missing = -1

// look returns the points of a player, or missing, and whether they came from the memo.
func (s *scores) look(ctx context.Context, id int64) (points int64, found bool, err error) {
	points, found, asked := s.memo.Get(ctx, id)
	if found {
		return points, true, nil
	}
	err = s.Row(ctx, "SELECT points FROM players WHERE id = ?", id).Scan(&points)
	if errors.Is(err, sql.ErrNoRows) {
		points, err = missing, nil
	}
	s.memo.Put(asked, id, points)
	return points, false, err
}

func (s *scores) want(t *testing.T, id, points int64, found bool) {
	t.Helper()
	if got, from, err := s.look(t.Context(), id); err != nil || got != points || from != found {
		t.Errorf("player %d has %d points, from the memo: %v, %v; want %d, %v", id, got, from, err, points, found)
	}
}

func TestAMemoKeepsWhatNobodyHasChanged(t *testing.T) {
	t.Parallel()
	s := newScores(t)
	s.want(t, 1, 10, false)
	s.want(t, 1, 10, true)
	s.want(t, 3, missing, false)
	s.want(t, 3, missing, true)
	for _, statement := range []string{
		"UPDATE players SET seen = seen + 1, name = 'anne' WHERE id = 1",
		"UPDATE teams SET name = 'greens'", // no trigger fires
		"INSERT INTO teams (name) VALUES ('yellows')",
		"DELETE FROM notes",
		"UPDATE players SET seen = 5 WHERE id = 99", // no row
	} {
		if statement == "DELETE FROM notes" {
			s.run(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY)")
			s.look(t.Context(), 1) //nolint:errcheck // want does
		}
		s.run(t, statement)
		s.want(t, 1, 10, true)
	}
	fail := errors.New("rolled back")
	for _, statement := range []string{"UPDATE players SET seen = 9", "SELECT 1"} {
		err := s.Tx(t.Context(), func(tx *gorm.DB) error { return errors.Join(database.Exec(tx, statement), fail) })
		if !errors.Is(err, fail) {
			t.Error(err)
		}
		s.want(t, 1, 10, true)
	}
}

func TestAMemoKeepsItsValuesWhenTheLogBeginsAnew(t *testing.T) {
	t.Parallel()
	s := newScores(t)
	s.want(t, 1, 10, false)
	checkpoint := func() {
		if err := s.Alone(t.Context(), func(c *sql.Conn) error {
			_, err := c.ExecContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // all is in the file, so the next commit writes the log from its begin
		checkpoint()
		s.run(t, "UPDATE players SET seen = seen + 1")
		s.want(t, 1, 10, true)
	}
}

func TestAMemoForgets(t *testing.T) {
	t.Parallel()
	raw := func(statements ...string) func(*testing.T, *scores) {
		return func(t *testing.T, s *scores) {
			t.Helper()
			for _, statement := range statements {
				if _, err := s.Pools()["writer"].ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	in := func(statements ...string) func(*testing.T, *scores) {
		return func(t *testing.T, s *scores) { t.Helper(); s.run(t, statements...) }
	}
	for what, c := range map[string]struct {
		change func(*testing.T, *scores)
		want   int64
	}{
		"an update":                 {in("UPDATE players SET points = 11 WHERE id = 1"), 11},
		"an update among others":    {in("UPDATE teams SET name = 'x'", "UPDATE players SET seen = 1, points = 11 WHERE id = 1", "UPDATE teams SET name = 'y'"), 11},
		"another case of names":     {in("UPDATE PLAYERS SET POINTS = 11 WHERE id = 1"), 11},
		"an upsert":                 {in("INSERT INTO players (id, points) VALUES (1, 1) ON CONFLICT DO UPDATE SET points = 11"), 11},
		"another id":                {in("UPDATE players SET id = 8 WHERE id = 1"), missing},
		"another rowid":             {in("UPDATE players SET rowid = 8 WHERE id = 1"), missing},
		"a delete":                  {in("DELETE FROM players WHERE id = 1"), missing},
		"a delete of all rows":      {in("DELETE FROM players"), missing},
		"a truncation":              {func(t *testing.T, s *scores) { t.Helper(); truncate(t, s) }, missing},
		"a foreign key":             {in("DELETE FROM teams WHERE id = 1"), missing},
		"a trigger":                 {in("UPDATE teams SET motto = 'on' WHERE id = 1"), 11},
		"a replaced row":            {in("REPLACE INTO players VALUES (7, 'ann', 70, 0, 2)"), missing},
		"an update that replaces":   {in("UPDATE OR REPLACE players SET name = 'ann' WHERE id = 2"), missing},
		"a trigger made before":     {in("CREATE TRIGGER seen AFTER UPDATE OF seen ON players BEGIN UPDATE players SET points = 11 WHERE id = 1; END", "UPDATE players SET seen = 2 WHERE id = 2"), 11},
		"another schema":            {in("ALTER TABLE players RENAME TO old", "CREATE TABLE players (id INTEGER PRIMARY KEY, points INTEGER)"), missing},
		"returned rows":             {returning, 11},
		"another connection":        {raw("UPDATE players SET points = 11 WHERE id = 1"), 11},
		"another connection, often": {raw("UPDATE players SET seen = 1", "UPDATE players SET points = 11 WHERE id = 1", "UPDATE players SET seen = 2"), 11},
		"the connection alone":      {alone, 11},
		"another pool":              {otherPool, 11},
		"another process":           {otherProcess, 11},
		"others before it":          {func(t *testing.T, s *scores) { t.Helper(); otherPool(t, s); s.run(t, "UPDATE teams SET name = 'x'") }, 11},
		"others after it":           {func(t *testing.T, s *scores) { t.Helper(); s.run(t, "UPDATE teams SET name = 'x'"); otherPool(t, s) }, 11},
		"a lost connection":         {lostConnection, 11},
		"a savepoint":               {savepoint, 11},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScores(t)
			s.want(t, 1, 10, false)
			s.want(t, 1, 10, true)
			c.change(t, s)
			s.want(t, 1, c.want, false)
			s.want(t, 1, c.want, true)
		})
	}
}

// truncate deletes all rows at once, of which SQLite tells no hook of updates.
func truncate(t *testing.T, s *scores) {
	t.Helper()
	set := func(value string) {
		if err := s.Alone(t.Context(), func(c *sql.Conn) error {
			_, err := c.ExecContext(t.Context(), "PRAGMA foreign_keys = "+value)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	set("OFF")
	s.run(t, "DELETE FROM players")
	set("ON")
}

func returning(t *testing.T, s *scores) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *gorm.DB) error {
		return database.Each(tx, "UPDATE players SET points = 11 WHERE id = 1 RETURNING points", nil, func(database.Scanner) error { return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
}

func alone(t *testing.T, s *scores) {
	t.Helper()
	err := s.Alone(t.Context(), func(c *sql.Conn) error {
		_, err := c.ExecContext(t.Context(), "UPDATE players SET points = 11 WHERE id = 1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func otherPool(t *testing.T, s *scores) {
	t.Helper()
	other := openFile(t, s.file)
	err := other.Tx(t.Context(), func(tx *gorm.DB) error { return database.Exec(tx, "UPDATE players SET points = 11 WHERE id = 1") })
	if err != nil {
		t.Fatal(err)
	}
}

// lostConnection has the connection that writes closed, as after an error of the disk.
func lostConnection(t *testing.T, s *scores) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *gorm.DB) error {
		return errors.Join(database.Exec(tx, "UPDATE players SET points = 5 WHERE id = 1"), database.Exec(tx, "ROLLBACK"))
	})
	if err == nil {
		t.Fatal("a transaction that somebody else has ended was committed")
	}
	s.want(t, 1, 10, false)
	s.run(t, "UPDATE players SET points = 11 WHERE id = 1")
}

func savepoint(t *testing.T, s *scores) {
	t.Helper()
	err := s.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Transaction(func(tx *gorm.DB) error { return database.Exec(tx, "UPDATE players SET points = 11 WHERE id = 1") })
	})
	if err != nil {
		t.Fatal(err)
	}
}

const fileToWrite = "CINECIRCLE_TEST_FILE_TO_WRITE"

func otherProcess(t *testing.T, s *scores) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriteAsAnotherProcess$")
	program.Env = append(os.Environ(), fileToWrite+"="+s.file)
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestWriteAsAnotherProcess is what otherProcess runs.
func TestWriteAsAnotherProcess(t *testing.T) {
	t.Parallel()
	file := os.Getenv(fileToWrite)
	if file == "" {
		t.Skip("it is a part of TestAMemoForgets")
	}
	otherPool(t, &scores{file: file})
}

func TestAMemoForgetsWhileAQueryRuns(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*testing.T, *scores){
		"by a transaction": func(t *testing.T, s *scores) {
			t.Helper()
			s.run(t, "UPDATE players SET points = 11 WHERE id = 1")
		},
		"by others": otherPool,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScores(t)
			s.want(t, 2, 20, false)
			_, _, asked := s.memo.Get(t.Context(), 1)
			change(t, s)
			s.memo.Put(asked, 1, 10) // what the query has returned before the change
			s.want(t, 1, 11, false)
		})
	}
}

func TestATransactionSeesWhatItHasWritten(t *testing.T) {
	t.Parallel()
	s := newScores(t)
	s.want(t, 1, 10, false)
	fail := errors.New("rolled back")
	err := s.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := database.Exec(tx, "UPDATE players SET points = 11 WHERE id = 1"); err != nil {
			return err
		}
		s.want(t, 1, 10, true) // others do not see it yet
		for range 2 {
			if points, found, err := s.look(tx.Statement.Context, 1); points != 11 || found || err != nil {
				t.Errorf("%d points, from the memo: %v, %v", points, found, err)
			}
		}
		return fail
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
	if points, _, err := s.look(t.Context(), 1); points != 10 || err != nil {
		t.Errorf("%d points, %v", points, err)
	}
}

func TestAMemoIsBounded(t *testing.T) {
	t.Parallel()
	s := newScores(t)
	for id := range int64(3 * mostScores) {
		s.want(t, 100+id, missing, false)
	}
	found := 0
	for id := range int64(3 * mostScores) {
		if _, ok, _ := s.memo.Get(t.Context(), 100+id); ok {
			found++
		}
	}
	if found != mostScores {
		t.Errorf("%d values are kept, want %d", found, mostScores)
	}
}

func TestAMemoIsEmptyWithoutAFileAndAfterClose(t *testing.T) {
	t.Parallel()
	memory, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	s := newScores(t)
	s.want(t, 1, 10, false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for what, memo := range map[string]*database.Memo[int64, int64]{
		"in memory": database.NewMemo[int64, int64](memory, 1, readsOfScores), "closed": s.memo,
	} {
		_, found, asked := memo.Get(t.Context(), 1)
		memo.Put(asked, 1, 10)
		_, again, _ := memo.Get(t.Context(), 1)
		if found || again {
			t.Errorf("%s: found %v, and after a Put %v", what, found, again)
		}
	}
}

// TestAMemoIsNeverBehind has readers compare the memo with what was committed when they asked, while this pool and another one
// write, roll back, and write other things.
func TestAMemoIsNeverBehind(t *testing.T) {
	t.Parallel()
	s := newScores(t)
	other := openFile(t, s.file)
	const players, rolledBack = 4, -7
	var committed, begun [players + 1]atomic.Int64
	for id := int64(3); id <= players; id++ {
		s.run(t, fmt.Sprintf("INSERT INTO players (id, points) VALUES (%d, 0)", id))
	}
	s.run(t, "UPDATE players SET points = 0")

	ctx, stop := context.WithTimeout(t.Context(), time.Duration(1+3*boolInt(!testing.Short()))*time.Second)
	defer stop()
	var writers, readers sync.WaitGroup
	var writes, others, hits, looks atomic.Int64
	var mine [players + 1]sync.Mutex // the order of commits of a player
	write := func(db *database.DB, draw *rand.Rand) error {
		id := 1 + draw.Int64N(players)
		switch draw.IntN(8) {
		case 0:
			fail := errors.New("rolled back")
			err := db.Tx(t.Context(), func(tx *gorm.DB) error {
				return errors.Join(database.Exec(tx, "UPDATE players SET points = ? WHERE id = ?", rolledBack, id), fail)
			})
			if errors.Is(err, fail) {
				return nil
			}
			return err
		case 1, 2:
			mine[id].Lock()
			defer mine[id].Unlock()
			next := begun[id].Add(1)
			err := db.Tx(t.Context(), func(tx *gorm.DB) error {
				return database.Exec(tx, "UPDATE players SET points = ? WHERE id = ?", next, id)
			})
			if err == nil {
				committed[id].Store(next)
				writes.Add(1)
			}
			return err
		}
		others.Add(1)
		return db.Tx(t.Context(), func(tx *gorm.DB) error {
			return database.Exec(tx, "UPDATE players SET seen = seen + 1 WHERE id = ?", id)
		})
	}
	for i, db := range []*database.DB{s.DB, s.DB, s.DB, other} {
		writers.Go(func() {
			draw := rand.New(rand.NewPCG(1, uint64(i)))
			for ctx.Err() == nil {
				if err := write(db, draw); err != nil {
					t.Error(err)
					return
				}
				pause := time.Duration(draw.IntN(2000)) * time.Microsecond
				if db == other {
					pause *= 10
				}
				<-time.After(pause)
			}
		})
	}
	for i := range 4 {
		readers.Go(func() {
			draw := rand.New(rand.NewPCG(2, uint64(i)))
			for ctx.Err() == nil {
				id := 1 + draw.Int64N(players)
				least := committed[id].Load()
				points, found, err := s.look(t.Context(), id)
				most := begun[id].Load()
				if err != nil || points < least || points > most {
					t.Errorf("player %d has %d points, from the memo: %v, %v; want %d to %d", id, points, found, err, least, most)
					return
				}
				if found {
					hits.Add(1)
				}
				if looks.Add(1)%100 == 0 { // writers need the cores, too
					<-time.After(50 * time.Microsecond)
				}
			}
		})
	}
	writers.Wait()
	readers.Wait()
	t.Logf("%d of %d from the memo, during %d changes and %d other commits", hits.Load(), looks.Load(), writes.Load(), others.Load())
	if hits.Load() == 0 || writes.Load() == 0 || others.Load() == 0 {
		t.Error("the test has tested nothing")
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
