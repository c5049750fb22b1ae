package database

import "testing"

// set writes both copies, as SQLite does at the end of a commit.
func (live *walIndex) set(h walHeader) { live[0], live[1] = h, h }

// after returns the header after one more commit of so many pages.
func (h walHeader) after(pages uint32) walHeader {
	h[walCommits]++
	h[walFrames] += pages
	h[10] += 17 // the checksum
	return h
}

// TestAWatchKnowsItsOwnCommits has others commit at moments that cannot be met otherwise.
func TestAWatchKnowsItsOwnCommits(t *testing.T) {
	t.Parallel()
	start := walHeader{walFormat: walFormatKnown, walCommits: 7, walFrames: 100, walSalt: 1, walSalt + 1: 2}
	restarted := start.after(3)
	restarted[walFrames], restarted[walSalt], restarted[walSalt+1] = 3, 2, 99
	recovered := start.after(3).after(2)
	recovered[walCommits] = start[walCommits] + 1
	followed := restarted
	followed[walCommits]++
	for what, c := range map[string]struct {
		live    walHeader // when the transaction has ended
		touched bool
		pages   int
		keeps   bool
	}{
		"a commit":                            {start.after(3), false, 3, true},
		"a commit that touches":               {start.after(3), true, 3, false},
		"a commit into a log that began anew": {restarted, false, 3, true},
		"a commit, and as long a one of others into a log that began anew": {followed, false, 3, false},
		"no commit":                                 {start, false, 0, true},
		"nothing written":                           {start, true, 0, true},
		"a commit, and one of others":               {start.after(3).after(2), false, 3, false},
		"no commit, and one of others":              {start.after(2), false, 0, false},
		"a commit, one of others, and a new count":  {recovered, false, 3, false},
		"a commit of pages that were written twice": {start.after(3), false, 4, false},
	} {
		live, w := &walIndex{}, &watch{}
		live.set(start)
		w.attach(live)
		w.catchUp()
		before := w.version
		w.begin(50)
		live.set(c.live)
		if asked := w.catchUp(); asked.version != before {
			t.Errorf("%s: a reader has decided whose commit it was", what)
		}
		written := 0
		if c.pages > 0 {
			written = 50 + c.pages
		}
		w.end(c.touched, written)
		if keeps := w.version == before; keeps != c.keeps {
			t.Errorf("%s: the memos keep their values: %v, want %v", what, keeps, c.keeps)
		}
		if !w.current() {
			t.Errorf("%s: the watch is behind", what)
		}
	}
}

func TestAWatchWaitsForAHeaderThatIsBeingWritten(t *testing.T) {
	t.Parallel()
	start := walHeader{walFormat: walFormatKnown, walCommits: 7}
	live, w := &walIndex{}, &watch{}
	live.set(start)
	w.attach(live)
	before := w.catchUp()
	live[1] = start.after(1)
	if got := w.catchUp(); w.current() || got != before {
		t.Errorf("current: %v, version %d, want %d, while the copies differ", w.current(), got.version, before.version)
	}
	live[0] = live[1]
	if got := w.catchUp(); !w.current() || got == before {
		t.Errorf("current: %v, version %d, after the commit", w.current(), got.version)
	}
}
