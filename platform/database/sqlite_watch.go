package database

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// watch knows whether anything has been committed to a SQLite file that a [Memo] depends on.
//
// Every commit changes the header of the index of the write-ahead log, which all programs that use the file share in memory
// (https://sqlite.org/walformat.html, section 2.1), whoever commits. So what a query has returned is right as long as the header is
// the one at which it ran. The header is read without SQLite, which takes nanoseconds.
//
// Commits of [group], which nearly all are, change the header as well, but the watch knows what they have written: the
// authorizer of SQLite tells which columns a statement writes when it is compiled, also by triggers and foreign keys. While it
// holds the lock to write, group tells which header it found, and after the commit the watch checks that the header differs by
// just this commit. If that wrote nothing that is watched, the version stays; after every other change it rises. So the rows
// that are watched are the same at all headers of a version.
type watch struct {
	mu      sync.RWMutex
	live    *walIndex // guarded by mu: in shared memory; nil while it is not known
	seen    walHeader // likewise: the latest header that belongs to version
	version uint64    // likewise: of what the memos depend on
	writing bool      // likewise: group holds the lock to write
	reads   []Reads   // likewise: of all memos
	written int       // pages that the connection of group had written when its transaction began; of the holder of its lock

	lists atomic.Int64 // how many are in reads
}

// walHeader is the header: the version of the format, nothing, a counter of commits, flags and the size of a page, the frames
// in the log, the pages of the database, two checksums of frames, two salts of the log, and two checksums of the header.
type walHeader [12]uint32

// Positions in the header.
const (
	walFormat  = 0
	walCommits = 2
	walFrames  = 4
	walSalt    = 8
)

const walFormatKnown = 3007000

// walIndex is the begin of the index: two copies of the header. Whoever commits writes the second one first. If they differ,
// somebody is writing them, or was killed meanwhile, and SQLite asks the log.
type walIndex [2]walHeader

// read returns the header, unless its copies differ.
func (live *walIndex) read() (h walHeader, ok bool) {
	for i := range h {
		h[i] = atomic.LoadUint32(&live[0][i])
	}
	return h, live.is(&h) && h[walFormat] == walFormatKnown
}

// is reports whether both copies are h.
func (live *walIndex) is(h *walHeader) bool {
	for i := range h {
		if atomic.LoadUint32(&live[0][i]) != h[i] || atomic.LoadUint32(&live[1][i]) != h[i] {
			return false
		}
	}
	return true
}

// current reports whether the version is that of the file as it is now. The caller holds mu.
func (w *watch) current() bool { return w.live != nil && w.live.is(&w.seen) }

// catchUp raises the version when others have committed. After the commit of group itself it leaves that to group.
func (w *watch) catchUp() Asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.live == nil {
		return Asked{}
	}
	if !w.writing && !w.current() {
		if h, ok := w.live.read(); ok {
			w.seen = h
			w.version++
		}
	}
	return Asked{version: w.version, ok: true}
}

// attach begins to watch. The memory must stay mapped until detach.
func (w *watch) attach(live *walIndex) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live, w.seen, w.writing = live, walHeader{}, false
	w.version++
}

// detach ends the watch.
func (w *watch) detach() {
	if w != nil {
		w.attach(nil)
	}
}

// begin notes that group has begun a transaction, and so holds the lock to write: nobody else commits before end.
func (w *watch) begin(written int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written, w.writing = written, true
	if w.live == nil || w.current() {
		return
	}
	w.seen, _ = w.live.read()
	w.version++
}

// end notes that the transaction of group has ended, and others may have committed since. touched says that it may have written
// what is watched, written is the number of pages that the connection has written, and 0 if the transaction was not committed.
func (w *watch) end(touched bool, written int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = false
	if w.live == nil || w.current() { // nothing was written
		return
	}
	h, _ := w.live.read()
	if touched || !h.follows(&w.seen, written-w.written) {
		w.version++
	}
	w.seen = h
}

// follows reports whether h is the header after the one commit that wrote so many pages, and was before at its begin. With the
// counter of commits alone it would not be certain: SQLite counts anew after a program was killed while it wrote a header.
func (h *walHeader) follows(before *walHeader, pages int) bool {
	frames := before[walFrames]
	if h[walSalt] != before[walSalt] || h[walSalt+1] != before[walSalt+1] {
		frames = 0 // the log began anew
	}
	return pages > 0 && h[walFormat] == walFormatKnown && h[walCommits] == before[walCommits]+1 && h[walFrames] == frames+uint32(pages)
}

// add has a memo's reads watched.
func (w *watch) add(reads Reads) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads = append(w.reads, reads)
	w.version++
	w.lists.Add(1)
}

// The actions that SQLite asks an authorizer about (https://sqlite.org/c3ref/c_alter_table.html).
const (
	sqliteDelete      = 9
	sqliteInsert      = 18
	sqliteRead        = 20
	sqliteSelect      = 21
	sqliteTransaction = 22
	sqliteUpdate      = 23
	sqliteFunction    = 31
	sqliteSavepoint   = 32
	sqliteRecursive   = 33
)

// touches reports whether an action in a statement may change what is watched. For INSERT and DELETE there is no column. Whoever
// changes the schema may change anything.
func (w *watch) touches(action int, table, column string) bool {
	switch action {
	case sqliteRead, sqliteSelect, sqliteTransaction, sqliteFunction, sqliteSavepoint, sqliteRecursive:
		return false
	case sqliteInsert, sqliteDelete, sqliteUpdate:
	default:
		return true
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, reads := range w.reads {
		columns, ok := reads[table]
		if ok && (action != sqliteUpdate || column == "ROWID" || slices.Contains(columns, column)) {
			return true
		}
	}
	return false
}

// replaces reports whether a statement may remove rows that collide with those that it writes, of which an authorizer is not
// told.
func replaces(statement string) bool { return strings.Contains(strings.ToUpper(statement), "REPLACE") }
