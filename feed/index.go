package feed

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
)

// index says in memory who has activities of a type among which ids, so that the feed of a reader who follows thousands asks
// few of them. It never says too little: an activity never changes its id, member or type, and the index reads those that
// are new whenever it is used. It may say too much, of activities that were deleted. It takes 1 to 2 bytes for an activity,
// and is filled when the first reader needs it.
//
// A block is the members with activities among blockSize ids; an era is blocks together, so that years in which none of
// those whom a reader follows did anything are passed quickly.
type index struct {
	db    *database.DB
	clock func() time.Time

	mu     sync.RWMutex
	seen   int64 // the newest activity that has been read
	blocks []block
	eras   []era
	broken bool // there is a member with an id from maxMember on

	// On MySQL an id can be committed after greater ones.
	recent      map[int64]bool // activities that have been read and are read again
	mark, older int64          // what seen was at marked, and at the time marked before
	marked      time.Time
}

const (
	blockSize = 1 << 13
	eraBlocks = 64 // blocks of an era
	// atRequest is how many new activities a request reads. When there are more, the index is not used until [Service.Run]
	// has read them.
	atRequest = 20_000
	// maxMember bounds the memory of an era.
	maxMember = 1 << 27
	// inFlight is for how long a transaction on MySQL may run after it has got the id of an activity. On SQLite ids are
	// committed in their order.
	inFlight = time.Minute
	// inFlightIDs is how many ids are read again on MySQL at least.
	inFlightIDs = 1000
)

const kinds = int(activity.Comment) + 1 // index 0 is unused

// block has the members with activities in a range of ids, by type.
type block struct {
	open   [kinds][]uint32 // of the newest blocks: in the order of the ids, with repetitions
	sealed [kinds][]byte   // of the others: the differences of sorted members as varints
	done   bool
}

// era has the members with activities in eraBlocks blocks, by type.
type era [kinds]members

// members is a set of ids of members as bits.
type members []uint64

func (m *members) add(id int64) {
	if word := int(id / 64); word >= len(*m) {
		*m = append(*m, make(members, max(word+1-len(*m), 16))...)
	}
	(*m)[id/64] |= 1 << (id % 64)
}

func (m members) has(id int64) bool { return int(id/64) < len(m) && m[id/64]&(1<<(id%64)) != 0 }

// meets reports whether two sets have a member in common.
func (m members) meets(other members) bool {
	n := min(len(m), len(other))
	a, b := m[:n], other[:n]
	for i := range a {
		if a[i]&b[i] != 0 {
			return true
		}
	}
	return false
}

// add adds an activity.
func (x *index) add(a activity.Activity) {
	if a.UserID >= maxMember {
		x.broken = true
		return
	}
	at := int(a.ID / blockSize)
	for len(x.blocks) <= at {
		x.blocks = append(x.blocks, block{})
		if last := len(x.blocks) - 3; last >= 0 {
			x.blocks[last].seal()
		}
	}
	for len(x.eras) <= at/eraBlocks {
		x.eras = append(x.eras, era{})
	}
	x.eras[at/eraBlocks][a.Type].add(a.UserID)
	b, id := &x.blocks[at], uint32(a.UserID) // below maxMember
	if !b.done {
		b.open[a.Type] = append(b.open[a.Type], id)
		return
	}
	all := []uint32{id}
	b.each(a.Type, func(id uint32) { all = append(all, id) })
	b.sealed[a.Type] = pack(all)
}

func (b *block) seal() {
	for t := range b.open {
		b.sealed[t], b.open[t] = pack(b.open[t]), nil
	}
	b.done = true
}

func pack(ids []uint32) []byte {
	slices.Sort(ids)
	var out []byte
	last := uint32(0)
	for _, id := range slices.Compact(ids) {
		out, last = binary.AppendUvarint(out, uint64(id-last)), id
	}
	return slices.Clip(out)
}

