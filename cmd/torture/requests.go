package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/stars"
)

const (
	password = "correct horse 영화"
	there    = "there"
)

func asJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps of strings and numbers come here
	}
	return text
}

func idIn(a harness.Answer) int64 {
	var made struct {
		ID       int64 `json:"id"`
		ReviewID int64 `json:"review_id"` // of the one that was there already
	}
	_ = json.Unmarshal(a.Body, &made) // 0 on failure, which no id equals
	return cmp.Or(made.ID, made.ReviewID)
}

func (w *worker) signUp(m *member) request {
	return request{
		call: harness.Call{Method: http.MethodPost, Path: "/users", Body: asJSON(map[string]any{
			"username": m.name, "password": password, "age": 30, "gender": "female",
		})},
		cells: map[string]string{"user " + m.name: there},
		also:  []int{http.StatusConflict},
	}
}

func (w *worker) signIn(m *member) request {
	return request{
		call: harness.Call{Method: http.MethodPost, Path: "/users/login", Body: asJSON(map[string]any{
			"username": m.name, "password": password,
		})},
		done: func(a harness.Answer) {
			m.signedIn(a)
		},
	}
}

func (w *worker) film(by *member, title string) request {
	return request{
		call: harness.Call{Method: http.MethodPost, Path: "/movies", Body: asJSON(map[string]any{
			"title": title, "plot": "", "cast": []any{}, "playtime": 100, "genre": "Drama", "release_date": strconv.Itoa(filmYear),
		})},
		by:    by,
		cells: map[string]string{"film " + title: there},
		once:  true,
		done: func(a harness.Answer) {
			id := idIn(a)
			w.films, w.titles[id] = append(w.films, id), title
		},
	}
}

func (w *worker) review(by *member, film int64) request {
	content, shade := fmt.Sprintf("review %d of worker %d", w.number(), w.no), w.r.IntN(256)
	kind, body := form(map[string]string{"movie_id": fmt.Sprint(film), "title": "t", "content": content}, "review_image", shade)
	return request{
		call:  harness.Call{Method: http.MethodPost, Path: "/reviews", Kind: kind, Body: body},
		by:    by,
		cells: map[string]string{reviewCell(by.id, film): reviewState(content, strconv.Itoa(shade))},
		also:  []int{http.StatusConflict},
		done:  func(a harness.Answer) { w.reviews = append(w.reviews, ownReview{idIn(a), film, by}) },
	}
}

func (w *worker) rewrite(r ownReview) request {
	content, shade := fmt.Sprintf("again %d of worker %d", w.number(), w.no), w.r.IntN(256)
	kind, body := form(map[string]string{"update_content": content}, "update_image", shade)
	return request{
		call:  harness.Call{Method: http.MethodPatch, Path: fmt.Sprintf("/reviews/%d", r.id), Kind: kind, Body: body},
		by:    r.by,
		cells: map[string]string{reviewCell(r.by.id, r.film): reviewState(content, strconv.Itoa(shade))},
	}
}

func (w *worker) deleteReview(k int) request {
	r := w.reviews[k]
	w.reviews = slices.Delete(w.reviews, k, k+1)
	return request{
		call:  harness.Call{Method: http.MethodDelete, Path: fmt.Sprintf("/reviews/%d", r.id)},
		by:    r.by,
		cells: map[string]string{reviewCell(r.by.id, r.film): ""},
		also:  []int{http.StatusNotFound},
	}
}

func (w *worker) profileImage(m *member) request {
	shade := w.r.IntN(256)
	kind, body := form(nil, "image", shade)
	return request{
		call:  harness.Call{Method: http.MethodPost, Path: "/users/me/profile_image", Kind: kind, Body: body},
		by:    m,
		cells: map[string]string{profileImageCell(m.id): strconv.Itoa(shade)},
	}
}

func (w *worker) leave(m *member, film int64) request {
	w.reviews = slices.DeleteFunc(w.reviews, func(r ownReview) bool { return r.by.id == m.id })
	return request{
		call:  harness.Call{Method: http.MethodDelete, Path: "/users/me"},
		by:    m,
		cells: map[string]string{"user " + m.name: "", profileImageCell(m.id): "", reviewCell(m.id, film): "", ratingCell(m.id, film): ""},
		also:  []int{http.StatusUnauthorized, http.StatusNotFound}, // 404 when it was deleted in the meantime
	}
}

