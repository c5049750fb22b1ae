package site

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/page"
)

// yearPosters is how many posters the review of a year shows, the latest first.
const yearPosters = 24

// yearPage is the review of a year in a diary.
type yearPage struct {
	memberPage
	Before, After                              int64 // years beside it, 0 for none
	Films, Viewings, Rewatches, Hours, Reviews int64
	Average                                    string
	Bars                                       []bar
	BarsLabel                                  string
	Months                                     []monthBar
	Genres, Directors                          []ranked
	Posters                                    []filmCard
}

// monthBar is a month of the year, with its bar on a canvas of height 100.
type monthBar struct {
	Label            string
	Count, Y, Height int64
}

type ranked struct {
	Label string
	Count int64
}

// mostRanked is how many genres and directors the review of a year shows.
const mostRanked = 5

func (s *Site) memberYear(c *pageContext) error {
	year, err := strconv.ParseInt(c.Param("year"), 10, 64)
	now := int64(time.Now().In(s.Zone).Year())
	if err != nil || year < firstYear || year > now {
		return errNotFound
	}
	member, err := s.memberPage(c, "diary")
	if err != nil {
		return err
	}
	member.Year = year
	p := yearPage{memberPage: member, Before: year - 1}
	if year < now {
		p.After = year + 1
	}
	of, err := s.Diary.Statistics(c.Request.Context(), member.Member.ID, c.viewer, year)
	if err != nil {
		return err
	}
	p.count(c, of)
	if p.Posters, err = s.yearPosters(c, member.Member.ID, year); err != nil {
		return err
	}
	return c.show(http.StatusOK, "year", meta{
		Title: isolated(member.Member.Username) + " · " + c.text("year.title", year), Description: c.text("member.description", member.Member.Username),
		Image: member.Avatar.URL, Kind: "profile", Section: "members",
	}, p)
}

// count sets what the statistics say.
func (p *yearPage) count(c *pageContext, of diary.Statistics) {
	p.Films, p.Viewings, p.Rewatches, p.Reviews = of.Movies, of.Viewings, of.Rewatches, of.Reviews
	p.Hours = of.Minutes / 60
	if n := of.Ratings.Count(); n > 0 {
		p.Average = fmt.Sprintf("%.1f", float64(of.Ratings.Sum())/2/float64(n))
		p.Bars, p.BarsLabel = bars(of.Ratings, 0), c.histogramLabel(of.Ratings)
	}
	most := int64(1)
	for _, n := range of.Months {
		most = max(most, n)
	}
	for i, n := range of.Months {
		height := n * 100 / most
		p.Months = append(p.Months, monthBar{Label: c.text(fmt.Sprintf("month.short.%02d", i+1)), Count: n, Y: 100 - height, Height: height})
	}
	for _, g := range of.Genres[:min(len(of.Genres), mostRanked)] {
		p.Genres = append(p.Genres, ranked{Label: c.text("genre." + g.Name), Count: g.Films})
	}
	for _, d := range of.Directors[:min(len(of.Directors), mostRanked)] {
		p.Directors = append(p.Directors, ranked{Label: d.Name, Count: d.Films})
	}
}

// yearPosters returns the films of a year, each once, the latest first.
func (s *Site) yearPosters(c *pageContext, userID, year int64) ([]filmCard, error) {
	from, to := diary.Day(year*10_000+101), diary.Day(year*10_000+1231)
	rows, _, err := s.Diary.Diary(c.Request.Context(), userID, c.viewer, diary.Filter{From: &from, To: &to}, page.Page{Limit: 2 * yearPosters})
	if err != nil {
		return nil, err
	}
	var ids []int64
	seen := map[int64]bool{}
	for _, v := range rows {
		if !seen[v.MovieID] && len(ids) < yearPosters {
			ids, seen[v.MovieID] = append(ids, v.MovieID), true
		}
	}
	return s.filmsByID(c, ids)
}
