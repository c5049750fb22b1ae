package feed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
)

// index has in memory which activities each member has, so that a page of what thousands did is found without asking the
// database for each of them, whether they wrote lately or not. It never says too little: an activity never changes its id,
// member or type, and the index reads those that are new whenever it is used. It may say too much, of activities that were
// deleted. It takes 5 to 6 bytes for an activity and 24 for a member, and is filled when the first reader needs it.
type index struct {
	db    *database.DB
	clock func() time.Time

	reading sync.Mutex   // held while one reads what is new
	begun   atomic.Int64 // how many have begun to
	whole   atomic.Bool  // whether the last one has read all there was
	filling atomic.Bool  // whether fill is at work

	mu   sync.RWMutex
	of   [][]entry // of each member by id, oldest first
	seen int64     // the newest activity that has been read
	late []gap     // in the order of ids
	over bool      // there is a member or an activity with an id above what the index can hold
}

// entry is an activity: its id and, in the lowest bits, its type. So entries are in the order of ids.
type entry uint32

const (
	typeBits = 3
	maxID    = 1<<(32-typeBits) - 1
	// maxMember bounds the memory for members of whom there are no activities.
	maxMember = 1 << 26
)

// gap are ids that were missing when greater ones were there. On MySQL an id can be committed after greater ones.
type gap struct {
	first, last int64
	noticed     time.Time
}

const (
	// atRequest is how many new activities a request reads. When there are more, the index is not used until [Service.Run]
	// has read them.
	atRequest = 20_000
	// inFlight is for how long a transaction on MySQL may run after it has got the id of an activity. On SQLite ids are
	// committed in their order.
	inFlight = time.Minute
	// inFlightIDs is how far back gaps are remembered while the index is far behind: most are what was deleted.
	inFlightIDs = 1000
	// someGaps is how many gaps are looked at one by one.
	someGaps = 16
)

// add adds an activity, unless it has been added before.
func (x *index) add(a activity.Activity) {
	if a.UserID >= maxMember || a.ID > maxID {
		x.over = true
		return
	}
	for int64(len(x.of)) <= a.UserID {
		x.of = append(x.of, nil)
	}
	e := entry(a.ID)<<typeBits | entry(a.Type) // not above maxID
	mine := x.of[a.UserID]
	if len(mine) == 0 || mine[len(mine)-1] < e {
		x.of[a.UserID] = append(mine, e)
		return
	}
	if at, there := slices.BinarySearch(mine, e); !there {
		x.of[a.UserID] = slices.Insert(mine, at, e)
	}
}

// newest returns the ids of the n newest activities of some types of some members below a bound, newest first. nil types are
// all. Activities that were deleted are among them.
func (x *index) newest(members []int64, types []activity.Type, before int64, n int) []int64 {
	var wanted [1 << typeBits]bool
	for _, t := range types {
		wanted[t] = true
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	end := entry(min(before, x.seen+1)) << typeBits
	top := make([]entry, 0, n+1) // newest first
	for _, m := range members {
		if m >= int64(len(x.of)) {
			continue
		}
		mine := x.of[m]
		if len(mine) > 0 && mine[len(mine)-1] >= end {
			at, _ := slices.BinarySearch(mine, end)
			mine = mine[:at]
		}
		for _, e := range slices.Backward(mine) {
			if len(top) == n && e < top[n-1] {
				break
			}
			if types != nil && !wanted[e%(1<<typeBits)] {
				continue
			}
			at, _ := slices.BinarySearchFunc(top, e, func(a, b entry) int { return cmp.Compare(b, a) })
			top = slices.Insert(top, at, e)
			top = top[:min(n, len(top))]
		}
	}
	ids := make([]int64, len(top))
	for i, e := range top {
		ids[i] = int64(e >> typeBits)
	}
	return ids
}

// refresh reads the activities that are new, at most n, and reports whether these were all, so that the index can be used.
// Who waits for another who began later has the same from them.
func (x *index) refresh(ctx context.Context, n int) (bool, error) {
	before := x.begun.Load()
	x.reading.Lock()
	defer x.reading.Unlock()
	if x.whole.Load() && x.begun.Load() > before {
		return true, nil
	}
	x.begun.Add(1)
	whole, err := x.read(ctx, n)
	x.whole.Store(whole && err == nil)
	return whole, err
}

func (x *index) read(ctx context.Context, n int) (bool, error) {
	query, args := x.unread()
	rows, err := database.Collect(x.db.Reader(ctx), func(a *activity.Activity) []any { return []any{&a.ID, &a.UserID, &a.Type} }, 0,
		"SELECT id, user_id, type FROM activities WHERE "+query+" ORDER BY id"+database.Limit(x.db.Driver()), append(args, n)...)
	if err != nil {
		return false, fmt.Errorf("read new activities: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, a := range rows {
		x.note(a.ID)
		x.add(a)
	}
	if len(rows) == n { // far behind
		x.late = slices.DeleteFunc(x.late, func(g gap) bool { return g.last < x.seen-inFlightIDs })
	}
	return len(rows) < n && !x.over, nil
}

// unread returns the condition for the activities that are to be read.
func (x *index) unread() (string, []any) {
	now := x.clock()
	x.late = slices.DeleteFunc(x.late, func(g gap) bool { return now.Sub(g.noticed) > inFlight })
	gaps := x.late
	if len(gaps) > someGaps {
		gaps = []gap{{first: gaps[0].first, last: gaps[len(gaps)-1].last}}
	}
	if len(gaps) == 0 {
		return "id > ?", []any{x.seen}
	}
	size := database.InListSize(len(gaps)) // so that few different statements are prepared
	args := []any{x.seen}
	for i := range size {
		g := gaps[min(i, len(gaps)-1)]
		args = append(args, g.first, g.last)
	}
	return "(id > ?" + strings.Repeat(" OR id BETWEEN ? AND ?", size) + ")", args
}

// note notes that an activity has been read. What it skips can be committed later on MySQL.
func (x *index) note(id int64) {
	if x.db.Driver() != database.MySQL {
		x.seen = max(x.seen, id)
		return
	}
	if id > x.seen {
		if id > x.seen+1 {
			x.late = append(x.late, gap{x.seen + 1, id - 1, x.clock()})
		}
		x.seen = id
		return
	}
	at, _ := slices.BinarySearchFunc(x.late, id, func(g gap, id int64) int { return cmp.Compare(g.last, id) })
	if at == len(x.late) || x.late[at].first > id {
		return
	}
	g := x.late[at]
	parts := []gap{{g.first, id - 1, g.noticed}, {id + 1, g.last, g.noticed}}
	parts = slices.DeleteFunc(parts, func(g gap) bool { return g.first > g.last })
	x.late = slices.Replace(x.late, at, at+1, parts...)
}

// fill reads what is new in small parts until the index can be used.
func (x *index) fill(ctx context.Context) error {
	x.filling.Store(true)
	defer x.filling.Store(false)
	for {
		whole, err := x.refresh(ctx, atOnce)
		if whole || err != nil || x.full() {
			return err
		}
	}
}

// full reports whether there is more than the index can hold.
func (x *index) full() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.over
}

// usable reports whether the index has all activities that are there now. Unless it has been filled it is used only for
// many members.
func (x *index) usable(ctx context.Context, many bool) (bool, error) {
	if x.filling.Load() || x.full() || !many && !x.whole.Load() {
		return false, nil
	}
	return x.refresh(ctx, atRequest)
}
