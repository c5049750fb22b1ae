package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/database"
)

// catchUp is how long sockets may take to receive everything once a process is ready.
const catchUp = 10 * time.Second

func (h *instance) database() database.Config {
	if h.stack != nil {
		return database.Config{Driver: database.MySQL, DSN: h.stack.dsn(h.stack.database.URL)}
	}
	return database.Config{Driver: database.SQLite, DSN: filepath.Join(h.dir, "data", "cinecircle.db")}
}

func (h *instance) images() string {
	if h.stack != nil {
		return h.stack.objects()
	}
	return filepath.Join(h.dir, "data", "media")
}

// verify compares everything with the ledger. It needs a process that is ready and unused.
func (h *instance) verify(ctx context.Context) (findings, error) {
	if err := h.awaitImports(ctx); err != nil {
		return findings{}, err
	}
	s, err := h.look(ctx, h.database(), h.images())
	if err != nil {
		return findings{}, err
	}
	f := h.ledger.compare(s.cells)
	f.add(h.ledger.compareNotified(s.notified))
	f.misplaced = append(f.misplaced, s.wrong...)
	files, err := filesIn(h.images())
	if err != nil {
		return f, fmt.Errorf("list the stored images: %w", err)
	}
	f.misplaced = append(f.misplaced, compareFiles(s.images, s.trash, files)...)
	if h.stack == nil && len(s.trash) > 0 { // no other instance was running, so nothing may remain in the trash
		f.misplaced = append(f.misplaced, fmt.Sprintf("%d files were not swept", len(s.trash)))
	}
	f.add(h.verifySockets(ctx, s))
	f.add(h.verifyAnswers(ctx))
	return f, nil
}

// compareFiles compares the images that rows name, and those that are in the trash, with the stored files.
func compareFiles(named, going, there []string) (wrong []string) {
	known := map[string]bool{}
	for _, key := range going {
		known[key] = true
	}
	files := map[string]bool{}
	for _, key := range there {
		files[key] = true
	}
	for _, key := range named {
		if known[key] = true; !files[key] {
			wrong = append(wrong, "a row names "+key+", which is not there")
		}
	}
	for _, key := range there {
		if !known[key] {
			wrong = append(wrong, "no row names "+key)
		}
	}
	return wrong
}

// verifySockets waits until every socket has received everything, and checks the order.
func (h *instance) verifySockets(ctx context.Context, s *state) (f findings) {
	for _, star := range h.stars {
		for _, l := range h.sockets[star.id] {
			harness.Eventually(ctx, catchUp, func() bool { return l.Last() >= s.last[star.id] })
			frames := l.Frames()
			skipped, repeated := harness.Misordered(frames, 0)
			if l.Last() < s.last[star.id] || skipped > 0 {
				f.lost = append(f.lost, fmt.Sprintf("a socket of %s is at seq %d of %d and skipped %d", star.name, l.Last(), s.last[star.id], skipped))
			}
			if repeated > 0 {
				f.duplicated = append(f.duplicated, fmt.Sprintf("a socket of %s received %d frames twice", star.name, repeated))
			}
			if int64(len(frames)) > s.last[star.id] {
				f.phantom = append(f.phantom, fmt.Sprintf("a socket of %s received %d frames where there are %d", star.name, len(frames), s.last[star.id]))
			}
		}
	}
	return f
}

// verifyAnswers requests a few things that are in the database.
func (h *instance) verifyAnswers(ctx context.Context) (f findings) {
	for _, w := range h.workers {
		for _, r := range w.reviews[max(0, len(w.reviews)-2):] {
			mayBeGone := w.pending != nil && strings.Contains(w.pending.call.Path, fmt.Sprintf("/reviews/%d", r.id))
			if !mayBeGone && !h.fetch(ctx, r.id) {
				f.lost = append(f.lost, fmt.Sprintf("review %d or its image cannot be fetched", r.id))
			}
		}
		for _, id := range w.films[max(0, len(w.films)-2):] {
			if !h.found(ctx, id) {
				f.lost = append(f.lost, fmt.Sprintf("film %d cannot be found by its title", id))
			}
		}
		for _, r := range w.restored[max(0, len(w.restored)-2):] {
			if !h.fetch(ctx, r.id) {
				f.lost = append(f.lost, fmt.Sprintf("review %d, which was hidden and restored, or its image cannot be fetched", r.id))
			}
		}
		f.add(h.verifySessions(ctx, w))
	}
	return f
}

// verifySessions checks that the members of a worker are still signed in.
func (h *instance) verifySessions(ctx context.Context, w *worker) (f findings) {
	for _, m := range w.actors {
		if h.leapt.Load() {
			h.signInAgain(ctx, m)
		}
		if a := h.get(ctx, "/users/me", m.token); a.Status != http.StatusOK {
			f.lost = append(f.lost, fmt.Sprintf("the session of %s: %d %s", m.name, a.Status, a.Body))
		}
	}
	return f
}

// found reports whether a search for the title of a film returns it.
func (h *instance) found(ctx context.Context, id int64) bool {
	type film struct {
		ID    int64  `json:"id"`
		Title string `json:"title"`
	}
	var one film
	var all []film
	get := harness.Call{Method: http.MethodGet, Path: fmt.Sprintf("/movies/%d", id), Base: h.proc.URL()}
	if _, err := h.api.Must(ctx, get, &one); err != nil {
		return false
	}
	get.Path = "/movies?limit=200&title=" + url.QueryEscape(one.Title)
	if _, err := h.api.Must(ctx, get, &all); err != nil {
		return false
	}
	return slices.Contains(all, one)
}

// fetch reports whether a review and the image at its URL can be read.
func (h *instance) fetch(ctx context.Context, review int64) bool {
	var got struct {
		Image string `json:"review_image_url"`
	}
	call := harness.Call{Method: http.MethodGet, Path: fmt.Sprintf("/reviews/%d", review), Base: h.proc.URL()}
	if _, err := h.api.Must(ctx, call, &got); err != nil || got.Image == "" {
		return false
	}
	image := harness.Call{Method: http.MethodGet, Path: got.Image, Base: h.proc.URL()}
	if strings.Contains(got.Image, "://") { // of a store elsewhere
		scheme, rest, _ := strings.Cut(got.Image, "://")
		host, path, _ := strings.Cut(rest, "/")
		image.Base, image.Path = scheme+"://"+host, "/"+path
	}
	a := h.api.Try(ctx, image)
	return a.Status == http.StatusOK && len(a.Body) > 0
}