// each calls fn with the members of a block, some of them perhaps more than once.
func (b *block) each(t activity.Type, fn func(id uint32)) {
	for _, id := range b.open[t] {
		fn(id)
	}
	id, rest := uint32(0), b.sealed[t]
	for len(rest) > 0 {
		step, n := binary.Uvarint(rest)
		id, rest = id+uint32(step), rest[n:]
		fn(id)
	}
}

// among returns those of some members who have the newest n activities of some types below a bound, as far as they are not
// older than the id from, and from. Activities that were deleted count, so there may be fewer. Any of them may have none.
func (x *index) among(of []int64, types []activity.Type, before int64, n int) (found []int64, from int64) {
	if types == nil {
		types = activity.Types
	}
	var set, taken members
	for _, id := range of {
		set.add(id)
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	count := 0
	for at := int(min((before-1)/blockSize, int64(len(x.blocks)-1))); at >= 0 && count < n; at-- {
		from = int64(at) * blockSize
		if !x.eras[at/eraBlocks].meets(set, types) {
			at -= at % eraBlocks
			from = int64(at) * blockSize
			continue
		}
		whole := from+blockSize <= before
		for _, t := range types {
			x.blocks[at].each(t, func(id uint32) {
				one := int64(id)
				if !set.has(one) {
					return
				}
				if whole {
					count++
				}
				if !taken.has(one) {
					taken.add(one)
					found = append(found, one)
				}
			})
		}
	}
	return found, from
}

func (e *era) meets(set members, types []activity.Type) bool {
	for _, t := range types {
		if e[t].meets(set) {
			return true
		}
	}
	return false
}

// refresh reads the activities that are new, at most n, and reports whether these were all, so that the index can be used.
func (x *index) refresh(ctx context.Context, n int) (bool, error) {
	after := x.seen
	if x.db.Driver() == database.MySQL {
		after = x.reread()
	}
	read, limit := 0, n+len(x.recent)
	query := "SELECT id, user_id, type FROM activities WHERE id > ? ORDER BY id" + database.Limit(x.db.Driver())
	err := database.Each(x.db.Reader(ctx), query, []any{after, limit}, func(row database.Scanner) error {
		var a activity.Activity
		if err := row.Scan(&a.ID, &a.UserID, &a.Type); err != nil {
			return err
		}
		read++
		if x.recent[a.ID] {
			return nil
		}
		if x.recent != nil {
			x.recent[a.ID] = true
		}
		x.add(a)
		x.seen = max(x.seen, a.ID)
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("read new activities: %w", err)
	}
	if read == limit { // far behind: what is read again is near the end
		x.mark, x.older = x.seen, x.seen
	}
	return read < limit && !x.broken, nil
}

// reread returns the id after which activities are read again, because some may have been committed late.
func (x *index) reread() int64 {
	if now := x.clock(); x.recent == nil || now.Sub(x.marked) > inFlight {
		if x.recent == nil {
			x.recent = map[int64]bool{}
		}
		x.older, x.mark, x.marked = x.mark, x.seen, now
	}
	after := max(min(x.older, x.seen-inFlightIDs), 0)
	maps.DeleteFunc(x.recent, func(id int64, _ bool) bool { return id <= after })
	return after
}

// fill reads what is new in small parts until the index can be used.
func (x *index) fill(ctx context.Context) error {
	for {
		x.mu.Lock()
		done, err := x.refresh(ctx, atOnce)
		done = done || x.broken
		x.mu.Unlock()
		if done || err != nil {
			return err
		}
	}
}

// ask returns what among returns, unless the index cannot be used now. Nothing from the bound on is to be read.
func (x *index) ask(ctx context.Context, of []int64, types []activity.Type, before int64, n int) (found []int64, from, bound int64, ok bool, err error) {
	x.mu.Lock()
	ok, err = x.refresh(ctx, atRequest)
	bound = min(before, x.seen+1)
	x.mu.Unlock()
	if err != nil || !ok {
		return nil, 0, 0, false, err
	}
	found, from = x.among(of, types, bound, n)
	return found, from, bound, true, nil
}
