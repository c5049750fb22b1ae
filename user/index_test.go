package user

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// blockUsers is the number of ids in a block of the index.
const blockUsers = 16384

// newMembers returns a service with an empty database.
func newMembers(t testing.TB) *Service {
	t.Helper()
	k := testkit.New(t)
	return New(Deps{
		DB: k.DB, Hasher: k.Hasher, Tokens: k.Tokens, Pictures: k.Pictures, Media: k.Media, Origin: k.Origin, Clock: k.Clock.Now, Log: k.Log,
		Throttle: limit.NewThrottle(k.Limiter, limit.Rate{Count: 5, Per: time.Minute}, limit.Rate{Count: 5, Per: time.Minute}, limit.Rate{}),
	})
}

// addAt adds an account with a given id, as Create does. It skips names that are taken.
func (s *Service) addAt(t testing.TB, id int64, name Username, age int64, gender Gender) {
	t.Helper()
	now := database.Time(s.clock())
	u := User{
		ID: id, Username: name.String(), UsernameKey: name.Key(), SearchKey: textindex.Key(name.String()), Age: age, Gender: gender, Role: auth.RoleMember,
		CreatedAt: now, UpdatedAt: now, Preferences: DefaultPreferences(),
	}
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := nameTaken(tx.Create(&u).Error); err != nil {
			return err
		}
		return s.index.Announce(tx, id)
	})
	if err != nil && !errors.Is(err, ErrUsernameTaken) {
		t.Fatalf("add %q: %v", name, err)
	}
}

// checkSearch compares the pages that a search by the index finds with those of a scan of all names.
func (s *Service) checkSearch(t testing.TB, f Filter, limits ...int) {
	t.Helper()
	if complete, err := s.index.Complete(t.Context()); err != nil || !complete {
		t.Fatalf("the index is not complete (%v)", err)
	}
	all := page.Page{Limit: 1 << 20}
	want, err := f.scanRanks(s.db.Reader(t.Context()), f.query(), all)
	if f.query().Empty() { // a part of spaces
		want, err = database.Scan(f.scan(s.db.Reader(t.Context()), all), table.Targets)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range limits {
		if diff := cmp.Diff(want, s.pages(t, f, limit)); diff != "" {
			t.Fatalf("%s, %d a page (-want +got):\n%s", shown(f), limit, diff)
		}
	}
}

// checkIndex compares the whole index with the names.
func (s *Service) checkIndex(t testing.TB) {
	t.Helper()
	if err := s.index.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func shown(f Filter) string {
	text := fmt.Sprintf("a part %q", *f.Part)
	if f.Age != nil {
		text += fmt.Sprintf(", age %d", *f.Age)
	}
	if f.Gender != nil {
		text += ", " + string(*f.Gender)
	}
	return text
}

// pages returns all pages of a search.
func (s *Service) pages(t testing.TB, f Filter, limit int) (all []User) {
	t.Helper()
	for p := (page.Page{Limit: limit}); ; {
		users, next, err := s.Search(t.Context(), auth.Viewer{}, f, p)
		if err != nil {
			t.Fatalf("search: %v", err)
		}
		all = append(all, users...)
		if next == nil {
			return all
		}
		if len(users) != limit {
			t.Fatalf("a page of %d accounts is not the last", len(users))
		}
		p.After = next
	}
}

// TestIndexFindsTheSameNamesAsAScan adds, changes and deletes accounts in several blocks, with letters for which
// case folding, compatibility forms and ngrams have special cases.
func TestIndexFindsTheSameNamesAsAScan(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	letters := rapid.SampledFrom([]rune(`aAbBéßİΣσς가나다긴ㄱㅏ%_\'- ế🎬ﬀａ①`))
	text := rapid.StringOfN(letters, 1, 7, -1)
	age, gender := rapid.Int64Range(20, 22), rapid.SampledFrom([]Gender{Male, Female})
	var next, checks int64
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := next - rapid.Int64Range(0, 5).Draw(rt, "member")*(blockUsers/2)
			name, wrong := ParseUsername(text.Draw(rt, "name"))
			switch what := rapid.IntRange(0, 5).Draw(rt, "what"); {
			case what == 0:
				ignoreRefused(rt, s.Delete(t.Context(), id))
			case what == 1:
				years, kind := age.Draw(rt, "age"), gender.Draw(rt, "gender")
				_, err := s.Change(t.Context(), auth.Viewer{UserID: id}, "", id, Patch{Age: &years, Gender: &kind})
				ignoreRefused(rt, err)
			case wrong != nil: // not a valid name
			case what == 2:
				shown := name.String()
				_, err := s.Change(t.Context(), auth.Viewer{UserID: id}, "", id, Patch{Username: &shown})
				ignoreRefused(rt, err)
			default:
				next += blockUsers / 2
				s.addAt(t, next, name, age.Draw(rt, "age"), gender.Draw(rt, "gender"))
				if rapid.Bool().Draw(rt, "flush") {
					s.flush(t, next)
				}
			}
		}
		part := text.Draw(rt, "part")
		f := Filter{Part: &part}
		s.checkSearch(t, f, 1, 3)
		f.Age = new(age.Draw(rt, "age of the search"))
		s.checkSearch(t, f, 2)
		f.Gender = new(gender.Draw(rt, "gender of the search"))
		s.checkSearch(t, f, 2)
		f.Age = nil
		s.checkSearch(t, f, 2)
		if checks++; checks%10 == 0 { // it reads the whole table
			s.checkIndex(t)
		}
	})
	s.checkIndex(t)
}

