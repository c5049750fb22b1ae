package transfer

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// startRequest is the form of a new import.
type startRequest struct {
	File       *web.File `formData:"file" binding:"required" description:"A file of another service, or an archive of such files, at most 32 MiB, 64 MiB unpacked and 100,000 rows."`
	Format     string    `formData:"format" binding:"omitempty,max=40" example:"letterboxd" description:"The format. Absent: it is told by the content."`
	Encoding   string    `formData:"encoding" binding:"omitempty,max=20" example:"cp949" description:"The encoding: utf-8, utf-16le, utf-16be, cp949, cp1252 or cp1251. Absent: it is guessed."`
	Visibility string    `formData:"visibility" binding:"omitempty,oneof=public private" example:"private" description:"Who sees the lists in it. Absent: nobody but you; those of an own export keep theirs."`
}

// listQuery is the query of one's imports.
type listQuery struct {
	web.Paging
}

// rowsQuery is the query of the rows of an import.
type rowsQuery struct {
	web.Paging
	Outcome *string `query:"outcome" binding:"omitempty,oneof=created unchanged kept needs_review not_a_film bad" example:"needs_review" description:"Only rows with this outcome."`
}

// resolveRequest is what a member says of a row: one of both.
type resolveRequest struct {
	MovieID *int64 `json:"movie_id" binding:"omitempty,min=1" example:"7" description:"Id of the film that the row is about."`
	Skip    *bool  `json:"skip" example:"true" description:"Whether the row is left out."`
}

func (r resolveRequest) check() error {
	switch {
	case r.MovieID == nil && r.Skip == nil:
		return apperr.Validation(apperr.Field{Name: "movie_id", Code: "required", Text: apperr.Text{
			EN: "Set either movie_id or skip.", KO: "movie_id와 skip 중 하나가 필요합니다.",
		}})
	case r.MovieID != nil && r.Skip != nil:
		return apperr.Validation(apperr.Field{Name: "skip", Code: "exclusive", Text: apperr.Text{
			EN: "Set only one of movie_id and skip.", KO: "movie_id와 skip은 함께 보낼 수 없습니다.",
		}})
	}
	return nil
}

// importResponse is an import on the wire.
type importResponse struct {
	ID         int64        `json:"id" example:"4" description:"Id of the import."`
	Status     Status       `json:"status" enum:"reading,ready,running,done,failed,undone" example:"ready" description:"reading: the file is read. ready: it waits for your confirmation, and nothing is stored. running: it is applied, or undone."`
	Format     string       `json:"format" example:"letterboxd" description:"The format of the file."`
	Encoding   string       `json:"encoding" example:"utf-8" description:"The encoding of the file."`
	Filename   string       `json:"filename" example:"letterboxd-cat-2026-11-23.zip" description:"The name of the file."`
	Rows       int64        `json:"rows" example:"913" description:"Number of rows; of those read so far while it is reading."`
	Columns    []string     `json:"ignored_columns" example:"[\"Watched on\"]" description:"Columns of the file that are not known and not used, the first ones of many."`
	Files      []string     `json:"ignored_files" example:"[]" description:"Files of the archive that are not known and not used, the first ones of many."`
	Counts     importCounts `json:"counts" description:"Number of rows by outcome: what would happen until it is confirmed, what has happened afterwards. Their sum grows while it is running."`
	Reason     *string      `json:"reason" example:"The archive is damaged or was cut off." description:"Why it failed; else null."`
	CreatedAt  time.Time    `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the upload."`
	FinishedAt *time.Time   `json:"finished_at" example:"2026-11-23T10:02:00+09:00" description:"Time when it was done, failed or undone; null before."`
}

type importCounts struct {
	Created     int64 `json:"created" example:"870" description:"Stored by the import."`
	Unchanged   int64 `json:"unchanged" example:"20" description:"There already."`
	Kept        int64 `json:"kept" example:"3" description:"Something else is here, which stays."`
	NeedsReview int64 `json:"needs_review" example:"14" description:"You have to say which film it is about."`
	NotAFilm    int64 `json:"not_a_film" example:"5" description:"About a series, an episode and so on."`
	Bad         int64 `json:"bad" example:"1" description:"Not readable."`
}

