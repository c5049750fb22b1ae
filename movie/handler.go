package movie

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// listRequest is the query of GET /movies.
type listRequest struct {
	web.Paging
	Title string  `query:"title" binding:"max=255" example:"기생" description:"A part of the title, as people type it: see above. Empty matches every title."`
	Genre *string `query:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"The genre of the films."`
	Sort  *string `query:"sort" binding:"omitempty,oneof=id -id title -like_count -rating -rating_count -review_count" description:"id: oldest first, the default without title. -id: newest first. title: by folded title, then oldest first. -like_count, -rating_count, -review_count: the most first, then newest first. -rating: best first, by the mean of all ratings and ten more of 3 stars; films that nobody rated last. The default with title: exact matches first, then titles that begin with it, then all others, each oldest first."`
}

// createRequest is the body of POST /movies and a row of an imported file.
type createRequest struct {
	Title    string        `json:"title" binding:"required,max=255" example:"기생충" description:"Title of the film."`
	Plot     *string       `json:"plot" binding:"required,max=10000" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"Plot summary. Can be empty."`
	Cast     []castRequest `json:"cast" binding:"required,max=100,dive" description:"The cast, in the order of display. Can be empty."`
	Playtime *int64        `json:"playtime" binding:"required,min=1,max=6000" example:"131" description:"Running time in minutes."`
	Genre    string        `json:"genre" binding:"required,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"Genre of the film."`
}

// castRequest is a member of the cast in a request.
type castRequest struct {
	Name   string  `json:"name" binding:"required,max=255" example:"송강호" description:"Name of the person."`
	Role   *string `json:"role" binding:"omitempty,max=255" example:"기택" description:"Name of the character."`
	Age    *int64  `json:"age" binding:"omitempty,min=0,max=150" example:"52" description:"In years."`
	Agency *string `json:"agency" binding:"omitempty,max=255" example:"써브라임" description:"Name of the agency."`
	Gender *string `json:"gender" binding:"omitempty,oneof=male female" example:"male" description:"male or female."`
}

// draft requires that the request was validated.
func (r createRequest) draft() Draft {
	return Draft{Title: r.Title, Plot: *r.Plot, Cast: members(r.Cast), Playtime: *r.Playtime, Genre: r.Genre}
}

func members(sent []castRequest) []CastMember {
	out := make([]CastMember, len(sent))
	for i, r := range sent {
		out[i] = CastMember(r)
	}
	return out
}

// updateRequest is the body of PATCH /movies/{movie_id}. Absent fields stay unchanged.
type updateRequest struct {
	Title    *string       `json:"title" binding:"omitempty,filled,max=255" example:"기생충" description:"Title of the film."`
	Plot     *string       `json:"plot" binding:"omitempty,max=10000" example:"" description:"Plot summary. Can be empty."`
	Cast     []castRequest `json:"cast" binding:"omitempty,max=100,dive" description:"The complete cast. Replaces the previous one."`
	Playtime *int64        `json:"playtime" binding:"omitempty,min=1,max=6000" example:"131" description:"Running time in minutes."`
	Genre    *string       `json:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"Genre of the film."`
}

func (r updateRequest) patch() Patch {
	p := Patch{Title: r.Title, Plot: r.Plot, Playtime: r.Playtime, Genre: r.Genre}
	if r.Cast != nil {
		p.Cast = members(r.Cast)
	}
	return p
}

// posterRequest is the form of POST /movies/{movie_id}/poster_image.
type posterRequest struct {
	Image *web.File `formData:"image" binding:"required" description:"JPEG, PNG, GIF (first frame only) or still WebP, at most 5 MiB and 40 megapixels."`
}

// response documents the film that is sent as [shown].
type response fields[[]CastMember]

// shown is the film in a response. Its cast is the stored JSON of [encodeCast].
type shown = fields[json.RawMessage]

type fields[C any] struct {
	ID             int64     `json:"id" example:"7" description:"Id of the film."`
	Title          string    `json:"title" example:"기생충" description:"Title of the film."`
	Plot           string    `json:"plot" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"Plot summary. Can be empty."`
	Cast           C         `json:"cast" description:"The cast, with exactly the keys that were given."`
	Playtime       int64     `json:"playtime" example:"131" description:"Running time in minutes."`
	Genre          string    `json:"genre" enum:"SF,Action,Adventure,Animation,Comedy,Crime,Documentary,Drama,Family,Fantasy,History,Horror,Music,Mystery,Romance,Thriller,War,Western" example:"Drama" description:"Genre of the film."`
	PosterImageURL *string   `json:"poster_image_url" example:"/media/movies/poster_images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"URL of the poster; null without one."`
	CreatedBy      *int64    `json:"created_by" example:"3" description:"Id of the user who added the film; null if it was imported or that user was deleted."`
	CreatedAt      time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the film was added."`
	UpdatedAt      time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last edit. Likes, ratings and reviews do not change it."`
	LikeCount      int64     `json:"like_count" example:"12" description:"Number of likes."`
	DislikeCount   int64     `json:"dislike_count" example:"1" description:"Number of dislikes."`
	ReviewCount    int64     `json:"review_count" example:"4" description:"Number of reviews."`
	RatingCount    int64     `json:"rating_count" example:"9" description:"Number of ratings."`
	RatingAverage  *float64  `json:"rating_average" example:"4.28" description:"The mean of the ratings, in stars to two decimals; null without ratings."`
	Viewer         *Viewer   `json:"viewer,omitempty" description:"What you have to do with the film. Absent unless you are signed in."`
}

