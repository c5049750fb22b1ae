package list

import (
	"fmt"
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

// maxReplaceBody is the limit of the body of PUT /lists/{list_id}/items, in bytes: [MaxReplace] films with long notes.
const maxReplaceBody = 2 << 20

type handler struct {
	s    *Service
	zone *time.Location
}

// listsQuery is the query of lists of lists.
type listsQuery struct {
	web.Paging
	Sort *string `query:"sort" binding:"omitempty,oneof=-updated_at -like_count" default:"-updated_at" description:"-updated_at: latest change first. -like_count: most liked first, then newest first."`
}

// itemsQuery is the query of the films of a list.
type itemsQuery struct{ web.Paging }

type createRequest struct {
	Title       string  `json:"title" binding:"required,max=100" example:"비 오는 날의 영화" description:"Title of the list."`
	Description *string `json:"description" binding:"omitempty,max=2000" example:"창밖을 보며 보기 좋은 영화들." description:"Description. Empty if left out."`
	Ranked      *bool   `json:"ranked" example:"false" description:"Whether the order is a ranking. false if left out."`
	Visibility  *string `json:"visibility" binding:"omitempty,oneof=public private" example:"public" description:"private: only you see the list. public if left out."`
}

// updateRequest is the body of PATCH /lists/{list_id}. Absent fields stay unchanged.
type updateRequest struct {
	Title       *string `json:"title" binding:"omitempty,filled,max=100" example:"비 오는 날의 영화" description:"Title of the list."`
	Description *string `json:"description" binding:"omitempty,max=2000" example:"" description:"Description. Can be empty."`
	Ranked      *bool   `json:"ranked" example:"true" description:"Whether the order is a ranking."`
	Visibility  *string `json:"visibility" binding:"omitempty,oneof=public private" example:"private" description:"private: only you see the list."`
}

type addRequest struct {
	MovieID  *int64  `json:"movie_id" binding:"required,min=1" example:"7" description:"Id of the film."`
	Position *int64  `json:"position" binding:"omitempty,min=1" example:"1" description:"Where the film goes; the films from there on move down. The end if it is left out or beyond the end."`
	Note     *string `json:"note" binding:"omitempty,max=500" example:"빗소리와 잘 어울려요." description:"Note. Empty if left out."`
}

// moveRequest is the body of PATCH /lists/{list_id}/items/{movie_id}. Absent fields stay unchanged.
type moveRequest struct {
	Position *int64  `json:"position" binding:"omitempty,min=1" example:"1" description:"Where the film goes; the films in between move by one. Beyond the end is the end."`
	Note     *string `json:"note" binding:"omitempty,max=500" example:"" description:"Note. Can be empty."`
}

type replaceRequest struct {
	Items []entryRequest `json:"items" binding:"required,max=1000,dive" description:"All films of the list, in their order, each once."`
}

type entryRequest struct {
	MovieID *int64  `json:"movie_id" binding:"required,min=1" example:"7" description:"Id of the film."`
	Note    *string `json:"note" binding:"omitempty,max=500" example:"빗소리와 잘 어울려요." description:"Note. Empty if left out."`
}

// response is a list as a client sees it.
type response struct {
	ID          int64     `json:"id" example:"9" description:"Id of the list."`
	UserID      int64     `json:"user_id" example:"3" description:"Id of the author."`
	Username    string    `json:"username" example:"영화광" description:"Username of the author."`
	Title       string    `json:"title" example:"비 오는 날의 영화" description:"Title of the list."`
	Description string    `json:"description" example:"창밖을 보며 보기 좋은 영화들." description:"Description. Can be empty."`
	Ranked      bool      `json:"ranked" example:"false" description:"Whether the order is a ranking."`
	Visibility  string    `json:"visibility" enum:"public,private" example:"public" description:"private: only the author sees the list."`
	Hidden      bool      `json:"hidden" example:"false" description:"Whether a moderator has hidden the list: only you and moderators see it then."`
	ItemCount   int64     `json:"item_count" example:"12" description:"Number of films."`
	LikeCount   int64     `json:"like_count" example:"4" description:"Number of likes."`
	CreatedAt   time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the list was made."`
	UpdatedAt   time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last change of the list or its films. Likes do not change it."`
	IsLiked     *bool     `json:"is_liked,omitempty" example:"false" description:"Whether you like the list. Absent unless you are signed in."`
}

// itemResponse is a film in a list.
type itemResponse struct {
	Position int64      `json:"position" example:"1" description:"1, 2, 3, … without a gap."`
	Note     string     `json:"note" example:"빗소리와 잘 어울려요." description:"Note. Can be empty."`
	Movie    movie.Card `json:"movie" description:"The film."`
}

// The values of visibility.
const (
	visiblePublic  = "public"
	visiblePrivate = "private"
)

func (h handler) all(c *gin.Context) error {
	rows, next, err := h.s.All(c.Request.Context(), auth.Reader(c), sortOf(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) mine(c *gin.Context) error { return h.ofUser(c, auth.MustViewer(c).UserID) }

func (h handler) theirs(c *gin.Context) error { return h.ofUser(c, web.PathID(c, "user_id")) }

func (h handler) ofUser(c *gin.Context, userID int64) error {
	rows, next, err := h.s.OfUser(c.Request.Context(), userID, auth.Reader(c), sortOf(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) ofMovie(c *gin.Context) error {
	rows, next, err := h.s.OfMovie(c.Request.Context(), web.PathID(c, "movie_id"), auth.Reader(c), sortOf(c), web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func sortOf(c *gin.Context) Sort {
	if sent := web.Query[listsQuery](c).Sort; sent != nil {
		return Sort(*sent)
	}
	return SortLatest
}

func (h handler) create(c *gin.Context) error {
	var req createRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	idempotency.Respond(c, h.created)
	made, err := h.s.Create(c.Request.Context(), Draft{
		UserID: auth.MustViewer(c).UserID, Title: req.Title, Description: deref(req.Description),
		Ranked: deref(req.Ranked), IsPublic: deref(req.Visibility) != visiblePrivate,
	})
	if err != nil {
		return err
	}
	_, location, body := h.created(made)
	web.SetVersion(c, version(made.List))
	return web.Created(c, location, body)
}

// created is the response about a new list.
func (h handler) created(made Shown) (status int, location string, body any) {
	return http.StatusCreated, "/lists/" + strconv.FormatInt(made.ID, 10), h.show(made)
}

func (h handler) get(c *gin.Context) error {
	l, err := h.s.Show(c.Request.Context(), web.PathID(c, "list_id"), auth.Reader(c))
	if err != nil {
		return err
	}
	return h.ok(c, l)
}

func (h handler) update(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	var req updateRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	p := Patch{Title: req.Title, Description: req.Description, Ranked: req.Ranked}
	if req.Visibility != nil {
		p.IsPublic = new(*req.Visibility == visiblePublic)
	}
	l, err := h.s.Update(c.Request.Context(), id, p)
	if err != nil {
		return err
	}
	return h.ok(c, l)
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

func (h handler) items(c *gin.Context) error {
	// The version is read before the films, so that it is never newer than they are.
	l, err := h.s.Get(c.Request.Context(), web.PathID(c, "list_id"), auth.Reader(c))
	if err != nil {
		return err
	}
	rows, next, err := h.s.Items(c.Request.Context(), l, web.PageOf(c))
	if err != nil {
		return err
	}
	web.SetVersion(c, version(l))
	return web.List(c, rows, next, showItem)
}

func (h handler) add(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	var req addRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	it, err := h.s.Add(c.Request.Context(), id, Entry{MovieID: *req.MovieID, Note: deref(req.Note)}, req.Position)
	if err != nil {
		return err
	}
	return web.Created(c, fmt.Sprintf("/lists/%d/items/%d", id, it.MovieID), showItem(it))
}

func (h handler) move(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	movieID := web.PathID(c, "movie_id")
	if err := h.s.HasItem(c.Request.Context(), id, movieID); err != nil {
		return err
	}
	var req moveRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	it, err := h.s.UpdateItem(c.Request.Context(), id, movieID, ItemPatch(req))
	if err != nil {
		return err
	}
	return web.OK(c, showItem(it))
}

func (h handler) remove(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	if err := h.s.Remove(c.Request.Context(), id, web.PathID(c, "movie_id")); err != nil {
		return err
	}
	return web.NoContent(c)
}

func (h handler) replace(c *gin.Context) error {
	id, err := h.own(c)
	if err != nil {
		return err
	}
	var req replaceRequest
	if err := web.BindLargeJSON(c, &req, maxReplaceBody); err != nil {
		return err
	}
	entries := req.entries()
	if err := checkOnce(entries); err != nil {
		return err
	}
	condition := web.IfMatch(c)
	l, err := h.s.Replace(c.Request.Context(), id, entries, func(l List) bool { return condition.Holds(version(l)) })
	if err != nil {
		return err
	}
	return h.ok(c, l)
}

// entries returns the films of a request that was validated.
func (r replaceRequest) entries() []Entry {
	out := make([]Entry, len(r.Items))
	for i, e := range r.Items {
		out[i] = Entry{MovieID: *e.MovieID, Note: deref(e.Note)}
	}
	return out
}

// own returns the id of the list in the path when the viewer is its author. The error is [ErrNotFound] when the viewer
// may not see the list, and else apperr.ErrForbidden, which admins get as well.
func (h handler) own(c *gin.Context) (int64, error) {
	viewer := auth.MustViewer(c)
	l, err := h.s.Get(c.Request.Context(), web.PathID(c, "list_id"), viewer)
	if err != nil {
		return 0, err
	}
	if l.UserID != viewer.UserID {
		return 0, apperr.ErrForbidden
	}
	return l.ID, nil
}

func (h handler) ok(c *gin.Context, l Shown) error {
	web.SetVersion(c, version(l.List))
	return web.OK(c, h.show(l))
}

// version returns the part of an ETag that changes with the fields and the films of a list, and is of no other list.
func version(l List) string {
	return strconv.FormatInt(l.ID, 36) + "." + strconv.FormatInt(l.Version, 36)
}

func (h handler) show(l Shown) response {
	out := response{
		ID: l.ID, UserID: l.UserID, Username: l.Username, Title: l.Title, Description: l.Description, Ranked: l.Ranked,
		Visibility: visiblePrivate, Hidden: l.Hidden, ItemCount: l.ItemCount, LikeCount: l.LikeCount,
		CreatedAt: l.CreatedAt.In(h.zone), UpdatedAt: l.UpdatedAt.In(h.zone), IsLiked: l.Liked,
	}
	if l.IsPublic {
		out.Visibility = visiblePublic
	}
	return out
}

func showItem(it Placed) itemResponse {
	return itemResponse{Position: it.Place, Note: it.Note, Movie: it.Movie}
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
