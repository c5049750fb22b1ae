package notify_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// mutesOnly is a condition of who hears of what.
func mutesOnly(d *notify.Deps) {
	d.Hears = "NOT EXISTS (SELECT 1 FROM mutes WHERE user_id = @recipient AND muted_id = @actor)"
}

// locked commits what fn does with the accounts of two users locked, as all callers of the package do.
func (in *instance) locked(a, b int64, fn func(tx *gorm.DB) error) error {
	return in.DB.Tx(in.t.Context(), func(tx *gorm.DB) error {
		var ids []int64
		err := database.ForUpdate(tx.Table("users")).Where("id IN ?", []int64{a, b}).Order("id").Pluck("id", &ids).Error
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// mute commits what a mute does.
func (in *instance) mute(userID, actorID int64) error {
	return in.locked(userID, actorID, func(tx *gorm.DB) error {
		row := map[string]any{"user_id": userID, "muted_id": actorID, "muted_at": database.Time(in.Clock.Now())}
		if err := tx.Table("mutes").Create(row).Error; err != nil {
			return err
		}
		return notify.Silence(tx, userID, actorID)
	})
}

func (in *instance) unmute(userID, actorID int64) error {
	return in.locked(userID, actorID, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM mutes WHERE user_id = ? AND muted_id = ?", userID, actorID).Error
	})
}

// entry is a notification of the model.
type entry struct {
	seq, actor int64 // actor 0: the account was deleted
	kind       notify.Type
	target     int64
	read       bool
	hidden     bool
}

// model is the notifications of one user, kept in the most obvious way.
type model struct {
	all   []entry
	muted map[int64]bool
}

func (m *model) send(e notify.Event) {
	if m.muted[e.ActorID] {
		return
	}
	n := entry{seq: int64(len(m.all) + 1), actor: e.ActorID, kind: e.Type, target: targetOf(e)}
	for i, old := range m.all {
		if e.CommentID == nil && old.actor == n.actor && old.kind == n.kind && old.target == n.target {
			m.all[i].read = true
		}
	}
	m.all = append(m.all, n)
}

func targetOf(e notify.Event) int64 {
	switch {
	case e.ReplyTo != nil:
		return *e.ReplyTo
	case e.ReviewID != nil:
		return *e.ReviewID
	case e.ListID != nil:
		return *e.ListID
	}
	return 0
}

func (m *model) mark(read func(entry) bool) {
	for i, n := range m.all {
		m.all[i].read = n.read || read(n)
	}
}

func (m *model) silence(actor int64) {
	for i, n := range m.all {
		if n.actor == actor {
			m.all[i].read, m.all[i].hidden = true, true
		}
	}
}

func (m *model) shown() []entry {
	shown := slices.DeleteFunc(slices.Clone(m.all), func(n entry) bool { return n.hidden })
	slices.Reverse(shown)
	return shown
}

// unread is what X-Unread-Count says.
func (m *model) unread() (count int) {
	for _, n := range m.all {
		if !n.read {
			count++
		}
	}
	return count
}

// lines are the groups as group.line writes them.
func lines(shown []entry, name func(int64) string) []string {
	type key struct {
		kind   notify.Type
		target int64
	}
	var keys []key
	of := map[key][]entry{}
	for _, n := range shown {
		k := key{n.kind, n.target}
		if of[k] == nil {
			keys = append(keys, k)
		}
		of[k] = append(of[k], n)
	}
	var all []string
	for _, k := range keys {
		unread := 0
		var names []string
		for _, n := range of[k] {
			if !n.read {
				unread++
			}
			if n.actor != 0 && len(names) < 3 && !slices.Contains(names, name(n.actor)) {
				names = append(names, name(n.actor))
			}
		}
		all = append(all, fmt.Sprintf("%s %d/%d [%s] seq %d", k.kind, unread, len(of[k]), strings.Join(names, " "), of[k][0].seq))
	}
	return all
}

// want fails the test unless the service shows what the model does.
func (m *model) want(in *instance, userID int64, name func(int64) string) {
	in.t.Helper()
	var seqs, unread []int64
	for _, n := range m.shown() {
		seqs = append(seqs, n.seq)
		if !n.read {
			unread = append(unread, n.seq)
		}
	}
	mine := testkit.As(in.token(userID))
	wantAll(in, "/notifications/inbox?limit=7", mine, seqs)
	wantAll(in, "/notifications/inbox?limit=7&unread=true", mine, unread)
	res := in.api.GET(in.t, "/notifications/inbox?grouped=true&limit=1", mine)
	if got := res.Header.Get("X-Unread-Count"); got != fmt.Sprint(m.unread()) {
		in.t.Errorf("X-Unread-Count %s, want %d", got, m.unread())
	}
	in.wantGroups(userID, lines(m.shown(), name)...)
}

// wantAll fails the test unless all pages of a list have these seqs.
func wantAll(in *instance, path string, mine testkit.Option, want []int64) {
	in.t.Helper()
	var got []int64
	for path != "" {
		res := in.api.GET(in.t, path, mine)
		got = append(got, seqsOf(res)...)
		path = res.Next()
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		in.t.Errorf("seqs (-want +got):\n%s", diff)
	}
}

// wantCounters fails the test unless a recount finds nothing.
func (in *instance) wantCounters() {
	in.t.Helper()
	err := recount.Run(in.t.Context(), in.DB, notify.Counters(), false, func(d recount.Drift) { in.t.Error(d) })
	if err != nil {
		in.t.Fatal(err)
	}
}

// anyEvent returns a random event to a user.
func anyEvent(random *rand.Rand, to, by int64, comments *int64) notify.Event {
	target := random.Int64N(3) + 1
	switch *comments++; random.IntN(6) {
	case 0:
		return follow(to, by)
	case 1:
		return comment(to, by, target, *comments)
	case 2:
		return reply(to, by, target, *comments, target+10)
	case 3:
		e := event(notify.TypeListLike, to, by)
		e.ListID = &target
		return e
	}
	return like(to, by, target)
}

// Random operations, one after the other, leave what the model says after each of them.
func TestTheServiceFollowsTheModel(t *testing.T) {
	t.Parallel()
	const steps = 250
	in := newInstance(t, mutesOnly)
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	me, comments := in.user("me"), int64(100)
	var actors []int64
	for i := range 5 {
		actors = append(actors, in.user(fmt.Sprint("actor", i)))
	}
	names := in.accounts.namesOf()
	name := func(id int64) string { return names[id] }
	m := &model{muted: map[int64]bool{}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for step := range steps {
		actor := actors[random.IntN(len(actors))]
		seq := random.Int64N(int64(len(m.all)) + 1)
		var did string
		switch random.IntN(12) {
		case 0:
			did = fmt.Sprint("read up to ", seq)
			must(in.s.MarkRead(t.Context(), me, nil, seq))
			m.mark(func(n entry) bool { return n.seq <= seq })
		case 1: // ids are seqs, because nobody else is notified
			did = fmt.Sprint("read ", seq, seq+2)
			must(in.s.MarkRead(t.Context(), me, []int64{seq + 1, seq + 3, 9999}, 0))
			m.mark(func(n entry) bool { return n.seq == seq+1 || n.seq == seq+3 })
		case 2:
			did = fmt.Sprint("open ", seq)
			if seq == 0 || m.all[seq-1].hidden {
				continue
			}
			opened, err := in.s.Open(t.Context(), me, seq)
			must(err)
			m.mark(func(n entry) bool { return n.seq <= seq && n.kind == opened.Type && n.target == opened.TargetID })
		case 3:
			did = fmt.Sprint("mute ", actor, m.muted[actor])
			if m.muted[actor] {
				must(in.unmute(me, actor))
			} else {
				must(in.mute(me, actor))
				m.silence(actor)
			}
			m.muted[actor] = !m.muted[actor]
		case 4:
			if random.IntN(4) > 0 {
				continue
			}
			did = "replace review 2 by 1"
			in.write(func(tx *gorm.DB) error { return in.s.ReplaceReview(tx, me, 2, 1) })
			m.replaceReview(2, 1)
		default:
			e := anyEvent(random, me, actor, &comments)
			did = fmt.Sprint("send ", e.Type, " by ", actor, " of ", targetOf(e))
			in.send(e)
			m.send(e)
		}
		if step%5 == 0 || step > steps-20 {
			m.want(in, me, name)
		}
		if t.Failed() {
			t.Fatalf("after step %d: %s", step, did)
		}
	}
	in.wantCounters()
	in.write(func(tx *gorm.DB) error { return in.s.PurgeUser(tx, actors[0]) })
	for i, n := range m.all {
		if n.actor == actors[0] {
			m.all[i].actor = 0
		}
	}
	m.want(in, me, name)
	in.wantCounters()
}

// replaceReview also keeps one unread notification of each event.
func (m *model) replaceReview(from, by int64) {
	for i, n := range m.all {
		if n.target == from && (n.kind == notify.TypeReviewLike || n.kind == notify.TypeReviewComment) {
			m.all[i].target = by
		}
	}
	for i, n := range m.all {
		if n.kind != notify.TypeReviewLike || n.target != by {
			continue
		}
		for _, later := range m.all[i+1:] {
			if later.kind == n.kind && later.target == by && later.actor == n.actor && !later.hidden {
				m.all[i].read = true
			}
		}
	}
}

// Members act at the same time. What each reader then has must agree with itself: groups with the plain inbox, counters with
// rows, frames with both.
func TestConcurrentActionsLeaveEverythingRight(t *testing.T) {
	t.Parallel()
	const members, each = 6, 40
	in := newInstance(t, mutesOnly)
	other := in.another(t, mutesOnly)
	var ids []int64
	for i := range members {
		ids = append(ids, in.user(fmt.Sprint("member", i)))
	}
	readers := []int64{ids[0], ids[1]}
	clients := map[int64][]client{}
	for _, id := range readers {
		clients[id] = []client{in.connect(id, since(0)), other.connect(id, since(0))}
	}
	var all sync.WaitGroup
	for i, actor := range ids {
		all.Go(func() {
			random, comments := rand.New(rand.NewPCG(uint64(i), 2)), int64(1000*i)
			for range each {
				to := readers[random.IntN(len(readers))]
				var err error
				switch random.IntN(12) {
				case 0:
					err = in.s.MarkRead(t.Context(), to, nil, random.Int64N(each))
				case 1:
					if to != actor && i%3 == 2 { // two of the members are muted again and again
						if err = in.mute(to, actor); err == nil {
							err = in.unmute(to, actor)
						}
					}
				default:
					e := anyEvent(random, to, actor, &comments)
					err = in.locked(to, actor, func(tx *gorm.DB) error { return notify.Send(tx, e) })
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	in.wantCounters()
	for _, id := range readers {
		last := other.user(fmt.Sprint("last", id))
		in.send(follow(id, last)) // ends the frames
		shown := in.plain(id)
		names := in.accounts.namesOf()
		in.wantGroups(id, lines(shown, func(id int64) string { return names[id] })...)
		in.wantGapless(id)
		for _, c := range clients[id] {
			wantFrames(t, c, shown)
		}
	}
}

// plain returns the notifications of the plain inbox, newest first.
func (in *instance) plain(userID int64) (shown []entry) {
	in.t.Helper()
	for path := "/notifications/inbox?limit=50"; path != ""; {
		res := in.api.GET(in.t, path, testkit.As(in.token(userID))).Want(http.StatusOK)
		var rows []frame
		res.Decode(&rows)
		for _, n := range rows {
			e := entry{seq: n.Seq, actor: n.Actor.ID, kind: notify.Type(n.Type), read: n.ReadAt != nil}
			var row notify.Notification
			if err := in.DB.Reader(in.t.Context()).Take(&row, n.ID).Error; err != nil {
				in.t.Fatal(err)
			}
			e.target = row.TargetID
			shown = append(shown, e)
		}
		path = res.Next()
	}
	return shown
}

// wantGapless fails the test unless the stored seqs of a user are 1, 2, 3, …
func (in *instance) wantGapless(userID int64) {
	in.t.Helper()
	var rows, last int64
	err := in.DB.Row(in.t.Context(), "SELECT COUNT(DISTINCT seq), MAX(seq) FROM notifications WHERE user_id = ?", userID).Scan(&rows, &last)
	if err != nil || rows != last {
		in.t.Errorf("%d seqs up to %d, %v", rows, last, err)
	}
}

// wantFrames fails the test unless a socket gets every notification that is shown once and in order. It may have got others,
// which were hidden later.
func wantFrames(t *testing.T, c client, shown []entry) {
	t.Helper()
	got := map[int64]bool{}
	for before := int64(0); ; {
		f := c.next()
		if f.Seq <= before {
			t.Fatalf("seq %d after %d", f.Seq, before)
		}
		before, got[f.Seq] = f.Seq, true
		if newest := slices.MaxFunc(shown, func(a, b entry) int { return cmp.Compare(a.seq, b.seq) }); f.Seq == newest.seq {
			break
		}
	}
	for _, n := range shown {
		if !got[n.seq] {
			t.Errorf("no frame of seq %d", n.seq)
		}
	}
}

// TestMergedFilms moves the notifications about a film to another one, more than a statement changes.
func TestMergedFilms(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.fill(me, cat, 2500)
	from, other := int64(3), int64(4)
	in.write(func(tx *gorm.DB) error {
		if err := tx.Model(&notify.Notification{}).Where("seq > 10").UpdateColumn("movie_id", from).Error; err != nil {
			return err
		}
		return tx.Model(&notify.Notification{}).Where("seq = 10").UpdateColumn("movie_id", other).Error
	})
	in.write(func(tx *gorm.DB) error { return in.s.MergeMovies(tx, from, 5) })
	for film, want := range map[any]int64{nil: 9, from: 0, other: 1, int64(5): 2490} {
		query, rows := in.DB.Reader(t.Context()).Model(&notify.Notification{}), int64(0)
		if film == nil {
			query = query.Where("movie_id IS NULL")
		} else {
			query = query.Where("movie_id = ?", film)
		}
		if err := query.Count(&rows).Error; err != nil || rows != want {
			t.Errorf("%d notifications of film %v, %v, want %d", rows, film, err, want)
		}
	}
}
