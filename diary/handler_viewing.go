package diary

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// diaryQuery is the query of a diary.
type diaryQuery struct {
	web.Paging
	From *string `query:"from" format:"date" example:"2026-01-01" description:"The first day."`
	To   *string `query:"to" format:"date" example:"2026-12-31" description:"The last day."`
	Tag  *string `query:"tag" binding:"omitempty,filled,max=50" example:"극장" description:"A tag of the viewings, in any case."`
}

// logRequest is the body of POST /users/me/diary.
type logRequest struct {
	MovieID   *int64       `json:"movie_id" binding:"required,min=1" example:"7" description:"Id of the film."`
	WatchedOn string       `json:"watched_on" binding:"required" format:"date" example:"2026-11-23" description:"The day on which you watched the film."`
	Rewatch   *bool        `json:"rewatch" example:"false" description:"Whether you had watched the film before. Absent: whether your diary has it on an earlier or the same day."`
	Rating    *stars.Stars `json:"rating" example:"4.5" description:"Your rating of this viewing."`
	Note      *string      `json:"note" binding:"omitempty,max=500" example:"재개봉으로 다시 봤다." description:"A note."`
	Tags      []string     `json:"tags" binding:"omitempty,max=20,dive,filled,max=50" example:"[\"극장\"]" description:"Tags, each once."`
}

// updateRequest is the body of PATCH /diary/{viewing_id}. Absent fields stay unchanged.
type updateRequest struct {
	WatchedOn *string       `json:"watched_on" binding:"omitempty,filled" format:"date" example:"2026-11-23" description:"The day on which you watched the film."`
	Rewatch   *bool         `json:"rewatch" example:"false" description:"Whether you had watched the film before."`
	Rating    **stars.Stars `json:"rating" example:"4.5" description:"Your rating of this viewing; null removes it."`
	Note      **string      `json:"note" binding:"omitempty,max=500" example:"재개봉으로 다시 봤다." description:"A note; null removes it."`
	Tags      []string      `json:"tags" binding:"omitempty,max=20,dive,filled,max=50" example:"[\"극장\"]" description:"All tags, each once."`
}

// viewingResponse documents the viewing that is sent as [shownViewing].
type viewingResponse viewingFields[[]string]

// shownViewing is the viewing in a response. Its tags are the stored JSON of [encodeTags].
type shownViewing = viewingFields[json.RawMessage]

type viewingFields[T any] struct {
	ID        int64        `json:"id" example:"31" description:"Id of the viewing."`
	UserID    int64        `json:"user_id" example:"3" description:"Id of the user who watched the film."`
	WatchedOn string       `json:"watched_on" format:"date" example:"2026-11-23" description:"The day."`
	Rewatch   bool         `json:"rewatch" example:"false" description:"Whether the user had watched the film before."`
	Rating    *stars.Stars `json:"rating" example:"4.5" description:"The rating of this viewing; null without one."`
	Note      *string      `json:"note" example:"재개봉으로 다시 봤다." description:"A note; null without one."`
	Tags      T            `json:"tags" example:"[\"극장\"]" description:"The tags, as they were given."`
	CreatedAt time.Time    `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the viewing was logged."`
	UpdatedAt time.Time    `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last edit."`
	Movie     movie.Card   `json:"movie"`
}

func (h handler) show(v Shown) shownViewing {
	return shownViewing{
		ID: v.ID, UserID: v.UserID, WatchedOn: v.WatchedOn.String(), Rewatch: v.Rewatch, Rating: v.Rating, Note: v.Note,
		Tags: json.RawMessage(v.Tags), CreatedAt: v.CreatedAt.In(h.zone), UpdatedAt: v.UpdatedAt.In(h.zone), Movie: v.Movie,
	}
}

func (h handler) log(c *gin.Context) error {
	var req logRequest
	err := web.BindJSON(c, &req)
	day, wrongDay := h.day("watched_on", &req.WatchedOn)
	if err := apperr.Join(err, wrongDay, checkTags(req.Tags)); err != nil {
		return err
	}
	idempotency.Respond(c, h.logged)
	made, err := h.s.Log(c.Request.Context(), Draft{
		UserID: auth.MustViewer(c).UserID, MovieID: *req.MovieID, WatchedOn: *day,
		Rewatch: req.Rewatch, Rating: req.Rating, Note: filled(req.Note), Tags: req.Tags,
	})
	if err != nil {
		return err
	}
	_, location, body := h.logged(made)
	return web.Created(c, location, body)
}

