package movie

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/fastjson"
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
	Title      string  `query:"title" binding:"max=255" example:"기생" description:"A part of the title, the original title or an alias, as people type it: see above. Empty matches every title."`
	Genre      *string `query:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy History Horror Music Musical Mystery Noir Romance Short Sport Thriller War Western" example:"Drama" description:"One of the genres of the films."`
	Year       *int64  `query:"year" binding:"omitempty,min=1870,max=9999" example:"2019" description:"The year of the release."`
	Person     *string `query:"person" binding:"omitempty,min=1,max=255" example:"봉준호" description:"Whole name of a director or a member of the cast, regardless of case."`
	ExternalID *string `query:"external_id" binding:"omitempty,min=1,max=40" example:"imdb:tt6751668" description:"Kind and id in another catalogue."`
	Sort       *string `query:"sort" binding:"omitempty,oneof=id -id title -like_count -rating -rating_count -review_count release_date -release_date" description:"id: oldest first, the default without title. -id: newest first. title: by folded title, then oldest first. -like_count, -rating_count, -review_count: the most first, then newest first. -rating: best first, by the mean of all ratings and ten more of 3 stars; films that nobody rated last. release_date: earliest first, a year before its months and days, then oldest first. -release_date: the reverse; films without a date are last in both. The default with title: exact matches first, then titles that begin with it, then all others, each oldest first."`
}

// Check implements [web.Checked].
func (q *listRequest) Check() []apperr.Field {
	if q.ExternalID == nil {
		return nil
	}
	if _, ok := parseExternalID(*q.ExternalID); !ok {
		return []apperr.Field{web.BadFormat("external_id")}
	}
	return nil
}

func (q *listRequest) filter() Filter {
	id, _ := parseExternalID(orZero(q.ExternalID))
	return Filter{Title: q.Title, Genre: orZero(q.Genre), Year: orZero(q.Year), Person: orZero(q.Person), ExternalID: id}
}

// createRequest is the body of POST /movies and a row of an imported file.
type createRequest struct {
	Title    string        `json:"title" binding:"required,max=255" example:"기생충" description:"Title of the film."`
	Plot     *string       `json:"plot" binding:"required,max=10000" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"Plot summary. Can be empty."`
	Cast     []castRequest `json:"cast" binding:"required,max=100,dive" description:"The cast, in the order of display. Can be empty."`
	Playtime *int64        `json:"playtime" binding:"required,min=1,max=6000" example:"131" description:"Running time in minutes."`
	Genre    *string       `json:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy History Horror Music Musical Mystery Noir Romance Short Sport Thriller War Western" example:"Drama" description:"The first genre. Required without genres."`
	detailsRequest
}

// Check implements [web.Checked].
func (r *createRequest) Check() []apperr.Field {
	found := r.checkDetails(time.Now())
	if r.Genre == nil && len(r.Genres) == 0 {
		return append(found, web.Required("genre"))
	}
	return append(found, r.checkGenre(r.Genre)...)
}

// detailsRequest has the fields of a film that are optional.
type detailsRequest struct {
	OriginalTitle  **string            `json:"original_title" binding:"omitempty,filled,max=255" example:"Parasite" description:"In the original language."`
	Aliases        []string            `json:"aliases" binding:"omitempty,max=20,unique,dive,filled,max=255" example:"[\"Gisaengchung\"]" description:"Other titles."`
	ReleaseDate    **string            `json:"release_date" example:"2019-05-30" description:"YYYY, YYYY-MM or YYYY-MM-DD, up to ten years ahead."`
	ProductionYear **int64             `json:"production_year" binding:"omitempty,min=1870" example:"2018" description:"Up to ten years ahead."`
	Genres         []string            `json:"genres" binding:"omitempty,max=5,unique,dive,oneof=SF Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy History Horror Music Musical Mystery Noir Romance Short Sport Thriller War Western" example:"[\"Drama\",\"Thriller\"]" description:"All genres. The first is genre."`
	Directors      []string            `json:"directors" binding:"omitempty,max=10,unique,dive,filled,max=100" example:"[\"봉준호\"]" description:"Names."`
	Countries      []string            `json:"countries" binding:"omitempty,max=10,unique" example:"[\"KR\"]" description:"ISO 3166-1 alpha-2."`
	Languages      []string            `json:"languages" binding:"omitempty,max=10,unique" example:"[\"ko\"]" description:"ISO 639-1, or else ISO 639-3."`
	AgeGrade       **string            `json:"age_grade" binding:"omitempty,oneof=all 12 15 adult restricted" example:"15" description:"By the Korea Media Rating Board."`
	ExternalIDs    *externalIDsRequest `json:"external_ids" description:"In other catalogues, all of them. At most one film has each."`
}