// TestExactMatchesOfAnotherAgeHideNone has more accounts with the key of the query than a page, and all but the last two
// are of another age.
func TestExactMatchesOfAnotherAgeHideNone(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	for i, name := range []string{"a.", "a-", "a_", "a+", "a*", "a!", "A ~", "ab"} {
		parsed, err := ParseUsername(name)
		if err != nil {
			t.Fatal(err)
		}
		s.addAt(t, int64(i+1), parsed, int64(30+10*(i/5)), Male)
	}
	for _, age := range []int64{30, 40} {
		s.checkSearch(t, Filter{Part: new("a"), Age: &age}, 1, 2, 3, 5, 20)
	}
}

// flush writes a pending account into the ngram lists.
func (s *Service) flush(t testing.TB, id int64) {
	t.Helper()
	if err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return s.index.AddAgain(tx, []int64{id}) }); err != nil {
		t.Fatal(err)
	}
}

func ignoreRefused(t interface{ Fatalf(string, ...any) }, err error) {
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrUsernameTaken) {
		t.Fatalf("%v", err)
	}
}

// TestNewAccountsAreFoundBeforeAndAfterTheFlush adds, renames and deletes accounts that are pending in the index.
func TestNewAccountsAreFoundBeforeAndAfterTheFlush(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	for i := range 140 {
		name := fmt.Sprintf("love %d of 여름밤", i)
		u, err := s.Create(t.Context(), Draft{Username: name, Password: "correct horse battery", Age: int64(20 + i%3), Gender: Female})
		if err != nil {
			t.Fatal(err)
		}
		switch i % 10 {
		case 3:
			renamed := fmt.Sprintf("zebra %d 사랑", i)
			if _, err := s.Change(t.Context(), auth.Viewer{UserID: u.ID}, "", u.ID, Patch{Username: &renamed}); err != nil {
				t.Fatal(err)
			}
		case 7:
			if err := s.Delete(t.Context(), u.ID); err != nil {
				t.Fatal(err)
			}
		}
		if i > 120 {
			for _, part := range []string{"LOVE", "사랑", "zebra", "5 of"} {
				s.checkSearch(t, Filter{Part: &part}, 30)
			}
			s.checkIndex(t)
		}
	}
}

