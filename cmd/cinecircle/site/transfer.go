package site

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// transferPath is the page on which members bring their history and take it with them.
const transferPath = "/settings/transfer"

// transferPage is the form for a file, and the viewer's imports.
type transferPage struct {
	form
	Formats   []string // that may be chosen where the content of a file does not tell them
	Encodings []tabular.Encoding
	Rows      []transfer.Import
	Next      string
}

func (s *Site) transfers(c *pageContext) error { return s.showTransfers(c, http.StatusOK, form{}) }

func (s *Site) showTransfers(c *pageContext, status int, f form) error {
	rows, next, err := s.Transfer.List(c.Request.Context(), c.viewer.UserID, c.page(perPage))
	if err != nil {
		return err
	}
	m := meta{Title: c.text("transfer.title"), Path: transferPath, Hidden: true, Private: true, Section: "me"}
	return c.show(status, "transfer", m, transferPage{
		form: f, Formats: history.Names(), Encodings: tabular.Encodings(), Rows: rows, Next: c.next(next),
	})
}

type transferFields struct {
	File     *web.File `formData:"file"`
	Public   string    `formData:"public"`
	Format   string    `formData:"format"`
	Encoding string    `formData:"encoding"`
}

// startImport stores a file, which is read in the background.
func (s *Site) startImport(c *pageContext) error {
	done, err := web.AllowLarge(c.Context, maxBody(transferPath, auth.ClassUpload))
	if err != nil {
		return err
	}
	defer done()
	var f transferFields
	var made transfer.Import
	err = c.bindUpload(&f, transfer.MaxFile)
	switch {
	case errors.Is(err, web.ErrTooLarge):
		err = fileTooLarge()
	case err == nil && (f.File == nil || f.File.Name == ""):
		err = validation(web.Required("file"))
	case err == nil && len(f.File.Data) == 0:
		err = validation(apperr.Field{Name: "file", Code: "min", Text: apperr.Text{EN: "The file is empty.", KO: "빈 파일입니다."}})
	}
	if err == nil {
		upload := transfer.Upload{Filename: f.File.Name, Data: f.File.Data, Options: transfer.Options{Format: f.Format, Encoding: f.Encoding}}
		if f.Public != "" {
			upload.Visibility = "public"
		}
		made, err = s.Transfer.Start(c.Request.Context(), c.viewer.UserID, upload)
	}
	if err != nil {
		return c.redisplay(web.Blame(err, "file"), map[string]string{"format": f.Format, "encoding": f.Encoding}, func(status int, shown form) error { return s.showTransfers(c, status, shown) })
	}
	return c.redirectTo(importPath(made.ID))
}

// fileTooLarge returns [web.ErrTooLarge] with a sentence for the field, which says how large a file may be.
func fileTooLarge() error {
	e := *web.ErrTooLarge
	most := transfer.MaxFile >> 20
	e.Fields = []apperr.Field{{Name: "file", Code: "max", Text: apperr.Text{
		EN: fmt.Sprintf("The file must be at most %d MB.", most), KO: fmt.Sprintf("파일은 최대 %dMB까지 올릴 수 있습니다.", most),
	}}}
	return &e
}

func importPath(id int64) string { return "/settings/imports/" + strconv.FormatInt(id, 10) }

// importPage is an import with its rows.
type importPage struct {
	transfer.Import
	Status  transfer.Status // as members see it
	Busy    bool            // it is read, applied or undone, and the page loads itself again
	Settled int64           // rows that have an outcome
	Tabs    []outcomeTab
	Outcome transfer.Outcome // "" for all
	Rows    []importRow
	Next    string
	Why     string   // why it failed
	Columns []string // that are not known and not used
	Files   []string
}

// outcomeTab is a filter of rows, with their number.
type outcomeTab struct {
	Outcome transfer.Outcome
	Count   int64
}

type importRow struct {
	transfer.Shown
	ImportID int64
	Reason   string
	Open     bool // the member has to say which film it is about
	// Settled says that the member can still say something else: it is about a film, or was left out.
	Settled bool
	Offered []offeredFilm // the candidates of one that is open
}

// offeredFilm is a film that a row may be about. Two may have the same title and year.
type offeredFilm struct {
	movie.Card
	By, Genre string // the first director, "" if none is known, and then the genre
}

