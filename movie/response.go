package movie

import (
	"encoding/json"
	"time"
)

// response is a film as a client sees it, for the document. What is sent is a [shown].
type response fields[[]CastMember]

// shown is a film as it is sent: its cast as it is stored, which is how [encodeCast] made it.
type shown = fields[json.RawMessage]

type fields[C any] struct {
	ID             int64     `json:"id" example:"7" description:"The id of the film."`
	Title          string    `json:"title" example:"기생충" description:"The title."`
	Plot           string    `json:"plot" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"The plot, maybe empty."`
	Cast           C         `json:"cast" description:"The cast, with exactly the keys that were sent."`
	Playtime       int64     `json:"playtime" example:"131" description:"Running time in minutes."`
	Genre          string    `json:"genre" enum:"SF,Action,Adventure,Animation,Comedy,Crime,Documentary,Drama,Family,Fantasy,History,Horror,Music,Mystery,Romance,Thriller,War,Western" example:"Drama" description:"The genre."`
	PosterImageURL *string   `json:"poster_image_url" example:"/media/movies/poster_images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"Where the poster can be fetched as it is; null without one."`
	CreatedBy      *int64    `json:"created_by" example:"3" description:"The id of the user who added the film; null when it was imported or they are gone."`
	CreatedAt      time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"When it was added."`
	UpdatedAt      time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"When it was last edited. Counters do not change it."`
	LikeCount      int64     `json:"like_count" example:"12" description:"How many like it."`
	DislikeCount   int64     `json:"dislike_count" example:"1" description:"How many dislike it."`
	ReviewCount    int64     `json:"review_count" example:"4" description:"How many reviews it has."`
}

func (h handler) show(m Movie) shown {
	return shown{
		ID: m.ID, Title: m.Title, Plot: m.Plot, Cast: json.RawMessage(m.CastMembers), Playtime: m.Playtime, Genre: m.Genre,
		PosterImageURL: h.s.PosterURL(m), CreatedBy: m.CreatedBy,
		CreatedAt: m.CreatedAt.In(h.zone), UpdatedAt: m.UpdatedAt.In(h.zone),
		LikeCount: m.LikeCount, DislikeCount: m.DislikeCount, ReviewCount: m.ReviewCount,
	}
}