// TestConcurrentWritesAreAllIndexed fails without the lock of a block, or with a deadlock between it and rows.
func TestConcurrentWritesAreAllIndexed(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	const writers = 8
	members := 20 // a multiple of four
	if testing.Short() {
		members = 8
	}
	var group errgroup.Group
	for w := range writers {
		group.Go(func() error {
			for i := range members {
				name := fmt.Sprintf("member %c%d", 'a'+w, i)
				u, err := s.Create(t.Context(), Draft{Username: name, Password: "correct horse battery", Age: 30, Gender: Male})
				if err == nil && i%2 == 1 {
					_, err = s.Change(t.Context(), auth.Viewer{UserID: u.ID}, "", u.ID, Patch{Username: new("zebra " + name)})
				}
				if err == nil && i%4 == 3 {
					err = s.Delete(t.Context(), u.ID)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	s.checkSearch(t, Filter{Part: new("member")}, 7)
	s.checkIndex(t)
	if n := len(s.pages(t, Filter{Part: new("zebra")}, 50)); n != writers*members/4 {
		t.Errorf("%d accounts match zebra, want %d", n, writers*members/4)
	}
}

// TestOldAccountsAreFoundWhileTheIndexIsBuilt empties the index, as it is after the migration, and builds it step by
// step while accounts are added, changed and deleted.
func TestOldAccountsAreFoundWhileTheIndexIsBuilt(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	s.addAccounts(t, 1300)
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM user_grams").Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE user_gram_builds SET next_id = 1").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	all := Filter{Part: new("zebra")}
	for step, done := int64(0), false; !done; step++ {
		s = New(Deps{DB: s.db, Hasher: s.hasher, Media: s.media, Clock: s.clock, Log: s.log}) // as if restarted
		if step < 3 {
			if _, err := s.Change(t.Context(), auth.Viewer{}, "", 1+step*400, Patch{Username: new(fmt.Sprintf("zebra %d", step))}); err != nil {
				t.Fatal(err)
			}
			if err := s.Delete(t.Context(), 2+step*400); err != nil {
				t.Fatal(err)
			}
			name, _ := ParseUsername(fmt.Sprintf("new zebra %d", step))
			s.addAt(t, 5000+step*blockUsers, name, 30, Female)
		}
		if got, want := len(s.pages(t, all, 2)), int(2*min(step+1, 3)); got != want {
			t.Errorf("after %d steps %d accounts match, want %d", step, got, want)
		}
		var err error
		if done, err = s.index.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.checkSearch(t, all, 7)
	s.checkIndex(t)
	if err := s.BuildIndex(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPartSearchReadsOnlyTheIndexAndItsMatches fails when a search scans the table or the index of an age, or sorts in
// the database.
func TestPartSearchReadsOnlyTheIndexAndItsMatches(t *testing.T) {
	t.Parallel()
	s := newMembers(t)
	n := 1000
	if s.db.Driver() == database.MySQL { // its planner ignores indexes of small tables
		n = 4000
	}
	s.addAccounts(t, n)
	testkit.Analyze(t, s.db, "users", "user_grams")
	for _, f := range []Filter{{}, {Age: new(int64(7))}, {Gender: new(Female)}, {Age: new(int64(7)), Gender: new(Female)}} {
		f.Part = new("member 3")
		for _, p := range []page.Page{{Limit: 1}, {Limit: 200}, {Limit: 5, After: &page.Key{ID: int64(n / 2)}}} {
			plans := testkit.Plans(t, s.db, func() {
				if _, _, err := s.Search(t.Context(), auth.Viewer{}, f, p); err != nil {
					t.Error(err)
				}
			})
			for _, plan := range plans {
				if text := plan.String(); strings.Contains(text, "idx_users_age") || strings.Contains(text, "idx_users_gender") {
					t.Errorf("the query reads the index of an age or a gender:\n%s", text)
				}
			}
			testkit.WantIndexed(t, s.db, testkit.PrimaryKey, func() {
				if _, _, err := s.Search(t.Context(), auth.Viewer{}, f, p); err != nil {
					t.Error(err)
				}
			})
		}
		s.checkSearch(t, f, 200)
	}
	s.checkIndex(t)
}

// addAccounts adds n accounts of all ages in one transaction.
func (s *Service) addAccounts(t testing.TB, n int) {
	t.Helper()
	now, members := database.Time(s.clock()), make([]User, n)
	for i := range members {
		name := fmt.Sprintf("member %d", i)
		members[i] = User{
			Username: name, UsernameKey: name, SearchKey: textindex.Key(name), Age: int64(1 + i%90), Gender: []Gender{Female, Male}[i/90%2], Role: auth.RoleMember,
			CreatedAt: now, UpdatedAt: now, Preferences: DefaultPreferences(),
		}
	}
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.CreateInBatches(members, 500).Error })
	if err == nil {
		err = IndexAll(t.Context(), s.db)
	}
	if err != nil {
		t.Fatalf("fill: %v", err)
	}
}
