package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// maxExamples is how many rows are printed for each reason.
const maxExamples = 10

// importReport collects the rows that were not imported, and writes those that need a person into a file that can be mended
// and imported again: CSV with the columns of the source behind line and reason, or the objects of a source of JSON.
type importReport struct {
	file   io.WriteCloser // nil without --report
	csv    *csv.Writer
	failed error
	source *source.Source
	header []string // that is written

	reasons map[string]*reasonCount
}

// reasonCount is how often a reason was met, with the first rows.
type reasonCount struct {
	n        int64
	examples []string
}

func newImportReport(name string) (*importReport, error) {
	r := &importReport{reasons: map[string]*reasonCount{}}
	if name == "" {
		return r, nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create the report: %w", err)
	}
	r.file, r.csv = file, csv.NewWriter(file)
	return r, nil
}

func (r *importReport) close() error {
	if r.file == nil {
		return nil
	}
	r.csv.Flush()
	return errors.Join(r.failed, r.csv.Error(), r.file.Close())
}

// begin says from which source the rows of add are.
func (r *importReport) begin(s *source.Source) { r.source = s }

// add counts a row. It prints a bad one at once.
func (r *importReport) add(p *program, result movie.Result) {
	for _, word := range result.Dropped {
		if result.Outcome != movie.NeedsReview {
			r.count("genre that is left out: "+word, result, "")
		}
	}
	switch result.Outcome {
	case movie.Bad:
		fmt.Fprintln(p.err, printable(nameBefore(r.source.File.Name)+result.Failed.Error()))
		reason := result.Failed.Reason()
		r.count("bad: "+short(reason), result, reason)
		r.write(result, reason)
	case movie.NeedsReview:
		reason := result.Reason.EN
		if len(result.Candidates) > 0 {
			reason += " Candidates: " + numbers(result.Candidates)
		}
		r.count("needs review: "+result.Reason.EN, result, reason)
		r.write(result, reason)
	case movie.NotAFilm:
		r.count("not a film: "+result.NotFilm, result, "")
	case movie.Created, movie.Updated, movie.Unchanged:
		if len(result.Merged) > 0 {
			r.count("films that were there twice and are one now", result, " Candidates: "+numbers(result.Merged))
		}
	}
}

// short drops the values in a reason, so that equal ones are counted together.
func short(reason string) string {
	if len(reason) > 100 {
		return reason[:strings.LastIndexByte(reason[:100]+" ", ' ')] + " …"
	}
	return reason
}

func numbers(ids []int64) string {
	var out []string
	for _, id := range ids[:min(len(ids), maxExamples)] {
		out = append(out, strconv.FormatInt(id, 10))
	}
	return strings.Join(out, ", ")
}

// maxReasons limits how many different reasons are kept.
const maxReasons = 1000

func (r *importReport) count(reason string, result movie.Result, detail string) {
	c := r.reasons[reason]
	if c == nil {
		if len(r.reasons) >= maxReasons {
			return
		}
		c = &reasonCount{}
		r.reasons[reason] = c
	}
	if c.n++; len(c.examples) >= maxExamples {
		return
	}
	example := fmt.Sprintf("%sline %d: %s", nameBefore(r.source.File.Name), result.Line, title(result))
	if _, after, ok := strings.Cut(detail, " Candidates: "); ok {
		example += " (films " + after + ")"
	}
	c.examples = append(c.examples, example)
}

func title(result movie.Result) string {
	if result.Draft.Title == "" {
		return fmt.Sprintf("%.80q", result.Text)
	}
	if date := result.Draft.ReleaseDate; date != "" {
		return fmt.Sprintf("%s (%s)", result.Draft.Title, date[:4])
	}
	return result.Draft.Title
}

// print writes the sums by reason, the most frequent first.
func (r *importReport) print(w io.Writer) {
	reasons := slices.SortedFunc(maps.Keys(r.reasons), func(a, b string) int {
		if d := r.reasons[b].n - r.reasons[a].n; d != 0 {
			return int(d)
		}
		return strings.Compare(a, b)
	})
	for _, reason := range reasons {
		c := r.reasons[reason]
		fmt.Fprintf(w, "%d × %s\n", c.n, printable(reason))
		for _, example := range c.examples {
			fmt.Fprintf(w, "    %s\n", printable(example))
		}
		if more := c.n - int64(len(c.examples)); more > 0 {
			fmt.Fprintf(w, "    and %d more\n", more)
		}
	}
}

// write adds a row to the report.
func (r *importReport) write(result movie.Result, reason string) {
	if r.file == nil || r.failed != nil {
		return
	}
	if r.source.Header == nil {
		row := json.RawMessage(result.Text)
		if !json.Valid(row) {
			row, r.failed = json.Marshal(result.Text)
		}
		var line []byte
		line, r.failed = json.Marshal(map[string]any{"line": result.Line, "reason": reason, "row": row})
		if r.failed == nil {
			_, r.failed = fmt.Fprintf(r.file, "%s\n", line)
		}
		return
	}
	if !slices.Equal(r.header, r.source.Header) {
		r.header = r.source.Header
		r.failed = r.csv.Write(append([]string{"line", "reason"}, r.header...))
	}
	cells := []string{result.Text} // a row that could not be read
	comma, _ := tabular.Separator(r.source.File.Head)
	rows := tabular.NewTable(strings.NewReader(result.Text), tabular.Dialect{Comma: comma, Quotes: tabular.Lenient})
	if row, err := rows.Next(); err == nil && row.Err == nil {
		cells = row.Cells
	}
	if r.failed == nil {
		r.failed = r.csv.Write(append([]string{strconv.FormatInt(result.Line, 10), reason}, cells...))
	}
}

// importMeter shows the progress: on a terminal a line that changes, with the time that is left.
type importMeter struct {
	w        io.Writer
	terminal bool
	began    time.Time
	shown    time.Time
	size     int64
	done     atomic.Int64 // the bytes that were read of all files
}

func newImportMeter(w io.Writer, files []*tabular.File) *importMeter {
	m := &importMeter{w: w, terminal: app.IsTerminal(w), began: time.Now()}
	for _, f := range files {
		m.size += f.Size
	}
	return m
}

// read notes how much was read. It is called on the goroutine that reads ahead.
func (m *importMeter) read(n int64) { m.done.Store(n) }

// show returns the function that shows the progress of a source, after the rows of others.
func (m *importMeter) show(before movie.Progress) func(movie.Progress) {
	return func(of movie.Progress) {
		done := sum(before, of)
		elapsed := max(time.Since(m.began).Seconds(), 0.001)
		text := fmt.Sprintf("%s read, %d imported, %d bad, %.0f rows/s", count(done.Read, "row", "rows"), done.Imported, done.Bad, float64(done.Read)/elapsed)
		if !m.terminal {
			fmt.Fprintln(m.w, text)
			return
		}
		if time.Since(m.shown) < time.Second/2 {
			return
		}
		m.shown = time.Now()
		if n := m.done.Load(); n > 0 && n < m.size {
			left := time.Duration(elapsed * float64(m.size-n) / float64(n) * float64(time.Second))
			text += fmt.Sprintf(", about %s left", left.Round(time.Second))
		}
		fmt.Fprintf(m.w, "\r\x1b[K%s", text)
	}
}

// end leaves the line of a terminal.
func (m *importMeter) end() {
	if m.terminal {
		fmt.Fprintln(m.w)
	}
}
