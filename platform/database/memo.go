package database

import (
	"context"
)

// Memo keeps what a query has returned for as long as nothing has been committed that it reads, by whomever: this program,
// another one, or somebody with the sqlite3 shell. It answers what the query would have returned at a moment after the call
// of [Memo.Get] began. It is safe for concurrent use.
//
// It remembers only where it can know: on SQLite in a file with the driver in C, from the first write on. Elsewhere Get never
// finds anything.
type Memo[K comparable, V any] struct {
	db      *DB
	max     int
	entries map[K]V // guarded by db.watch.mu
	version uint64  // likewise: that of the watch in which the entries are right
}

// Reads are the tables that a query reads, with the columns that its result depends on. Whatever adds or removes a row counts,
// too.
type Reads map[string][]string

// NewMemo returns a memo of at most limit entries. It must be called before anything is put in it by others.
func NewMemo[K comparable, V any](db *DB, limit int, reads Reads) *Memo[K, V] {
	if db.watch != nil {
		db.watch.add(reads)
	}
	return &Memo[K, V]{db: db, max: limit}
}

// Asked is when a query began, for [Memo.Put].
type Asked struct {
	version uint64
	ok      bool
}

// Get returns the value of a key. If there is none, the caller runs the query and hands its result and asked to Put.
// In a transaction, which sees what it has written itself, there never is one.
func (m *Memo[K, V]) Get(ctx context.Context, key K) (value V, found bool, asked Asked) {
	w := m.db.watch
	if w == nil || m.db.scope(ctx) != nil {
		return value, false, Asked{}
	}
	w.mu.RLock()
	current := w.current()
	if current && m.version == w.version {
		value, found = m.entries[key]
	}
	asked = Asked{version: w.version, ok: current}
	w.mu.RUnlock()
	if !current {
		asked = w.catchUp()
	}
	return value, found, asked
}

// Put stores what a query has returned that began after asked, unless something may have changed in between.
func (m *Memo[K, V]) Put(asked Asked, key K, value V) {
	if !asked.ok {
		return
	}
	w := m.db.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if asked.version != w.version || !w.current() {
		return
	}
	if m.version != w.version || m.entries == nil {
		m.entries, m.version = map[K]V{}, w.version
	}
	if _, known := m.entries[key]; !known && len(m.entries) >= m.max {
		for other := range m.entries { // any
			delete(m.entries, other)
			break
		}
	}
	m.entries[key] = value
}
