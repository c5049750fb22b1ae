package movie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Format is how a file of films is written.
type Format string

// The formats. Both name the fields of POST /movies.
const (
	CSV       Format = "csv"   // RFC 4180, the first record names the columns, cast is a JSON array or empty
	JSONLines Format = "jsonl" // one JSON object a line
)

// FormatOf returns the format of a file by its name, false when its extension is not .csv, .jsonl
// or .ndjson in any case.
func FormatOf(file string) (Format, bool) {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return CSV, true
	case ".jsonl", ".ndjson":
		return JSONLines, true
	}
	return "", false
}

// Progress says how far an import has come. Blank lines and the header of a CSV file are no rows.
type Progress struct {
	Read     int64 // rows that were looked at
	Imported int64 // rows that are stored for good
	Bad      int64 // rows that were reported and skipped
}

// RowError says why a row was not imported.
type RowError struct {
	Line   int64          // where the row begins in the file, from 1
	Text   apperr.Text    // what is wrong with it
	Fields []apperr.Field // which fields are to blame, if it could be read that far
}

// Error returns a line for the report of an import.
func (e RowError) Error() string {
	if len(e.Fields) == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Text.EN)
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Name+": "+f.Text.EN, ": ") // a row that is no object has no name
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(parts, " "))
}

// The measures of an import: what one transaction writes, what one statement, and how often progress is
// told. Titles of many films have most of their grams in common, and each is a page of the title index
// to be written; so the more films there are in a transaction, the less is written for each.
const (
	batchRows     = 5000
	batchBytes    = 4 << 20 // of input; a statement has to fit in a packet of the database
	statementRows = 500
	progressEvery = 10_000
)

// row is one row of a file: the JSON object of a film, valid until the next row is read, or what is
// wrong with it.
type row struct {
	line   int64
	body   []byte
	failed *RowError
}

// rows reads a file row by row, io.EOF after the last one. Any other error ends the import.
type rows interface{ next() (row, error) }

// Import adds the films of a file in the name of nobody, by the rules of POST /movies. It reads r
// once and keeps a few MiB of it at most, however long it is. A bad row is handed to report and
// skipped; progress is told every 10,000 rows and at the end, also when that is a failure.
// It fails when r cannot be read, a CSV header is not one, the database fails, or ctx ends; a batch
// that is being written then is finished. What is imported by then stays, and the result says how
// much that is.
func Import(ctx context.Context, r io.Reader, format Format, into *Service,
	report func(RowError), progress func(Progress),
) (Progress, error) {
	in := &importer{into: into, report: report, progress: progress}
	source, err := open(r, format)
	if err == nil {
		err = in.run(ctx, source)
	}
	progress(in.done)
	return in.done, err
}

func open(r io.Reader, format Format) (rows, error) {
	switch format {
	case CSV:
		return openCSV(newLines(r))
	case JSONLines:
		return &jsonRows{lines: newLines(r)}, nil
	}
	return nil, fmt.Errorf("import: unknown format %q (want %s or %s)", format, CSV, JSONLines)
}

// importer is one import under way.
type importer struct {
	into     *Service
	report   func(RowError)
	progress func(Progress)

	done  Progress
	batch []Draft
	bytes int // of the rows in batch
}

func (in *importer) run(ctx context.Context, source rows) error {
	for {
		if ctx.Err() != nil {
			return fmt.Errorf("import stopped: %w", context.Cause(ctx))
		}
		r, err := source.next()
		if errors.Is(err, io.EOF) {
			return in.flush(ctx)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("import: read: %w", err), in.flush(ctx))
		}
		if err := in.add(ctx, r); err != nil {
			return err
		}
		if in.done.Read%progressEvery == 0 {
			in.progress(in.done)
		}
	}
}

// add puts a row into the batch, and writes the batch when it is full.
func (in *importer) add(ctx context.Context, r row) error {
	in.done.Read++
	d, failed := r.draft()
	if failed != nil {
		in.done.Bad++
		in.report(*failed)
		return nil //nolint:nilerr // a bad row is reported, not a failure
	}
	in.batch, in.bytes = append(in.batch, d), in.bytes+len(r.body)
	if len(in.batch) < batchRows && in.bytes < batchBytes {
		return nil
	}
	return in.flush(ctx)
}

// flush writes the batch in one transaction, to its end even when ctx ends meanwhile.
func (in *importer) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return nil
	}
	if err := in.into.createAll(context.WithoutCancel(ctx), in.batch); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	in.done.Imported += int64(len(in.batch))
	in.batch, in.bytes = in.batch[:0], 0
	return nil
}

// createAll adds films in the name of nobody: all of them or, with an error, none.
func (s *Service) createAll(ctx context.Context, drafts []Draft) error {
	now, all := database.Time(s.clock()), make([]Movie, len(drafts))
	for i, d := range drafts {
		var err error
		if all[i], err = d.row(0, now); err != nil {
			return err
		}
	}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		fresh := slices.Clone(all) // a transaction that is run again must not bring ids
		for part := range slices.Chunk(fresh, statementRows) {
			if err := tx.Create(&part).Error; err != nil {
				return err
			}
			if err := number(tx, part); err != nil {
				return err
			}
		}
		return s.index.Add(tx, textsOf(fresh)...)
	})
	if err != nil {
		return fmt.Errorf("create %d movies: %w", len(all), err)
	}
	return nil
}

// number corrects the ids of films that one statement has created: the first is right, and GORM takes
// the others for its successors, which they are not on MySQL servers that share their work.
func number(tx *gorm.DB, films []Movie) error {
	step := int64(1)
	if tx.Name() == database.MySQL {
		if err := tx.Raw("SELECT @@auto_increment_increment").Scan(&step).Error; err != nil {
			return err
		}
	}
	for i := range films {
		films[i].ID = films[0].ID + int64(i)*step
	}
	return nil
}
