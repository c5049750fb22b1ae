package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer/own"
)

const (
	importFilms    = 6   // that an import needs, each with a review, an image and a rating
	importViewings = 150 // more than are applied in one transaction
	filmYear       = 2001
)

// history is the file of an import, and what holds once it is applied.
type history struct {
	by    *member
	file  []byte
	rows  int64
	cells map[string]string
}

// mayImport reports whether this worker may begin an import. With servers only some do: after each death an import waits
// until the lease of the dead process ends.
func (w *worker) mayImport() bool {
	return !w.importing && len(w.films) >= importFilms && (w.home.stack == nil || w.no%3 == 0)
}

// imports signs up a member who imports a history, undoes that, imports it again, and half of the time deletes the account
// while it is applied. Whatever kills the program meanwhile, it goes on where it was.
func (w *worker) imports() request {
	w.importing = true
	m := &member{name: fmt.Sprintf("importer %d-%d", w.no, w.number())}
	ends := func() { w.importing = false }
	w.script = append(w.script, func() request { return w.signIn(m) }, func() request {
		h := w.history(m)
		return w.upload(h, func(id int64) {
			w.confirm(h, id, func() { // until it is done
				w.undo(h, id, func() {
					w.script = append(w.script, func() request { return w.again(h, ends) })
				})
			})
		})
	})
	return w.signUp(m)
}

// again imports a history that was undone.
func (w *worker) again(h history, ends func()) request {
	return w.upload(h, func(id int64) {
		if w.r.IntN(2) == 0 {
			w.confirm(h, id, ends)
			return
		}
		w.script = append(w.script, func() request { return w.confirms(h, id) }, func() request {
			ends()
			return w.leaves(h)
		})
	})
}

// upload starts an import, and calls ready with its id when it waits for its confirmation.
func (w *worker) upload(h history, ready func(id int64)) request {
	kind, body := fileForm(h.file)
	return request{
		call: harness.Call{
			Method: http.MethodPost, Path: "/users/me/imports", Kind: kind, Body: body, Key: fmt.Sprintf("import-%d-of-worker-%d", w.number(), w.no),
		},
		by:       h.by,
		notifies: &action{target: h.by.id, kind: "import_ready"},
		done: func(a harness.Answer) {
			id := idIn(a)
			w.await(h, id, "ready", func() { ready(id) })
		},
	}
}

func fileForm(file []byte) (kind string, body []byte) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if part, err := w.CreateFormFile("file", "export.zip"); err == nil {
		_, _ = part.Write(file) // to memory
	}
	_ = w.Close() // of memory
	return w.FormDataContentType(), out.Bytes()
}

// confirm confirms an import, and calls then when it is done.
func (w *worker) confirm(h history, id int64, then func()) {
	w.script = append(w.script, func() request {
		x := w.confirms(h, id)
		x.done = func(harness.Answer) { w.await(h, id, "done", then) }
		return x
	})
}

// confirms confirms an import. What is acknowledged is that it will be applied.
func (w *worker) confirms(h history, id int64) request {
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: importPath(id) + "/confirm"},
		by:       h.by,
		cells:    h.cells,
		notifies: &action{target: h.by.id, kind: "import_done"},
		also:     []int{http.StatusConflict}, // it is done already
	}
}

func (w *worker) undo(h history, id int64, then func()) {
	none := map[string]string{}
	for name := range h.cells {
		none[name] = ""
	}
	w.script = append(w.script, func() request {
		return request{
			call: harness.Call{Method: http.MethodDelete, Path: importPath(id)},
			by:   h.by, cells: none,
			done: func(harness.Answer) { w.await(h, id, "undone", then) },
		}
	})
}

func (w *worker) leaves(h history) request {
	gone := map[string]string{"user " + h.by.name: ""}
	for name := range h.cells {
		gone[name] = ""
	}
	return request{
		call: harness.Call{Method: http.MethodDelete, Path: "/users/me"}, by: h.by, cells: gone, leaves: true,
		also: []int{http.StatusUnauthorized, http.StatusNotFound},
	}
}

func importPath(id int64) string { return fmt.Sprintf("/users/me/imports/%d", id) }

// await asks for an import between other requests until it has a status, and calls then.
func (w *worker) await(h history, id int64, status string, then func()) {
	w.waiting = append(w.waiting, func() request {
		call := harness.Call{Method: http.MethodGet, Path: importPath(id)}
		return request{call: call, by: h.by, reads: true, done: func(a harness.Answer) {
			var got struct {
				Status string
				Counts struct{ Created int64 }
			}
			_ = json.Unmarshal(a.Body, &got) // "" on failure, which no status equals
			switch {
			case got.Status == "failed", got.Status == "done" && got.Counts.Created != h.rows:
				w.home.tally.refused(call, a)
			case got.Status == status:
				w.home.tally.end(status)
				then()
			default:
				w.await(h, id, status, then)
			}
		}}
	})
}