// repeatEvery is how often a worker repeats what is already on, which must notify nobody.
const repeatEvery = 8

// turnsOn decides whether a toggle that is on, or off, is turned on.
func (w *worker) turnsOn(on bool) bool { return on == (w.r.IntN(repeatEvery) == 0) }

func (w *worker) like(by *member, review int64) request {
	name := fmt.Sprintf("like %d %d", by.id, review)
	x := w.toggle(name, "/likes/reviews/"+strconv.FormatInt(review, 10)+"/like", "/likes/reviews/"+strconv.FormatInt(review, 10)+"/unlike")
	x.by = by
	if x.notifies != nil {
		x.notifies = &action{actor: by.id, target: w.starOf(review).id, review: review}
	}
	return x
}

func (w *worker) follow(by *member) request {
	others := append(slices.Clone(w.home.stars), w.home.known()...)
	whom := pick(w.r, others)
	for whom.id == by.id {
		whom = pick(w.r, others)
	}
	name := fmt.Sprintf("follow %d %d", by.id, whom.id)
	x := w.toggle(name, fmt.Sprintf("/users/%d/follow", whom.id), fmt.Sprintf("/users/%d/unfollow", whom.id))
	x.by = by
	if x.notifies != nil {
		x.notifies = &action{actor: by.id, target: whom.id}
	}
	return x
}

// toggle turns a cell on or off. It notifies when it changes to on.
func (w *worker) toggle(name, on, off string) request {
	was := w.home.ledger.value(name) == "on"
	x := request{call: harness.Call{Method: http.MethodPost, Path: off}, cells: map[string]string{name: ""}}
	if w.turnsOn(was) {
		x.call.Path, x.cells[name] = on, "on"
		if !was {
			x.notifies = &action{}
		}
	}
	return x
}

// The types of notifications that the ledger tells apart.
const (
	asked     = "follow_request"
	accepted  = "follow_accepted"
	commented = "review_comment"
)

// hides makes an account private.
func (w *worker) hides(m *member) request {
	return request{
		call:  harness.Call{Method: http.MethodPatch, Path: "/users/me", Body: asJSON(map[string]any{"is_private": true})},
		by:    m,
		cells: map[string]string{privateCell(m): "on"},
	}
}

// asks follows a private account, which is a request.
func (w *worker) asks(by, whom *member) request {
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/follow", whom.id)},
		by:       by,
		cells:    map[string]string{pairCell("request", by, whom): "on"},
		notifies: &action{actor: by.id, target: whom.id, kind: asked},
	}
}

func (w *worker) accepts(m, asker *member) request {
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/me/follow_requests/%d/accept", asker.id)},
		by:       m,
		cells:    map[string]string{pairCell("request", asker, m): "", pairCell("follow", asker, m): "on"},
		notifies: &action{actor: m.id, target: asker.id, kind: accepted},
		also:     []int{http.StatusNotFound},
	}
}

// blocks blocks a follower, or unblocks them.
func (w *worker) blocks(m, follower *member, on bool) request {
	x := request{
		call:  harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/unblock", follower.id)},
		by:    m,
		cells: map[string]string{pairCell("block", m, follower): ""},
	}
	if on {
		x.call.Path = fmt.Sprintf("/users/%d/block", follower.id)
		x.cells = map[string]string{pairCell("block", m, follower): "on", pairCell("follow", follower, m): ""}
	}
	return x
}

func (w *worker) mutes(m, other *member) request {
	return request{
		call:  harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/mute", other.id)},
		by:    m,
		cells: map[string]string{pairCell("mute", m, other): "on"},
	}
}

// opens makes an account public, which accepts the request of a member who has muted it, and so hears nothing.
func (w *worker) opens(m, asker *member) request {
	return request{
		call:  harness.Call{Method: http.MethodPatch, Path: "/users/me", Body: asJSON(map[string]any{"is_private": false})},
		by:    m,
		cells: map[string]string{privateCell(m): "", pairCell("request", asker, m): "", pairCell("follow", asker, m): "on"},
	}
}

func privateCell(m *member) string              { return fmt.Sprintf("private %d", m.id) }
func pairCell(what string, a, b *member) string { return fmt.Sprintf("%s %d %d", what, a.id, b.id) }

