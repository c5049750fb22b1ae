package history

import (
	"regexp"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// lens is what the files of MovieLens tell about each other.
type lens struct {
	user  string
	films map[int64]Film // those that are rated
}

func lensSheets() []sheet {
	return []sheet{
		{format: MovieLens, name: "ratings", order: 1, kind: Rating, needs: "userid movieid rating timestamp", prepare: lensRated, start: lensRatings},
		{
			format: MovieLens, name: "movies", order: 2, extra: true, needs: "movieid title genres", lacks: "cast crew", prepare: lensFilm,
			start: noEntries,
		},
		{format: MovieLens, name: "links", order: 3, extra: true, needs: "movieid imdbid tmdbid", prepare: lensLink, start: noEntries},
		{
			format: MovieLens, name: "wishlist", order: 3, kind: Watchlist, needs: "movie_id average_rating title", lacks: "rating", called: called("wishlist"),
			other: "imdb_id tmdb_id", start: lensWanted,
		},
		{format: MovieLens, name: "account", order: 1, kind: Rating, needs: "movie_id rating title", other: "imdb_id tmdb_id average_rating", start: lensAccount},
	}
}

func noEntries(*scope, *tabular.File) func(row) []Entry { return func(row) []Entry { return nil } }

// oldRatings matches the begin of u.data of ml-100k and of ratings.dat of ml-1m and ml-10m, which have no header.
var oldRatings = regexp.MustCompile(`^\d+(?:\t|::)\d+(?:\t|::)\d(?:\.\d)?(?:\t|::)\d{8,10}\r?(?:\n|$)`)

// dataSet returns ErrUnknown for ratings of MovieLens that do not say of which films they are.
func dataSet(seen string) error {
	return refused(
		"These are ratings of a data set of MovieLens that only has numbers of films. Please import ratings.csv of a newer one, with only your own rows, or the export of your account.",
		"영화 번호만 있는 예전 MovieLens 데이터의 평점입니다. 새 데이터의 ratings.csv에서 본인의 행만 남겨 가져오거나, 계정에서 내보낸 파일을 가져와 주세요.", seen)
}

// lensRated remembers which films are rated, and refuses the ratings of several people: a data set is nobody's history.
func lensRated(s *scope, r row) error {
	if s.lens.films == nil {
		s.lens.user, s.lens.films = r.get("userid"), map[int64]Film{}
	}
	if r.get("userid") != s.lens.user {
		return refused(
			"This is a data set with the ratings of several people. Please keep the first line and the rows with your own userId, in a file or archive as before, and import that.",
			"여러 사람의 평점을 모은 데이터입니다. 첫 줄과 본인의 userId가 적힌 행만 남겨 저장한 뒤 그 파일을 가져와 주세요.", "ratings of several users")
	}
	if len(s.lens.films) > MaxRows {
		return ErrTooManyRows
	}
	id := number(r.get("movieid"))
	f := s.lens.films[id]
	f.IDs.MovieLens = id
	s.lens.films[id] = f
	return nil
}

func lensFilm(s *scope, r row) error {
	id := number(r.get("movieid"))
	f, rated := s.lens.films[id]
	if rated {
		f.setLensTitle(r.get("title"))
		s.lens.films[id] = f
	}
	return nil
}

func (f *Film) setLensTitle(text string) {
	t := source.ParseLensTitle(text)
	f.Title, f.OriginalTitle, f.Year, f.NotFilm = line(t.Title), line(t.Original), year(t.Year), t.Span
}

func lensLink(s *scope, r row) error {
	id := number(r.get("movieid"))
	f, rated := s.lens.films[id]
	if rated {
		f.IDs.IMDb, f.IDs.TMDB = source.IMDbID(r.get("imdbid")), number(r.get("tmdbid"))
		s.lens.films[id] = f
	}
	return nil
}

func lensRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := s.lens.films[number(r.get("movieid"))]
		seconds, err := strconv.ParseInt(r.get("timestamp"), 10, 64)
		var at time.Time
		if err == nil && seconds > 0 {
			at = time.Unix(seconds, 0).In(s.Zone)
		}
		return orNoRating(s.rated(f, r.get("rating"), 5, at), f)
	}
}

// lensAccountFilm returns the film of a row of what an account of MovieLens exports.
func lensAccountFilm(r row) (f Film) {
	f.setLensTitle(r.get("title"))
	f.IDs.IMDb, f.IDs.TMDB, f.IDs.MovieLens = source.IMDbID(r.get("imdb_id")), number(r.get("tmdb_id")), number(r.get("movie_id"))
	return f
}

func lensWanted(*scope, *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := lensAccountFilm(r)
		return one(Entry{Kind: Watchlist, Key: f.Key(), Film: f})
	}
}

func lensAccount(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := lensAccountFilm(r)
		return orNoRating(s.rated(f, r.get("rating"), 5, time.Time{}), f)
	}
}

// orNoRating keeps a row without a rating in the report.
func orNoRating(out []Entry, f Film) []Entry {
	if len(out) > 0 {
		return out
	}
	return one(Entry{Kind: Rating, Key: f.Key(), Film: f, Kept: noRating})
}