// history makes a history with films of this worker.
func (w *worker) history(m *member) history {
	h := history{by: m, cells: map[string]string{}}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	lines := func(name string, lines ...any) {
		h.rows += int64(len(lines))
		into, err := archive.Create(name)
		for _, line := range lines {
			if err == nil {
				err = json.NewEncoder(into).Encode(line) // to memory
			}
		}
	}
	at := time.Now().AddDate(-1, 0, 0).UTC().Truncate(time.Second)
	var reviews, ratings, viewings, items []any
	images := map[string][]byte{}
	for n, film := range w.films[len(w.films)-importFilms:] {
		f := own.Film{Title: w.titles[film], Year: new(int64(filmYear))}
		content, shade, half := fmt.Sprintf("imported %d of worker %d", w.number(), w.no), 4+w.r.IntN(252), 1+w.r.IntN(int(stars.Max))
		name := fmt.Sprintf("%s%d.png", own.ImageFolder, n)
		images[name] = picture(shade)
		reviews = append(reviews, own.Review{Movie: f, Title: "t", Content: content, Comments: "everyone", Image: name, CreatedAt: at, UpdatedAt: at})
		ratings = append(ratings, own.Rating{Movie: f, Rating: own.Stars(half), RatedAt: at})
		items = append(items, own.ListItem{List: 1, Position: int64(n) + 1, Movie: f})
		for day := n; day < importViewings; day += importFilms {
			on := at.AddDate(0, 0, -day)
			viewings = append(viewings, own.Viewing{Movie: f, WatchedOn: on.Format(time.DateOnly), CreatedAt: at, UpdatedAt: at})
		}
		h.cells[reviewCell(m.id, film)] = reviewState(content, strconv.Itoa(shade))
		h.cells[ratingCell(m.id, film)] = strconv.Itoa(half)
		days := importViewings / importFilms
		h.cells[viewingsCell(m.id, film)] = viewingsState(strconv.Itoa(days), strconv.Itoa(days))
	}
	title := fmt.Sprintf("list %d of worker %d", w.number(), w.no)
	lines(own.HeaderFile)
	lines(own.RatingsFile, ratings...)
	lines(own.DiaryFile, viewings...)
	lines(own.ReviewsFile, reviews...)
	lines(own.ListsFile, own.List{List: 1, Title: title, Visibility: "private", CreatedAt: at, UpdatedAt: at})
	lines(own.ListItemsFile, items...)
	h.cells[listCell(m.id, title)] = strconv.Itoa(importFilms)
	for name, data := range images {
		if into, err := archive.Create(name); err == nil {
			_, _ = into.Write(data) // to memory
		}
		h.rows++
	}
	_ = archive.Close() // of memory
	h.file = out.Bytes()
	return h
}

func viewingsCell(by, film int64) string         { return fmt.Sprintf("viewings %d %d", by, film) }
func viewingsState(viewings, days string) string { return viewings + " on " + days + " days" }
func listCell(by int64, title string) string     { return fmt.Sprintf("list %d %s", by, title) }

// importsEnd is how long imports may take once a process is ready. With servers, that of a process that died is free when
// its lease has ended, which its clock may have put off by two minutes.
const importsEnd = 3 * time.Minute

// awaitImports waits until no import is being worked on, and nothing of it is left to be removed.
func (h *instance) awaitImports(ctx context.Context) error {
	queries := []string{"SELECT count(*) FROM imports WHERE status IN ('reading', 'running', 'undoing', 'discarded')"}
	if h.stack == nil { // elsewhere, files of uploads that were cut off remain for a while
		queries = append(queries, "SELECT count(*) FROM media_trash", "SELECT count(*) FROM media_hidden WHERE due_at IS NOT NULL")
	}
	var failed error
	settled := harness.Eventually(ctx, importsEnd, func() bool {
		snap, err := database.OpenSnapshot(ctx, h.database())
		if err != nil {
			failed = err
			return false
		}
		defer snap.Close()
		r, busy := reader{ctx: ctx, snap: snap}, false
		for _, query := range queries {
			r.each(query, func(v []string) { busy = busy || v[0] != "0" })
		}
		failed = r.err
		return failed == nil && !busy
	})
	if !settled && failed == nil {
		return fmt.Errorf("an import is still worked on after %s", importsEnd)
	}
	if settled {
		return nil
	}
	return failed
}

// takeWaiting returns one of the requests that wait for an import, now and then.
func (w *worker) takeWaiting() (request, bool) {
	if len(w.waiting) == 0 || w.r.IntN(4) != 0 {
		return request{}, false
	}
	next := w.waiting[0]
	w.waiting = slices.Delete(w.waiting, 0, 1)
	return next(), true
}