func (s *Site) importOf(c *pageContext) (transfer.Import, error) {
	id, err := c.id("import_id")
	if err != nil {
		return transfer.Import{}, err
	}
	return s.Transfer.Get(c.Request.Context(), c.viewer.UserID, id)
}

func (s *Site) showImport(c *pageContext) error {
	imp, err := s.importOf(c)
	if err != nil {
		return err
	}
	p := importPage{Import: imp, Status: imp.Stage(), Why: c.translate(imp.Why())}
	p.Columns, p.Files = imp.LeftAlone()
	p.Busy = p.Status == transfer.Reading || p.Status == transfer.Running
	for _, o := range transfer.Outcomes {
		n := imp.Of(o)
		p.Settled += n
		if n > 0 {
			p.Tabs = append(p.Tabs, outcomeTab{o, n})
		}
	}
	p.Outcome = transfer.Outcome(c.queryOneOf("outcome", stringsOf(transfer.Outcomes), ""))
	if !p.Busy {
		if err := s.importRows(c, &p); err != nil {
			return err
		}
	}
	m := meta{Title: c.text("import.title"), Path: importPath(imp.ID), Hidden: true, Private: true, Section: "me"}
	return c.show(http.StatusOK, "import", m, p)
}

func (s *Site) importRows(c *pageContext, p *importPage) error {
	rows, next, err := s.Transfer.Rows(c.Request.Context(), c.viewer.UserID, p.ID, p.Outcome, c.page(perPage))
	if err != nil {
		return err
	}
	ready := p.Status == transfer.Ready
	for _, r := range rows {
		p.Rows = append(p.Rows, importRow{
			Shown: r, ImportID: p.ID, Reason: c.translate(r.Why),
			Open: ready && r.Outcome == transfer.NeedsReview, Settled: ready && (r.Skipped || r.Movie != nil),
		})
	}
	p.Next = c.next(next)
	return s.offerFilms(c, p.Rows)
}

// offerFilms adds what tells the candidates of open rows apart.
func (s *Site) offerFilms(c *pageContext, rows []importRow) error {
	var ids []int64
	for _, r := range rows {
		for _, card := range r.Candidates {
			ids = append(ids, card.ID)
		}
	}
	films, err := s.Movies.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return err
	}
	for i, r := range rows {
		for _, card := range r.Candidates {
			offered := offeredFilm{Card: card, Genre: films[card.ID].Genre}
			details, err := films[card.ID].ReadDetails()
			if err != nil {
				return err
			}
			if len(details.Directors) > 0 {
				offered.By, offered.Genre = details.Directors[0], ""
			}
			rows[i].Offered = append(rows[i].Offered, offered)
		}
	}
	return nil
}

func (s *Site) confirmImport(c *pageContext) error {
	return s.changeImport(c, "", func(id int64) error {
		_, err := s.Transfer.Confirm(c.Request.Context(), c.viewer.UserID, id)
		return err
	})
}

// removeImport discards an import that is not confirmed, and undoes one that is done.
func (s *Site) removeImport(c *pageContext) error {
	imp, err := s.importOf(c)
	if err != nil {
		return err
	}
	if imp.Stage() == transfer.Done {
		return s.changeImport(c, "import.undoing", func(id int64) error { return s.Transfer.Remove(c.Request.Context(), c.viewer.UserID, id) })
	}
	if err := c.noForm(); err != nil {
		return err
	}
	err = s.Transfer.Remove(c.Request.Context(), c.viewer.UserID, imp.ID)
	if errors.Is(err, transfer.ErrRunning) {
		return c.redirectTo(importPath(imp.ID))
	}
	if err != nil {
		return err
	}
	c.setToast("import.discarded", "")
	return c.redirectTo(transferPath)
}

// changeImport leads to the import again, also when another tab or an earlier press was first: the page tells how it is.
func (s *Site) changeImport(c *pageContext, said string, change func(id int64) error) error {
	id, err := c.id("import_id")
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	err = change(id)
	if errors.Is(err, transfer.ErrNotReady) || errors.Is(err, transfer.ErrRunning) {
		return c.redirectTo(importPath(id))
	}
	if err != nil {
		return err
	}
	if said != "" {
		c.setToast(said, "")
	}
	return c.redirectTo(importPath(id))
}