// externalIDsRequest are the external ids in a request.
type externalIDsRequest struct {
	IMDb       *string `json:"imdb" pattern:"^tt[0-9]{7,10}$" example:"tt6751668"`
	TMDB       *int64  `json:"tmdb" binding:"omitempty,min=1,max=999999999999999999" example:"496243"`
	KOBIS      *string `json:"kobis" pattern:"^[A-Z0-9]{8}$" example:"20183782"`
	KMDb       *string `json:"kmdb" pattern:"^[A-Z][0-9]{5}$" example:"K18345" description:"movieId and movieSeq."`
	Wikidata   *string `json:"wikidata" pattern:"^Q[1-9][0-9]{0,14}$" example:"Q61448040"`
	Letterboxd *string `json:"letterboxd" pattern:"^[0-9A-Za-z]{2,8}$" example:"hTha" description:"Short code of boxd.it."`
	MovieLens  *int64  `json:"movielens" binding:"omitempty,min=1,max=999999999999999999" example:"202439"`
}

func (r externalIDsRequest) ids() ExternalIDs {
	return ExternalIDs{
		IMDb: orZero(r.IMDb), TMDB: orZero(r.TMDB), KOBIS: orZero(r.KOBIS), KMDb: orZero(r.KMDb),
		Wikidata: orZero(r.Wikidata), Letterboxd: orZero(r.Letterboxd), MovieLens: orZero(r.MovieLens),
	}
}

// check returns the ids of the wrong form.
func (r externalIDsRequest) check() (found []apperr.Field) {
	for _, id := range []struct {
		kind  string
		value *string
	}{{"imdb", r.IMDb}, {"kobis", r.KOBIS}, {"kmdb", r.KMDb}, {"wikidata", r.Wikidata}, {"letterboxd", r.Letterboxd}} {
		if id.value != nil && !externalForms[id.kind].MatchString(*id.value) {
			found = append(found, web.BadFormat("external_ids."+id.kind))
		}
	}
	return found
}

// checkDetails returns the fields that break a rule which is not in the tags.
func (r detailsRequest) checkDetails(now time.Time) (found []apperr.Field) {
	if date := orZero(r.ReleaseDate); date != nil {
		if f, ok := checkDate("release_date", *date, now); !ok {
			found = append(found, f)
		}
	}
	if year := orZero(r.ProductionYear); year != nil {
		if f, ok := checkYear("production_year", *year, now); !ok {
			found = append(found, f)
		}
	}
	found = append(found, checkCodes("countries", r.Countries, IsCountry, unknownCountry)...)
	found = append(found, checkCodes("languages", r.Languages, IsLanguage, unknownLanguage)...)
	if r.ExternalIDs != nil {
		found = append(found, r.ExternalIDs.check()...)
	}
	return found
}

var (
	unknownCountry = apperr.Text{
		EN: "This must be a country code of ISO 3166-1 in capitals, such as KR.", KO: "KR처럼 대문자로 쓴 ISO 3166-1 국가 코드여야 합니다.",
	}
	unknownLanguage = apperr.Text{
		EN: "This must be a language code of ISO 639-1, such as ko, or of ISO 639-3 if there is none.",
		KO: "ko와 같은 ISO 639-1 언어 코드여야 합니다. ISO 639-1에 없는 언어는 ISO 639-3 코드를 씁니다.",
	}
	notFirstGenre = apperr.Text{EN: "This must be the first of genres.", KO: "genres의 첫 번째 값이어야 합니다."}
)

