package diary

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// maxDirectors is how many directors statistics name.
const maxDirectors = 10

// Statistics are what a member has watched, rated and reviewed in a year, or ever. The slices are shared and must not be
// changed.
type Statistics struct {
	Movies, Viewings, Rewatches int64 // of the diary
	Minutes                     int64 // of all viewings
	Months                      [12]int64
	Genres, Directors           []Count // of films, each film once
	Reviews                     int64
	Ratings                     stars.Histogram
}

// Count is how many films have a genre or a director.
type Count struct {
	Name  string
	Films int64
}

// Statistics returns the statistics of a member, of a year in the zone of the service, or of all years for 0. It returns
// user.ErrNotFound when the member does not exist, and follow.ErrPrivateAccount when the reader may not see them.
func (s *Service) Statistics(ctx context.Context, userID int64, reader auth.Viewer, year int64) (st Statistics, err error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return Statistics{}, err
	}
	u, err := s.users.Get(ctx, userID)
	if err != nil {
		return Statistics{}, err
	}
	if st, err = s.diaryStatistics(ctx, u.ID, u.DiaryVersion, year); err != nil {
		return Statistics{}, err
	}
	var from, to *time.Time
	if year != 0 {
		from = new(database.Time(time.Date(int(year), 1, 1, 0, 0, 0, 0, s.zone)))
		to = new(database.Time(time.Date(int(year)+1, 1, 1, 0, 0, 0, 0, s.zone)))
	}
	if s.ratings != nil {
		if st.Ratings, err = s.ratings(ctx, userID, from, to); err != nil {
			return Statistics{}, err
		}
	}
	st.Reviews = u.ReviewCount
	if year != 0 {
		st.Reviews = 0
		if s.reviews != nil {
			st.Reviews, err = s.reviews(ctx, userID, *from, *to)
		}
	}
	return st, err
}

// diaryStatistics returns the part of the statistics that is about the diary. Reading the films of a large diary takes
// tens of milliseconds, so its statistics are kept for as long as the diary has this version.
func (s *Service) diaryStatistics(ctx context.Context, userID, version, year int64) (Statistics, error) {
	key, now := statisticsKey{userID, year}, s.clock()
	if st, ok := s.kept.get(key, version, now); ok {
		return st, nil
	}
	st, err := s.count(ctx, userID, year)
	if err != nil {
		return Statistics{}, fmt.Errorf("count the diary of user %d: %w", userID, err)
	}
	if st.Viewings >= largeDiary {
		s.kept.put(key, keptStatistics{st, version, now})
	}
	return st, nil
}

// The order of the tables is fixed: MySQL would read all films where most of them are in the diary.
const listSeen = `SELECT v.watched_on, v.rewatch, m.id, m.playtime, m.genre, m.details
	FROM viewings v CROSS JOIN movies m ON m.id = v.movie_id WHERE v.user_id = ? AND m.hidden IS NOT TRUE`

func (s *Service) count(ctx context.Context, userID, year int64) (Statistics, error) {
	query, args := listSeen, []any{userID}
	if year != 0 {
		query, args = query+" AND v.watched_on BETWEEN ? AND ?", append(args, year*10_000+101, year*10_000+1231)
	}
	var st Statistics
	var day Day
	var rewatch bool
	var film movie.Movie
	into := []any{&day, &rewatch, &film.ID, &film.Playtime, &film.Genre, &film.Details}
	films, genres, directors := map[int64]bool{}, map[string]int64{}, map[string]int64{} // the keys are JSON lists
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		st.Viewings++
		if rewatch {
			st.Rewatches++
		}
		st.Minutes += film.Playtime
		st.Months[day/100%100-1]++
		if films[film.ID] {
			return nil
		}
		films[film.ID] = true
		g, d := film.GenresAndDirectors()
		genres[string(g)]++
		directors[string(d)]++
		return nil
	})
	if err != nil {
		return Statistics{}, err
	}
	st.Movies = int64(len(films))
	if st.Genres, err = ranked(genres); err != nil {
		return Statistics{}, err
	}
	if st.Directors, err = ranked(directors); err != nil {
		return Statistics{}, err
	}
	st.Directors = slices.Clip(st.Directors[:min(len(st.Directors), maxDirectors)])
	return st, nil
}

// ranked returns how many films have a name, the largest number first, equal ones by name. lists are how many films have
// a JSON list of names: far fewer lists are parsed than there are films.
func ranked(lists map[string]int64) ([]Count, error) {
	counts := map[string]int64{}
	for list, films := range lists {
		var names []string
		if err := json.Unmarshal([]byte(list), &names); err != nil {
			return nil, fmt.Errorf("read the names %s: %w", list, err)
		}
		for _, name := range names {
			counts[name] += films
		}
	}
	all := make([]Count, 0, len(counts))
	for name, n := range counts {
		all = append(all, Count{name, n})
	}
	slices.SortFunc(all, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Films, a.Films), cmp.Compare(a.Name, b.Name)) })
	return all, nil
}

const (
	// largeDiary is the number of viewings from which statistics are kept; fewer are counted in a few milliseconds.
	largeDiary = 300
	// keptFor bounds how long kept statistics lack changes of films: a playtime, a genre, a film that was deleted or merged.
	keptFor = time.Minute
	// maxKept bounds the memory of kept statistics, of which each takes about two kilobytes.
	maxKept = 1024
)

type statisticsKey struct{ userID, year int64 }

type keptStatistics struct {
	Statistics
	version int64 // of the diary
	at      time.Time
}

// statisticsCache keeps the statistics of large diaries in memory. It is safe for concurrent use.
type statisticsCache struct {
	mu   sync.Mutex
	kept map[statisticsKey]keptStatistics
}

func (c *statisticsCache) get(key statisticsKey, version int64, now time.Time) (Statistics, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	return k.Statistics, ok && k.version == version && now.Sub(k.at) < keptFor
}

func (c *statisticsCache) put(key statisticsKey, k keptStatistics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxKept || c.kept == nil {
		c.kept = map[statisticsKey]keptStatistics{} // rare, and counted again when they are asked for
	}
	c.kept[key] = k
}