// chooseImported lists films of the catalogue for a row whose film is unclear.
func (s *Site) chooseImported(c *pageContext) error {
	imp, err := s.importOf(c)
	if err != nil {
		return err
	}
	n, err := c.id("n")
	if err != nil {
		return err
	}
	row, err := s.Transfer.Row(c.Request.Context(), c.viewer.UserID, imp.ID, n)
	if err != nil {
		return err
	}
	p := importChoice{
		importRow: importRow{Shown: row, ImportID: imp.ID, Reason: c.translate(row.Why), Open: imp.Stage() == transfer.Ready},
		Search:    searchText(c.Query("q")),
	}
	if !c.Request.URL.Query().Has("q") {
		p.Search = row.Title
	}
	by := movie.SortMatch
	if p.Search == "" {
		by = movie.SortNewest
	}
	found, _, err := s.Movies.List(c.Request.Context(), movie.Filter{Title: p.Search}, by, page.Page{Limit: choicesShown})
	if err != nil {
		return err
	}
	p.Films = s.filmCards(found, "choice")
	m := meta{Title: c.text("import.choose"), Hidden: true, Private: true, Section: "me", OwnSearch: true}
	return c.show(http.StatusOK, "importchoice", m, p)
}

// choicesShown is how many films of a search the page offers.
const choicesShown = 20

// importChoice offers films for a row.
type importChoice struct {
	importRow
	Search string
	Films  []filmCard
}

// resolveRow stores which film a row is about, or that it is left out.
func (s *Site) resolveRow(c *pageContext) error {
	imp, err := s.importOf(c)
	if err != nil {
		return err
	}
	n, err := c.id("n")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	choice := transfer.Choice{Skip: c.field("skip") != ""}
	if id, ok := web.ParseID(c.field("movie_id")); ok && !choice.Skip {
		choice.MovieID = &id
	} else if !choice.Skip {
		return apperr.ErrNotFound
	}
	_, err = s.Transfer.Resolve(c.Request.Context(), c.viewer.UserID, imp.ID, n, choice)
	if errors.Is(err, transfer.ErrNotReady) { // it was confirmed meanwhile
		return c.redirectTo(importPath(imp.ID))
	}
	if err != nil {
		return err
	}
	said := "import.resolved"
	if choice.Skip {
		said = "import.skipped"
	}
	c.setToast(said, "")
	return s.afterChoice(c, imp.ID)
}

// afterChoice leads to the rows that are still unclear, below what is already read on the page, or to the whole import
// after the last.
func (s *Site) afterChoice(c *pageContext, id int64) error {
	imp, err := s.Transfer.Get(c.Request.Context(), c.viewer.UserID, id)
	if err != nil {
		return err
	}
	if imp.Of(transfer.NeedsReview) == 0 {
		return c.redirectTo(importPath(id))
	}
	return c.redirectTo(importPath(id) + "?outcome=" + string(transfer.NeedsReview) + "#rows")
}

// importReport is the rows that were not stored as a table for spreadsheets.
func (s *Site) importReport(c *pageContext) error {
	imp, err := s.importOf(c)
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="import-`+strconv.FormatInt(imp.ID, 10)+`.csv"`)
	h.Set("Cache-Control", "private, no-store")
	out := csv.NewWriter(c.Writer)
	if _, err := c.Writer.WriteString("\uFEFF"); err != nil { // or Excel takes it for another encoding
		return nil //nolint:nilerr // the client has gone
	}
	_ = out.Write([]string{"file", "line", "kind", "title", "year", "outcome", "column", "reason"}) // Flush returns the error
	for _, outcome := range []transfer.Outcome{transfer.NeedsReview, transfer.Bad, transfer.Kept, transfer.NotAFilm} {
		if err := s.reportRows(c, out, imp.ID, outcome); err != nil {
			return err
		}
	}
	out.Flush()
	return nil
}

// reportPart is how many rows of a report are loaded at a time.
const reportPart = 500

func (s *Site) reportRows(c *pageContext, out *csv.Writer, id int64, outcome transfer.Outcome) error {
	p := page.Page{Limit: reportPart}
	for {
		rows, next, err := s.Transfer.Rows(c.Request.Context(), c.viewer.UserID, id, outcome, p)
		if err != nil {
			return err
		}
		for _, r := range rows {
			// Flush returns the error.
			_ = out.Write([]string{r.File, numberOrNone(r.Line), r.Kind, r.Title, numberOrNone(r.Year), string(r.Outcome), r.Heading, c.translate(r.Why)})
		}
		if next == nil {
			return nil
		}
		p.After = next
	}
}