// rowResponse is a row on the wire.
type rowResponse struct {
	N          int64        `json:"n" example:"17" description:"Number of the row in the import, from 1."`
	Kind       string       `json:"kind" example:"rating" description:"What it is: watched, rating, viewing, review, reaction, watchlist, list, list_item, and with an own export comment, review_like, list_like, follow, profile, review_image or profile_image."`
	File       *string      `json:"file" example:"ratings.csv" description:"Name of the file in the archive; null in a single file."`
	Line       *int64       `json:"line" example:"18" description:"Line of the row in the file, from 1 as text editors count; null if it is unknown."`
	Column     *string      `json:"column" example:"Rating" description:"Heading of the column with the value that is wrong, as the file has it; null unless the row is bad and it is known."`
	Title      string       `json:"title" example:"기생충" description:"Title of the film or of the list, as the file has it."`
	Year       *int64       `json:"year" example:"2019" description:"Year of the film, as the file has it; null without one."`
	Outcome    Outcome      `json:"outcome" enum:"created,unchanged,kept,needs_review,not_a_film,bad" example:"needs_review" description:"What would happen, or has happened, to it."`
	Reason     *string      `json:"reason" example:"Several films have this title and year." description:"Why; null where that is clear."`
	Movie      *movie.Card  `json:"movie" description:"The film that it is about; null while that is unclear, and for what is about none."`
	Candidates []movie.Card `json:"candidates" description:"Films that it may be about, if that is unclear."`
}

func (h handler) start(c *gin.Context) error {
	var req startRequest
	if err := web.BindForm(c, &req, MaxFile); err != nil {
		return err
	}
	idempotency.Respond(c, func(made Import) (int, string, any) { return h.started(c, made) })
	made, err := h.s.Start(c.Request.Context(), auth.MustViewer(c).UserID, Upload{
		Filename: req.File.Name, Data: req.File.Data,
		Options: Options{Format: req.Format, Encoding: req.Encoding, Visibility: req.Visibility},
	})
	if err != nil {
		return err
	}
	status, location, body := h.started(c, made)
	c.Header("Location", location)
	return web.JSON(c, status, body)
}

// started is the response about a new import.
func (h handler) started(c *gin.Context, made Import) (status int, location string, body any) {
	return http.StatusAccepted, "/users/me/imports/" + strconv.FormatInt(made.ID, 10), h.show(c)(made)
}

func (h handler) list(c *gin.Context) error {
	rows, next, err := h.s.List(c.Request.Context(), auth.MustViewer(c).UserID, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show(c))
}

func (h handler) get(c *gin.Context) error {
	imp, err := h.s.Get(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "import_id"))
	if err != nil {
		return err
	}
	return web.OK(c, h.show(c)(imp))
}

func (h handler) rows(c *gin.Context) error {
	outcome := Outcome("")
	if q := web.Query[rowsQuery](c); q.Outcome != nil {
		outcome = Outcome(*q.Outcome)
	}
	rows, next, err := h.s.Rows(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "import_id"), outcome, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, func(r Shown) rowResponse { return showRow(c, r) })
}

func (h handler) resolve(c *gin.Context) error {
	ctx, me, id, n := c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "import_id"), web.PathID(c, "n")
	if err := h.s.HasRow(ctx, me, id, n); err != nil {
		return err
	}
	var req resolveRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	row, err := h.s.Resolve(ctx, me, id, n, Choice{MovieID: req.MovieID, Skip: req.Skip != nil && *req.Skip})
	if err != nil {
		return err
	}
	return web.OK(c, showRow(c, row))
}

func (h handler) confirm(c *gin.Context) error {
	imp, err := h.s.Confirm(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "import_id"))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusAccepted, h.show(c)(imp))
}

func (h handler) remove(c *gin.Context) error {
	if err := h.s.Remove(c.Request.Context(), auth.MustViewer(c).UserID, web.PathID(c, "import_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

// show returns the function that makes an import what is sent, in the language of the request.
func (h handler) show(c *gin.Context) func(Import) importResponse {
	return func(i Import) importResponse {
		out := importResponse{
			ID: i.ID, Status: i.Stage(), Format: i.Format, Encoding: i.Encoding, Filename: i.Filename, Rows: i.Rows,
			Counts: importCounts(i.Counts), Reason: sentence(c, i.Why()), CreatedAt: i.CreatedAt.In(h.zone),
		}
		out.Columns, out.Files = i.LeftAlone()
		if i.FinishedAt != nil {
			out.FinishedAt = new(i.FinishedAt.In(h.zone))
		}
		return out
	}
}

func showRow(c *gin.Context, r Shown) rowResponse {
	out := rowResponse{
		N: r.N, Kind: r.Kind, Title: r.Title, Outcome: r.Outcome, Reason: sentence(c, r.Why), Movie: r.Movie, Candidates: r.Candidates,
	}
	out.Year, out.Line, out.File, out.Column = unlessZero(r.Year), unlessZero(r.Line), unlessZero(r.File), unlessZero(r.Heading)
	return out
}

// unlessZero returns nil for the zero value.
func unlessZero[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// sentence returns a text in the language of the request, nil for none.
func sentence(c *gin.Context, t apperr.Text) *string {
	if t == (apperr.Text{}) {
		return nil
	}
	if web.InKorean(c) {
		return &t.KO
	}
	return &t.EN
}
