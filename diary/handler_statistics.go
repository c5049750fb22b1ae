package diary

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// statisticsQuery is the query of GET /users/{user_id}/stats.
type statisticsQuery struct {
	Year *int64 `query:"year" binding:"omitempty,min=1895,max=9998" example:"2026" description:"A year in the zone of the service. Absent: all years."`
}

// statisticsResponse is the statistics of a user.
type statisticsResponse struct {
	UserID        int64                   `json:"user_id" example:"3" description:"Id of the user."`
	Year          *int64                  `json:"year" example:"2026" description:"The year; null for all years."`
	MovieCount    int64                   `json:"movie_count" example:"87" description:"Number of films in the diary, each once."`
	ViewingCount  int64                   `json:"viewing_count" example:"93" description:"Number of viewings."`
	RewatchCount  int64                   `json:"rewatch_count" example:"9" description:"Number of viewings that are rewatches."`
	Minutes       int64                   `json:"minutes" example:"10873" description:"Playtime of all viewings."`
	ReviewCount   int64                   `json:"review_count" example:"12" description:"Number of reviews."`
	RatingAverage *float64                `json:"rating_average" example:"3.72" description:"The mean of the ratings, in stars to two decimals; null without ratings."`
	Histogram     stars.HistogramResponse `json:"histogram"`
	Months        []int64                 `json:"months,omitempty" example:"[8,4,12,9,3,7,10,6,8,11,9,6]" description:"Number of viewings in each of the twelve months. Absent without a year."`
	Genres        []genreCountResponse    `json:"genres" description:"Genres of the films, the most frequent first."`
	Directors     []directorCountResponse `json:"directors" description:"The ten most frequent directors of the films."`
}

type genreCountResponse struct {
	Genre string `json:"genre" example:"Drama" description:"The genre."`
	Count int64  `json:"count" example:"31" description:"Number of films."`
}

type directorCountResponse struct {
	Name  string `json:"name" example:"봉준호" description:"Name of the director."`
	Count int64  `json:"count" example:"6" description:"Number of films."`
}

func (h handler) statistics(c *gin.Context) error {
	id, year := web.PathID(c, "user_id"), web.Query[statisticsQuery](c).Year
	of := int64(0)
	if year != nil {
		of = *year
	}
	st, err := h.s.Statistics(c.Request.Context(), id, auth.Reader(c), of)
	if err != nil {
		return err
	}
	out := statisticsResponse{
		UserID: id, Year: year, MovieCount: st.Movies, ViewingCount: st.Viewings, RewatchCount: st.Rewatches, Minutes: st.Minutes,
		ReviewCount: st.Reviews, RatingAverage: movie.Average(st.Ratings.Sum(), st.Ratings.Count()), Histogram: st.Ratings.Response(),
		Genres: make([]genreCountResponse, len(st.Genres)), Directors: make([]directorCountResponse, len(st.Directors)),
	}
	if year != nil {
		out.Months = st.Months[:]
	}
	for i, one := range st.Genres {
		out.Genres[i] = genreCountResponse{one.Name, one.Films}
	}
	for i, one := range st.Directors {
		out.Directors[i] = directorCountResponse{one.Name, one.Films}
	}
	return web.OK(c, out)
}