func checkCodes(name string, codes []string, known func(string) bool, text apperr.Text) (found []apperr.Field) {
	for i, code := range codes {
		if !known(code) {
			found = append(found, apperr.Field{Name: fmt.Sprintf("%s[%d]", name, i), Code: "enum", Text: text})
		}
	}
	return found
}

// checkGenre returns an error unless genre is the first of genres, if both were sent.
func (r detailsRequest) checkGenre(genre *string) []apperr.Field {
	if genre == nil || r.Genres == nil || first(r.Genres) == *genre {
		return nil
	}
	return []apperr.Field{{Name: "genre", Code: "invalid", Text: notFirstGenre}}
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
func (r *createRequest) draft() Draft {
	d := Draft{
		Title: r.Title, Plot: *r.Plot, Cast: members(r.Cast), Playtime: *r.Playtime, Genre: orZero(r.Genre), ReleaseDate: orZero(orZero(r.ReleaseDate)),
		Details: Details{
			OriginalTitle: orZero(orZero(r.OriginalTitle)), Aliases: r.Aliases, ProductionYear: orZero(orZero(r.ProductionYear)), Genres: r.Genres,
			Directors: r.Directors, Countries: r.Countries, Languages: r.Languages, AgeGrade: orZero(orZero(r.AgeGrade)),
		},
	}
	if r.ExternalIDs != nil {
		d.ExternalIDs = r.ExternalIDs.ids()
	}
	return d
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
	Genre    *string       `json:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy History Horror Music Musical Mystery Noir Romance Short Sport Thriller War Western" example:"Drama" description:"The first genre. Without genres it becomes the only one."`
	detailsRequest
}

// Check implements [web.Checked].
func (r *updateRequest) Check() []apperr.Field {
	return append(r.checkDetails(time.Now()), r.checkGenre(r.Genre)...)
}

func (r *updateRequest) patch() Patch {
	p := Patch{
		Title: r.Title, Plot: r.Plot, Playtime: r.Playtime, Genre: r.Genre,
		OriginalTitle: orCleared(r.OriginalTitle), ReleaseDate: orCleared(r.ReleaseDate),
		ProductionYear: orCleared(r.ProductionYear), AgeGrade: orCleared(r.AgeGrade),
		Aliases: r.Aliases, Genres: r.Genres, Directors: r.Directors, Countries: r.Countries, Languages: r.Languages,
	}
	if r.Cast != nil {
		p.Cast = members(r.Cast)
	}
	if r.ExternalIDs != nil {
		p.ExternalIDs = new(r.ExternalIDs.ids())
	}
	return p
}

// orCleared returns the value of a field in a patch: nil if the field is absent, the zero value if it is null.
func orCleared[T any](sent **T) *T {
	if sent == nil {
		return nil
	}
	return new(orZero(*sent))
}

// mergeRequest is the body of POST /movies/{movie_id}/merge.
type mergeRequest struct {
	Into         *int64 `json:"into" binding:"required,min=1" example:"8" description:"Id of the film that stays."`
	DiscardOlder bool   `json:"discard_older" example:"false" description:"Of two reviews by one member delete the one that was edited earlier. Without it, two reviews are a conflict."`
}

// posterRequest is the form of POST /movies/{movie_id}/poster_image.
type posterRequest struct {
	Image *web.File `formData:"image" binding:"required" description:"JPEG, PNG, GIF (first frame only) or still WebP, at most 5 MiB and 40 megapixels."`
}

// response documents the film that is sent as [shown].
type response struct {
	fields[[]CastMember]
	stored
}

// shown is the film in a response. Its cast and its details are the stored JSON.
type shown struct {
	fields[json.RawMessage]
	details string
}

// AppendJSON implements [fastjson.Appender].
func (s shown) AppendJSON(b []byte) ([]byte, error) {
	shared, err := fastjson.Marshal(&s.fields)
	if err != nil {
		return nil, fmt.Errorf("encode movie %d: %w", s.ID, err)
	}
	b = append(append(b, shared[:len(shared)-1]...), ',')
	return append(b, s.details[1:]...), nil
}

// MarshalJSON implements [json.Marshaler].
func (s shown) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil) }

