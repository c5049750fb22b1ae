package movie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// Format is an own format of a file of films.
type Format string

// The values of [Format]. Both have the fields of POST /movies.
const (
	CSV       Format = "csv"   // RFC 4180 with a header; cast and other lists are JSON arrays or empty
	JSONLines Format = "jsonl" // one JSON object per line
)

// Progress counts the rows of an import so far. Blank lines and the header of a CSV file are not rows. Rows are counted as
// something else than Read when their transaction is committed.
type Progress struct {
	Read      int64
	Imported  int64 // rows that made a film
	Updated   int64
	Unchanged int64
	Review    int64 // rows that need a person
	NotFilms  int64
	Bad       int64 // invalid rows, which were reported and skipped
}

func (p *Progress) count(o Outcome) {
	switch o {
	case Created:
		p.Imported++
	case Updated:
		p.Updated++
	case Unchanged:
		p.Unchanged++
	case NeedsReview:
		p.Review++
	case NotAFilm:
		p.NotFilms++
	case Bad:
		p.Bad++
	}
}

// RowError is the reason why a row was not imported.
type RowError struct {
	Line   int64          // the first line of the row in the file, counted from 1
	Text   apperr.Text    // the reason
	Fields []apperr.Field // the invalid fields, if the row could be parsed
}

// Error returns the line number and the reason in English.
func (e RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason()) }

// Reason returns the reason in English.
func (e RowError) Reason() string {
	if len(e.Fields) == 0 {
		return e.Text.EN
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Name+": "+f.Text.EN, ": ") // the error of a row that is not an object has no field name
	}
	return strings.Join(parts, " ")
}

const progressEvery = 10_000

// Load stores the films of a source, without an owner, see [LoadOptions] and docs/formats.md. It passes the result of every row to report, and
// calls progress every 10,000 rows and at the end, also after a failure. It reads ahead of what it stores, and keeps at most
// a few MiB of the source in memory.
//
// It fails when the source cannot be read, the database fails, or ctx ends, and then still finishes the transaction that it
// has begun. Rows stored before the failure are kept; the result counts them.
func (s *Service) Load(ctx context.Context, items Items, o LoadOptions, report func(Result), progress func(Progress)) (done Progress, err error) {
	defer func() { progress(done) }()
	into, err := s.newLoader(ctx, o, func(r Result) {
		done.count(r.Outcome)
		report(r)
	})
	if err != nil {
		return done, err
	}
	rows, stop := readAhead(items, into.prepare)
	defer stop()
	err = into.run(ctx, rows, func(read int64) {
		if read > done.Read && read%progressEvery == 0 {
			done.Read = read
			progress(done)
		}
		done.Read = read
	})
	return done, err
}

// ahead has the rows that were read ahead.
type ahead struct {
	parts <-chan part
	part
}

// next returns the next row, and false after the last one.
func (a *ahead) next() (item *Item, more bool, err error) {
	for len(a.items) == 0 {
		if a.err != nil {
			return nil, false, fmt.Errorf("import: read: %w", a.err)
		}
		if a.part, more = <-a.parts; !more {
			return nil, false, nil
		}
	}
	item = &a.items[0]
	a.items = a.items[1:]
	return item, true, nil
}

// part is some rows of a source, and the error after them.
type part struct {
	items []Item
	err   error
}

// The size of a part: enough that the passing does not count, and few enough for the memory.
const (
	partRows  = 64
	partBytes = 1 << 20
)

// readAhead reads and prepares the rows of a source while others are stored. stop must be called before the source is closed.
func readAhead(items Items, prepare func(*Item) error) (rows *ahead, stop func()) {
	parts, stopped, ended := make(chan part, 2), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(parts)
		for more := true; more; {
			var p part
			if p, more = readPart(items, prepare); len(p.items) == 0 && p.err == nil {
				return
			}
			select {
			case parts <- p:
			case <-stopped:
				return
			}
		}
	}()
	return &ahead{parts: parts}, func() {
		close(stopped)
		<-ended
	}
}

func readPart(items Items, prepare func(*Item) error) (p part, more bool) {
	size := 0
	p.items = make([]Item, 0, partRows)
	for len(p.items) < partRows && size < partBytes {
		item, err := items.Next()
		if errors.Is(err, io.EOF) {
			return p, false
		}
		if err == nil {
			err = prepare(&item)
		}
		if err != nil {
			p.err = err
			return p, false
		}
		p.items, size = append(p.items, item), size+len(item.Text)
	}
	return p, true
}

// Import is [Service.Load] for the own formats in UTF-8.
func Import(ctx context.Context, r io.Reader, format Format, into *Service, report func(RowError), progress func(Progress)) (Progress, error) {
	items, err := open(r, format)
	if err != nil {
		progress(Progress{})
		return Progress{}, err
	}
	return into.Load(ctx, items, LoadOptions{Format: OwnFormat, Own: true}, func(r Result) {
		if r.Failed != nil {
			report(*r.Failed)
		}
	}, progress)
}

// OwnFormat is the name of both own formats where an import remembers where a film is from: films are the same in both.
const OwnFormat = "own"

func open(r io.Reader, format Format) (Items, error) {
	switch format {
	case CSV:
		return openCSV(r)
	case JSONLines:
		return NewLines(tabular.NewLines(r)), nil
	}
	return nil, fmt.Errorf("import: unknown format %q (want %s or %s)", format, CSV, JSONLines)
}
