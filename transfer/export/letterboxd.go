package export

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// filmColumns tell Letterboxd which film is meant: by an id if there is one, because titles and years are not unique.
var filmColumns = []string{"LetterboxdURI", "tmdbID", "imdbID", "Title", "Year", "Directors"}

var (
	entryColumns = slices.Concat(filmColumns, []string{"Rating", "WatchedDate", "Rewatch", "Tags", "Review"})
	ratedColumns = slices.Concat(filmColumns, []string{"Rating", "Review"})
	itemColumns  = slices.Concat(filmColumns, []string{"Review"}) // in a list, this is the note
)

func filmCells(f own.Film) []string {
	cells := []string{"", "", f.ExternalIDs.IMDb, f.Title, "", strings.Join(f.Directors, ", ")}
	if code := f.ExternalIDs.Letterboxd; code != "" {
		cells[0] = "https://boxd.it/" + code
	}
	if id := f.ExternalIDs.TMDB; id != 0 {
		cells[1] = strconv.FormatInt(id, 10)
	}
	if f.Year != nil {
		cells[4] = strconv.FormatInt(*f.Year, 10)
	}
	return cells
}

// writeLetterboxd writes an archive of CSV files that Letterboxd imports.
func (a *archive) writeLetterboxd(ctx context.Context) error {
	if err := a.text(own.ReadmeFile, letterboxdReadme); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{a.datedEntries, a.undatedEntries, a.wantedFilms, a.listSheets} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// logged is what the diary has of a film.
type logged struct {
	last    stars.Stars // the rating of the latest viewing, 0 for none
	carrier int64       // the latest viewing without a note: the review goes there; 0 for none
}

// logged returns what the diary has of films by their ids. Films that it does not have are missing from the map.
func (a *archive) logged(ctx context.Context, movieIDs []int64) (map[int64]logged, error) {
	of := map[int64]logged{}
	in, args := database.InList(movieIDs, a.member.ID)
	query := "SELECT movie_id, id, COALESCE(rating, 0), note IS NULL FROM viewings WHERE user_id = ? AND movie_id IN " + in + " ORDER BY movie_id, watched_on, id"
	err := database.Each(a.s.DB.Reader(ctx), query, args, func(row database.Scanner) error {
		var film, id int64
		var l logged
		var free bool
		if err := row.Scan(&film, &id, &l.last, &free); err != nil {
			return err
		}
		if l.carrier = of[film].carrier; free {
			l.carrier = id
		}
		of[film] = l
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for %d films in the diary: %w", len(movieIDs), err)
	}
	return of, nil
}

// written returns the reviews of films by their ids, as one text: Letterboxd has no titles of reviews.
func (a *archive) written(ctx context.Context, movieIDs []int64) (map[int64]string, error) {
	of := map[int64]string{}
	in, args := database.InList(movieIDs, a.member.ID)
	query := "SELECT movie_id, title, content FROM reviews WHERE user_id = ? AND movie_id IN " + in
	err := database.Each(a.s.DB.Reader(ctx), query, args, func(row database.Scanner) error {
		var film int64
		var title, content string
		err := row.Scan(&film, &title, &content)
		if title != "" {
			content = title + "\n\n" + content
		}
		of[film] = content
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load reviews of %d films: %w", len(movieIDs), err)
	}
	return of, nil
}

// rated returns the ratings of films by their ids.
func (a *archive) rated(ctx context.Context, movieIDs []int64) (map[int64]stars.Stars, error) {
	of := map[int64]stars.Stars{}
	in, args := database.InList(movieIDs, a.member.ID)
	query := "SELECT movie_id, rating FROM movie_ratings WHERE user_id = ? AND movie_id IN " + in
	err := database.Each(a.s.DB.Reader(ctx), query, args, func(row database.Scanner) error {
		var film int64
		var rating stars.Stars
		err := row.Scan(&film, &rating)
		of[film] = rating
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load ratings of %d films: %w", len(movieIDs), err)
	}
	return of, nil
}

// datedEntries writes the diary. The review of a film is with its latest viewing that has no note of its own.
func (a *archive) datedEntries(ctx context.Context) error {
	sheet := a.sheet("diary", entryColumns)
	return each(ctx, a.s, a.viewings(), func(rows []viewingRow) error {
		films, err := a.loadFilms(ctx, idsOf(rows))
		if err != nil {
			return err
		}
		for _, r := range rows {
			film, ok := a.films.film(r.MovieID)
			if !ok {
				continue
			}
			cells, err := entryCells(r, film)
			if err != nil {
				return err
			}
			if review := &cells[len(cells)-1]; *review == "" && films.logged[r.MovieID].carrier == r.ID {
				*review = films.written[r.MovieID]
			}
			if err := sheet.write(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

func idsOf[T any, P row[T]](rows []T) []int64 {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = P(&rows[i]).film()
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// entries is what the member has of the films of a batch.
type entries struct {
	logged  map[int64]logged
	written map[int64]string
	rated   map[int64]stars.Stars
}

func (a *archive) loadFilms(ctx context.Context, ids []int64) (of entries, err error) {
	if err = a.films.load(ctx, ids); err != nil {
		return of, err
	}
	if of.logged, err = a.logged(ctx, ids); err != nil {
		return of, err
	}
	if of.written, err = a.written(ctx, ids); err != nil {
		return of, err
	}
	of.rated, err = a.rated(ctx, ids)
	return of, err
}

func entryCells(v viewingRow, film own.Film) ([]string, error) {
	var tags []string
	if err := json.Unmarshal([]byte(v.Tags), &tags); err != nil {
		return nil, fmt.Errorf("read the tags of viewing %d: %w", v.ID, err)
	}
	rating, note := "", ""
	if v.Rating != nil {
		rating = v.Rating.String()
	}
	if v.Note != nil {
		note = *v.Note
	}
	return append(filmCells(film), rating, v.WatchedOn.String(), strconv.FormatBool(v.Rewatch), strings.Join(tags, ", "), note), nil
}

// undatedEntries writes the films that the diary does not tell of: those that are not in it, with a rating other than that
// of the latest viewing, or with a review that no viewing carries.
func (a *archive) undatedEntries(ctx context.Context) error {
	sheet := a.sheet("films", ratedColumns)
	from := a.mine("SELECT "+watchedTable.Columns()+" FROM watched_films WHERE user_id = ?", "marked_at", "id")
	return each(ctx, a.s, from, func(rows []watchedRow) error {
		films, err := a.loadFilms(ctx, idsOf(rows))
		if err != nil {
			return err
		}
		for _, r := range rows {
			film, ok := a.films.film(r.MovieID)
			viewed, inDiary := films.logged[r.MovieID]
			rating, review := films.rated[r.MovieID], films.written[r.MovieID]
			if viewed.carrier != 0 {
				review = ""
			}
			if !ok || inDiary && review == "" && (rating == 0 || rating == viewed.last) {
				continue
			}
			shown := ""
			if rating != 0 {
				shown = rating.String()
			}
			if err := sheet.write(append(filmCells(film), shown, review)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *archive) wantedFilms(ctx context.Context) error {
	sheet := a.sheet("watchlist", filmColumns)
	from := a.mine("SELECT "+watchlistTable.Columns()+" FROM watchlist_films WHERE user_id = ?", "added_at", "id")
	return each(ctx, a.s, from, func(rows []watchlistRow) error {
		if err := a.films.load(ctx, idsOf(rows)); err != nil {
			return err
		}
		for _, r := range rows {
			if film, ok := a.films.film(r.MovieID); ok {
				if err := sheet.write(filmCells(film)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// listSheets writes each list as a file of its own, and a text with their titles and descriptions, for which the files have
// no place.
func (a *archive) listSheets(ctx context.Context) error {
	return each(ctx, a.s, a.ownLists(), func(rows []listRow) error {
		for _, l := range rows {
			a.listIDs = append(a.listIDs, l.ID)
			name := fmt.Sprintf("lists/%03d-%s", len(a.listIDs), fileName(l.Title))
			if l.Description != "" {
				if err := a.text(name+".txt", l.Title+"\n\n"+l.Description+"\n"); err != nil {
					return err
				}
			}
			if err := a.listSheet(ctx, name, l.ID); err != nil {
				return fmt.Errorf("write list %d: %w", l.ID, err)
			}
		}
		return nil
	})
}

func (a *archive) listSheet(ctx context.Context, name string, id int64) error {
	sheet := a.sheet(name, itemColumns)
	return each(ctx, a.s, itemsOf(id), func(rows []itemRow) error {
		if err := a.films.load(ctx, idsOf(rows)); err != nil {
			return err
		}
		for _, r := range rows {
			if film, ok := a.films.film(r.MovieID); ok {
				if err := sheet.write(append(filmCells(film), r.Note)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// mostOfName is the length of a title in the name of a file, in characters.
const mostOfName = 60

// fileName returns a title as a part of a name that every system accepts.
func fileName(title string) string {
	name := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, title))
	return strings.Trim(string(name[:min(len(name), mostOfName)]), " .")
}
