package movie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Format is the format of a file of films.
type Format string

// The values of [Format]. Both have the fields of POST /movies.
const (
	CSV       Format = "csv"   // RFC 4180 with a header; cast and other lists are JSON arrays or empty
	JSONLines Format = "jsonl" // one JSON object per line
)

// FormatOf returns the format of a file by the extension of its name: .csv, .jsonl or .ndjson, in upper or lower
// case. It returns false for any other extension.
func FormatOf(file string) (Format, bool) {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return CSV, true
	case ".jsonl", ".ndjson":
		return JSONLines, true
	}
	return "", false
}

// Progress counts the rows of an import so far. Blank lines and the header of a CSV file are not rows.
type Progress struct {
	Read     int64
	Imported int64 // rows whose transaction is committed
	Bad      int64 // invalid rows, which were reported and skipped
}

// RowError is the reason why a row was not imported.
type RowError struct {
	Line   int64          // the first line of the row in the file, counted from 1
	Text   apperr.Text    // the reason
	Fields []apperr.Field // the invalid fields, if the row could be parsed
}

// Error returns the line number and the reason in English.
func (e RowError) Error() string {
	if len(e.Fields) == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Text.EN)
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Name+": "+f.Text.EN, ": ") // the error of a row that is not an object has no field name
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(parts, " "))
}

// batchRows and batchBytes limit a transaction, statementRows limits a statement. Transactions are large because
// titles share most of their ngrams, and each ngram is a page of the index to write: the more films there are in a
// transaction, the less is written for each.
const (
	batchRows     = 5000
	batchBytes    = 4 << 20 // of input; a statement must fit in a packet of MySQL
	statementRows = 500
	progressEvery = 10_000
)

// Import adds the films of a file, without an owner, by the rules of POST /movies. It streams r and keeps at most a
// few MiB of it in memory. It passes each invalid row to report and skips it, and calls progress every 10,000 rows
// and at the end, also after a failure.
//
// It fails when r cannot be read, the CSV header is invalid, the database fails, or ctx ends, and then still writes
// the batch that it has begun. Rows imported before the failure are kept; the result counts them.
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

// importer is the state of one import.
type importer struct {
	into     *Service
	report   func(RowError)
	progress func(Progress)

	done  Progress
	batch []Draft
	lines []int64 // of the rows in batch
	bytes int     // of the rows in batch
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

// add appends a row to the batch and writes the batch when it is full.
func (in *importer) add(ctx context.Context, r row) error {
	in.done.Read++
	d, failed := r.draft()
	if failed != nil {
		in.done.Bad++
		in.report(*failed)
		return nil //nolint:nilerr // an invalid row is reported; it does not stop the import
	}
	in.batch, in.lines, in.bytes = append(in.batch, d), append(in.lines, r.line), in.bytes+len(r.body)
	if len(in.batch) < batchRows && in.bytes < batchBytes {
		return nil
	}
	return in.flush(ctx)
}

// flush writes the batch in one transaction, which the end of ctx does not interrupt.
func (in *importer) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return nil
	}
	refused, err := in.into.createAll(context.WithoutCancel(ctx), in.batch)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	for _, i := range slices.Sorted(maps.Keys(refused)) {
		in.report(*rowError(in.lines[i], refused[i]))
	}
	in.done.Imported += int64(len(in.batch) - len(refused))
	in.done.Bad += int64(len(refused))
	in.batch, in.lines, in.bytes = in.batch[:0], in.lines[:0], 0
	return nil
}
