package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/media"
)

// moderatorName is the name of the one moderator. Every worker acts for them, in a session of its own.
const moderatorName = "steward" // the word moderator is reserved

// settleModerator signs up the moderator.
func (h *instance) settleModerator(ctx context.Context, w *worker) error {
	if err := w.must(ctx, w.signUp(&member{name: moderatorName})); err != nil {
		return err
	}
	if err := h.proc.Run(ctx, "admin", "grant", moderatorName, "--role", "moderator"); err != nil {
		return err
	}
	for _, w := range h.workers {
		w.moderator = &member{name: moderatorName}
		if err := w.must(ctx, w.signIn(w.moderator)); err != nil {
			return err
		}
	}
	return nil
}

// reports reports a review of this worker, with which members do nothing any more. The moderator hides it, restores it,
// and closes the report.
func (w *worker) reports(by *member, k int) request {
	r := w.reviews[k]
	w.reviews, w.reported = slices.Delete(w.reviews, k, k+1), append(w.reported, r)
	var report int64
	w.script = append(w.script,
		func() request { return w.hidesReview(r, "hide", "on") },
		func() request { return w.hidesReview(r, "restore", "") },
		func() request {
			x := w.closesReport(report, by, r)
			x.done = func(harness.Answer) {
				w.restored = append(w.restored, r)
				w.home.tally.end("restored")
			}
			return x
		})
	body := map[string]any{"target_type": "review", "target_id": r.id, "reason": "spam", "note": ""}
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: "/reports", Body: asJSON(body)},
		by:       by,
		cells:    map[string]string{reportCell(by, r): "open"},
		notifies: &action{target: w.moderator.id, review: r.id, kind: "report"},
		done:     func(a harness.Answer) { report = idIn(a) },
	}
}

// hidesReview hides or restores a review. Its author is told, and the log says so.
func (w *worker) hidesReview(r ownReview, what, state string) request {
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: "/moderation/" + what, Body: asJSON(map[string]any{"target_type": "review", "target_id": r.id})},
		by:       w.moderator,
		cells:    map[string]string{hiddenCell(r.id): state},
		notifies: &action{target: r.by.id, review: r.id, kind: "moderation"},
		logs:     &action{actor: w.moderator.id, review: r.id, kind: "log: " + what},
	}
}

// closesReport dismisses a report. Who has reported is told, and the log says so.
func (w *worker) closesReport(report int64, by *member, r ownReview) request {
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/moderation/reports/%d/close", report), Body: asJSON(map[string]any{"action": "dismiss"})},
		by:       w.moderator,
		cells:    map[string]string{reportCell(by, r): "closed"},
		notifies: &action{target: by.id, review: r.id, kind: "report_closed"},
		logs:     &action{actor: w.moderator.id, review: r.id, kind: "log: dismiss"},
		also:     []int{http.StatusConflict},
	}
}

func reportCell(by *member, r ownReview) string { return fmt.Sprintf("report %d %d", by.id, r.id) }
func hiddenCell(review any) string              { return fmt.Sprint("hidden ", review) }

// hiddenImages are the images whose files are not below their own keys.
type hiddenImages struct {
	place  map[string]string // where they are
	moving map[string]bool   // or are on their way to it, or back
}

// readHidden reads which images are hidden.
func (r *reader) readHidden() hiddenImages {
	h := hiddenImages{place: map[string]string{}, moving: map[string]bool{}}
	r.each("SELECT storage_key, hidden_key, hidden, due_at FROM media_hidden", func(v []string) {
		h.place[v[0]], h.moving[v[0]] = v[1], v[3] != ""
	})
	return h
}

// files returns the keys of the files of an image, and of those that may be there, too.
func (h hiddenImages) files(key string) (there, maybe []string) {
	place, hidden := h.place[key]
	switch {
	case !hidden:
		return media.Files(key), nil
	case h.moving[key]:
		return nil, append(media.Files(key), media.Files(place)...)
	}
	return media.Files(place), nil
}