func (w *worker) react(by *member, film int64) request {
	x := request{by: by, cells: map[string]string{}}
	path, name := fmt.Sprintf("/likes/movies/%d", film), fmt.Sprintf("reaction %d %d", by.id, film)
	switch what := pick(w.r, []string{"like", "dislike", ""}); what {
	case "":
		x.call, x.cells[name] = harness.Call{Method: http.MethodDelete, Path: path}, ""
	default:
		x.call, x.cells[name] = harness.Call{Method: http.MethodPost, Path: path + "/" + what}, what
	}
	return x
}

// rate rates a film, or takes the rating back.
func (w *worker) rate(by *member, film int64) request {
	path, half := fmt.Sprintf("/movies/%d/rating", film), w.r.IntN(int(stars.Max)+1)
	if half == 0 {
		return request{by: by, call: harness.Call{Method: http.MethodDelete, Path: path}, cells: map[string]string{ratingCell(by.id, film): ""}}
	}
	return request{
		by:    by,
		call:  harness.Call{Method: http.MethodPut, Path: path, Body: asJSON(map[string]any{"rating": stars.Stars(half)})},
		cells: map[string]string{ratingCell(by.id, film): strconv.Itoa(half)},
	}
}

// comment comments on a review of a star, half of the time in reply to a comment of this worker.
func (w *worker) comment(by *member, review int64) request {
	content := fmt.Sprintf("comment %d of worker %d", w.number(), w.no)
	body := map[string]any{"content": content}
	notifies := &action{actor: by.id, target: w.starOf(review).id, review: review, kind: commented}
	if k := w.r.IntN(2 * (1 + len(w.comments))); k < len(w.comments) && w.comments[k].by.id == by.id { // nobody else is told of a reply to oneself
		notifies.review, notifies.target = w.comments[k].review, w.starOf(w.comments[k].review).id
		body["reply_to"] = w.comments[k].id
	}
	return request{
		call:     harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/reviews/%d/comments", notifies.review), Body: asJSON(body)},
		by:       by,
		cells:    map[string]string{commentCell(by.id, content): there},
		notifies: notifies,
		once:     true,
		done: func(a harness.Answer) {
			w.comments = append(w.comments, ownComment{idIn(a), notifies.review, by, content})
		},
	}
}

func (w *worker) deleteComment(k int) request {
	c := w.comments[k]
	w.comments = slices.Delete(w.comments, k, k+1)
	return request{
		call:  harness.Call{Method: http.MethodDelete, Path: fmt.Sprintf("/comments/%d", c.id)},
		by:    c.by,
		cells: map[string]string{commentCell(c.by.id, c.content): ""},
		also:  []int{http.StatusNotFound},
	}
}

// starOf returns the author of a review that others like and comment on.
func (w *worker) starOf(review int64) member {
	return w.home.stars[slices.Index(w.home.reviews, review)/starFilms]
}

func commentCell(by int64, content string) string { return fmt.Sprintf("comment %d %s", by, content) }
func ratingCell(by, film int64) string            { return fmt.Sprintf("rating %d %d", by, film) }
func reviewCell(by, film int64) string            { return fmt.Sprintf("review %d %d", by, film) }
func profileImageCell(of int64) string            { return fmt.Sprintf("profileImage %d", of) }
func reviewState(content, shade string) string    { return content + ", image " + shade }

// imageSize is small, so that profile images have one smaller copy and images of reviews none. The darkest shades are
// images large enough to be decoded in a subprocess.
func imageSize(shade int) image.Rectangle {
	if shade < 4 {
		return image.Rect(0, 0, 1700, 1200)
	}
	return image.Rect(0, 0, 110, 100)
}

// form returns a multipart body with a grey image whose shade identifies it.
func form(texts map[string]string, field string, shade int) (kind string, body []byte) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, text := range texts {
		_ = w.WriteField(name, text) // to memory
	}
	if part, err := w.CreateFormFile(field, "a.png"); err == nil {
		_, _ = part.Write(picture(shade)) // to memory
	}
	_ = w.Close() // of memory
	return w.FormDataContentType(), out.Bytes()
}

// picture returns a grey image whose shade identifies it.
func picture(shade int) []byte {
	img := image.NewGray(imageSize(shade))
	for k := range img.Pix {
		img.Pix[k] = uint8(shade)
	}
	img.SetGray(20, 20, color.Gray{Y: uint8(255 - shade)})
	var out bytes.Buffer
	_ = png.Encode(&out, img) // to memory
	return out.Bytes()
}