func (h handler) show(m Movie) shown {
	return shown{
		ID: m.ID, Title: m.Title, Plot: m.Plot, Cast: json.RawMessage(m.CastMembers), Playtime: m.Playtime, Genre: m.Genre,
		PosterImageURL: h.s.PosterURL(m), CreatedBy: m.CreatedBy,
		CreatedAt: m.CreatedAt.In(h.zone), UpdatedAt: m.UpdatedAt.In(h.zone),
		LikeCount: m.LikeCount, DislikeCount: m.DislikeCount, ReviewCount: m.ReviewCount,
		RatingCount: m.RatingCount, RatingAverage: m.RatingAverage(),
	}
}

// showTo returns a function that shows these films as the reader of the request sees them.
func (h handler) showTo(c *gin.Context, films ...Movie) (func(Movie) shown, error) {
	reader, signedIn := auth.ViewerOf(c)
	if !signedIn {
		return h.show, nil
	}
	of, err := h.s.ViewerOf(c.Request.Context(), reader.UserID, films...)
	if err != nil {
		return nil, err
	}
	return func(m Movie) shown {
		out := h.show(m)
		out.Viewer = of[m.ID]
		return out
	}, nil
}

func (h handler) ok(c *gin.Context, m Movie) error {
	show, err := h.showTo(c, m)
	if err != nil {
		return err
	}
	return web.OK(c, show(m))
}

func (h handler) list(c *gin.Context) error {
	q := web.Query[listRequest](c)
	f, by := Filter{Title: q.Title}, SortMatch
	if q.Genre != nil {
		f.Genre = *q.Genre
	}
	if q.Sort != nil {
		by = Sort(*q.Sort)
	}
	rows, next, err := h.s.List(c.Request.Context(), f, by, web.PageOf(c))
	if err != nil {
		return err
	}
	show, err := h.showTo(c, rows...)
	if err != nil {
		return err
	}
	return web.List(c, rows, next, show)
}

func (h handler) create(c *gin.Context) error {
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	idempotency.Respond(c, h.created)
	m, err := h.s.Create(c.Request.Context(), auth.MustViewer(c).UserID, req.draft())
	if err != nil {
		return err
	}
	_, location, body := h.created(m)
	return web.Created(c, location, body)
}

// created is the response about a new film, with which nobody has to do anything yet.
func (h handler) created(m Movie) (status int, location string, body any) {
	out := h.show(m)
	out.Viewer = &Viewer{}
	return http.StatusCreated, "/movies/" + strconv.FormatInt(m.ID, 10), out
}

func (h handler) get(c *gin.Context) error {
	m, err := h.s.Get(c.Request.Context(), web.PathID(c, "movie_id"))
	if err != nil {
		return err
	}
	return h.ok(c, m)
}

func (h handler) update(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	var req updateRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	m, err := h.s.Update(c.Request.Context(), id, req.patch())
	if err != nil {
		return err
	}
	return h.ok(c, m)
}

func (h handler) delete(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	if err := h.s.Delete(c.Request.Context(), id, auth.MustViewer(c)); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) setPoster(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	var req posterRequest
	if err := web.BindForm(c, &req, picture.MaxBytes); err != nil {
		return err
	}
	m, err := h.s.SetPoster(c.Request.Context(), id, picture.Upload{Name: req.Image.Name, Data: req.Image.Data, By: auth.MustViewer(c).UserID})
	if err != nil {
		return web.Blame(err, "image")
	}
	return h.ok(c, m)
}

func (h handler) removePoster(c *gin.Context) error {
	id, err := h.editable(c)
	if err != nil {
		return err
	}
	if err := h.s.RemovePoster(c.Request.Context(), id); err != nil {
		return err
	}
	return web.NoContent(c)
}

// editable returns the id of the film in the path if the viewer may edit it, or ErrNotFound or apperr.ErrForbidden.
func (h handler) editable(c *gin.Context) (int64, error) {
	m, err := h.s.Get(c.Request.Context(), web.PathID(c, "movie_id"))
	if err != nil {
		return 0, err
	}
	if !auth.MustViewer(c).MayEdit(m.Owner()) {
		return 0, apperr.ErrForbidden
	}
	return m.ID, nil
}