// logged is the response about a new viewing.
func (h handler) logged(made Shown) (status int, location string, body any) {
	return http.StatusCreated, "/diary/" + strconv.FormatInt(made.ID, 10), h.show(made)
}

func (h handler) get(c *gin.Context) error { return h.ok(c, web.PathID(c, "viewing_id")) }

func (h handler) ok(c *gin.Context, id int64) error {
	v, err := h.s.Show(c.Request.Context(), id, auth.Reader(c))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(v))
}

func (h handler) update(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	var req updateRequest
	err = web.BindJSON(c, &req)
	day, wrongDay := h.day("watched_on", req.WatchedOn)
	if err := apperr.Join(err, wrongDay, checkTags(req.Tags)); err != nil {
		return err
	}
	p := Patch{WatchedOn: day, Rewatch: req.Rewatch, Rating: req.Rating, Note: req.Note}
	if p.Note != nil {
		p.Note = new(filled(*p.Note))
	}
	if req.Tags != nil {
		p.Tags = &req.Tags
	}
	if err := h.s.Update(c.Request.Context(), id, p); err != nil {
		return err
	}
	return h.ok(c, id)
}

func (h handler) delete(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	if err := h.s.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

// own returns the id of the viewing in the path when it is the viewer's, and else [ErrNotFound] or apperr.ErrForbidden,
// which admins get as well.
func (h handler) own(c *gin.Context) (int64, error) {
	v, err := h.s.Get(c.Request.Context(), web.PathID(c, "viewing_id"), auth.Reader(c))
	if err != nil {
		return 0, err
	}
	if v.UserID != auth.MustViewer(c).UserID {
		return 0, apperr.ErrForbidden
	}
	return v.ID, nil
}

func (h handler) myDiary(c *gin.Context) error { return h.diary(c, auth.MustViewer(c).UserID) }

func (h handler) userDiary(c *gin.Context) error { return h.diary(c, web.PathID(c, "user_id")) }

func (h handler) diary(c *gin.Context, userID int64) error {
	q := web.Query[diaryQuery](c)
	from, wrongFrom := parseDay("from", q.From)
	to, wrongTo := parseDay("to", q.To)
	if err := apperr.Join(wrongFrom, wrongTo); err != nil {
		return err
	}
	rows, next, err := h.s.Diary(c.Request.Context(), userID, auth.Reader(c), Filter{From: from, To: to, Tag: q.Tag}, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

// parseDay reads a day, nil for an absent one.
func parseDay(field string, text *string) (*Day, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // no day, and no error
	}
	d, ok := ParseDay(*text)
	if !ok {
		return nil, apperr.Validation(web.BadFormat(field))
	}
	return &d, nil
}

// day is parseDay for the day of a viewing. An empty text breaks another rule of its field.
func (h handler) day(field string, text *string) (*Day, error) {
	if text != nil && *text == "" {
		text = nil
	}
	d, err := parseDay(field, text)
	if d == nil {
		return nil, err
	}
	return d, h.s.CheckDay(field, *d)
}

// checkTags returns an apperr.ErrValidation when a tag is given twice.
func checkTags(tags []string) error {
	seen := make(map[string]bool, len(tags))
	var found []apperr.Field
	for i, tag := range tags {
		if key := tagKey(tag); key != "" && seen[key] {
			found = append(found, apperr.Field{Name: fmt.Sprintf("tags[%d]", i), Code: "repeated", Text: apperr.Text{
				EN: "This tag is given twice.", KO: "같은 태그가 두 번 있습니다.",
			}})
		} else {
			seen[key] = true
		}
	}
	if len(found) == 0 {
		return nil
	}
	return apperr.Validation(found...)
}

// filled returns a text, or nil for one that is empty.
func filled(text *string) *string {
	if text == nil || *text == "" {
		return nil
	}
	return text
}
