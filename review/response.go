package review

import "time"

// response is a review as a client sees it.
type response struct {
	ID             int64     `json:"id" example:"11" description:"The id of the review."`
	UserID         int64     `json:"user_id" example:"3" description:"The id of the author."`
	MovieID        int64     `json:"movie_id" example:"7" description:"The id of the film."`
	Title          string    `json:"title" example:"다시 봐도 좋은 영화" description:"The title."`
	Content        string    `json:"content" example:"배우들의 연기가 훌륭했습니다." description:"The text of the review."`
	ReviewImageURL *string   `json:"review_image_url" example:"/media/reviews/images/0b0f3c1e-6f0e-4c2e-9a52-0d5a4f6f2c11.jpg" description:"Where the image can be fetched as it is; null without one."`
	CreatedAt      time.Time `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"When it was written."`
	UpdatedAt      time.Time `json:"updated_at" example:"2026-11-23T10:00:00+09:00" description:"When it was last edited. Likes do not change it."`
	LikeCount      int64     `json:"like_count" example:"12" description:"How many like it."`
	Username       string    `json:"username" example:"영화광" description:"The name of the author."`
	MovieTitle     string    `json:"movie_title" example:"기생충" description:"The title of the film."`
	IsLiked        *bool     `json:"is_liked,omitempty" example:"false" description:"Whether you like it. Absent unless you are signed in."`
}

func (h handler) show(r Shown) response {
	return response{
		ID: r.ID, UserID: r.UserID, MovieID: r.MovieID, Title: r.Title, Content: r.Content,
		ReviewImageURL: h.s.media.URLOrNil(r.Image),
		CreatedAt:      r.CreatedAt.In(h.zone), UpdatedAt: r.UpdatedAt.In(h.zone),
		LikeCount: r.LikeCount, Username: r.Username, MovieTitle: r.MovieTitle, IsLiked: r.Liked,
	}
}