// fields are those of a film that are not in its details. C is the type of its cast.
type fields[C any] struct {
	ID             int64     `json:"id" example:"7" description:"Id of the film."`
	Title          string    `json:"title" example:"기생충" description:"Title of the film."`
	Plot           string    `json:"plot" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"Plot summary. Can be empty."`
	Cast           C         `json:"cast" description:"The cast, with exactly the keys that were given."`
	Playtime       *int64    `json:"playtime" example:"131" description:"Running time in minutes."`
	ReleaseDate    *string   `json:"release_date" example:"2019-05-30" description:"YYYY, YYYY-MM or YYYY-MM-DD."`
	Year           *int64    `json:"year" example:"2019" description:"Of release_date."`
	Genre          *string   `json:"genre" example:"Drama" description:"The first of genres."`
	PosterImageURL *string   `json:"poster_image_url" example:"/media/movies/poster_images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"URL of the poster; null without one."`
	CreatedBy      *int64    `json:"created_by" example:"3" description:"Id of the user who added the film; null if it was imported or that user was deleted."`
	CreatedAt      time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time when the film was added."`
	UpdatedAt      time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the last edit. Likes, ratings and reviews do not change it."`
	LikeCount      int64     `json:"like_count" example:"12" description:"Number of likes."`
	DislikeCount   int64     `json:"dislike_count" example:"1" description:"Number of dislikes."`
	ReviewCount    int64     `json:"review_count" example:"4" description:"Number of reviews."`
	RatingCount    int64     `json:"rating_count" example:"9" description:"Number of ratings."`
	RatingAverage  *float64  `json:"rating_average" example:"4.28" description:"The mean of the ratings, in stars to two decimals; null without ratings."`
	Hidden         bool      `json:"hidden" example:"false" description:"Whether a moderator has hidden the film: only who added it and moderators see it then."`
	Viewer         *Viewer   `json:"viewer,omitempty" description:"What you have to do with the film. Absent unless you are signed in."`
}

func (h handler) show(m Movie) shown {
	return shown{details: m.rawDetails(), fields: fields[json.RawMessage]{
		ID: m.ID, Title: m.Title, Plot: m.Plot, Cast: json.RawMessage(m.CastMembers), Playtime: orNil(m.Playtime),
		ReleaseDate: orNil(m.ReleaseDate), Year: orNil(m.ReleaseYear), Genre: orNil(m.Genre),
		PosterImageURL: h.s.PosterURL(m), CreatedBy: m.CreatedBy,
		CreatedAt: m.CreatedAt.In(h.zone), UpdatedAt: m.UpdatedAt.In(h.zone),
		LikeCount: m.LikeCount, DislikeCount: m.DislikeCount, ReviewCount: m.ReviewCount,
		RatingCount: m.RatingCount, RatingAverage: m.RatingAverage(), Hidden: m.Hidden,
	}}
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
	f, by := q.filter(), SortMatch
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
	m, err := h.s.GetFor(c.Request.Context(), web.PathID(c, "movie_id"), auth.Reader(c))
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

func (h handler) merge(c *gin.Context) error {
	m, err := h.s.GetFor(c.Request.Context(), web.PathID(c, "movie_id"), auth.MustViewer(c))
	if err != nil {
		return err
	}
	if !auth.MustViewer(c).Moderates() {
		return apperr.ErrForbidden
	}
	var req mergeRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	from := m.ID
	err = h.s.Following(c.Request.Context(), *req.Into, func(into int64) (err error) {
		m, err = h.s.Merge(c.Request.Context(), from, into, req.DiscardOlder)
		return err
	})
	if err != nil {
		return err
	}
	return h.ok(c, m)
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
	if errors.Is(err, apperr.ErrForbidden) && auth.MustViewer(c).Moderates() {
		id, err = web.PathID(c, "movie_id"), nil
	}
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
	m, err := h.s.GetFor(c.Request.Context(), web.PathID(c, "movie_id"), auth.MustViewer(c))
	if err != nil {
		return 0, err
	}
	if !auth.MustViewer(c).MayEdit(m.Owner()) {
		return 0, apperr.ErrForbidden
	}
	return m.ID, nil
}
