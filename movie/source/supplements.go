package source

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/platform/tabular"
)

// supplements are files that say more about the films of others: the ids of MovieLens, and the directors of IMDb. A nil
// pointer has nothing.
type supplements struct {
	links map[int64]link // by the id of MovieLens

	directors map[uint32]uint32 // where in credits the directors of a title begin, by the number of its id
	credits   []uint32          // the numbers of people, 0 after those of a title
	people    map[uint32]string
}

type link struct{ imdb, tmdb uint32 }

func (s *supplements) linksOf(id int64) (imdb string, tmdb int64) {
	if s == nil {
		return "", 0
	}
	l := s.links[id]
	if l.imdb != 0 {
		imdb = fmt.Sprintf("tt%07d", l.imdb)
	}
	return imdb, int64(l.tmdb)
}

func (s *supplements) directorsOf(imdb string) (names []string) {
	if s == nil || s.people == nil {
		return nil
	}
	at, has := s.directors[idNumber(imdb)]
	if !has {
		return nil
	}
	for _, person := range s.credits[at:] {
		if person == 0 {
			break
		}
		if name := s.people[person]; name != "" {
			names = append(names, name)
		}
	}
	return names
}

// idNumber returns the number of tt0000001 or nm0000001, or 0.
func idNumber(id string) uint32 {
	if len(id) < 3 {
		return 0
	}
	n, err := strconv.ParseUint(id[2:], 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// spreadsheet gives a header that a spreadsheet has written anew the form that MovieLens has.
var spreadsheet = strings.NewReplacer(`"`, "", ";", ",", "\t", ",")

// takeSupplements reads the files that say more about the films of others, and returns the others.
func takeSupplements(files []*tabular.File) (s *supplements, rest []*tabular.File, err error) {
	s = &supplements{}
	var titles, crew, people []*tabular.File
	for _, f := range files {
		header := heading(firstLine(f.Head))
		plain := spreadsheet.Replace(header)
		switch {
		case strings.HasPrefix(plain, "movieid,imdbid"):
			err = s.readLinks(f)
		case strings.HasPrefix(header, "tconst\tdirectors"):
			crew = append(crew, f)
		case strings.HasPrefix(header, "nconst\tprimaryname"):
			people = append(people, f)
		case strings.HasPrefix(header, "tconst\taveragerating"): // the votes of others are no votes of members
		case strings.HasPrefix(plain, "userid,movieid"):
		default:
			if strings.HasPrefix(header, "tconst\ttitletype") {
				titles = append(titles, f)
			}
			rest = append(rest, f)
		}
		if err != nil {
			return nil, nil, named(f, err)
		}
	}
	if len(files) > 0 && len(rest) == 0 {
		return nil, nil, errors.New("this only adds to films: give the file of the films, too, such as movies.csv or title.basics.tsv")
	}
	if len(crew) > 0 && len(people) > 0 {
		return s, rest, s.readCrew(titles, crew, people)
	}
	return s, rest, nil
}

func (s *supplements) readLinks(f *tabular.File) error {
	if s.links == nil { // there may be several files
		s.links = map[int64]link{}
	}
	return eachRow(f, tabular.Dialect{Comma: comma(f.Head)}, func(cells []string) {
		if len(cells) < 3 {
			return
		}
		imdb, tmdb := Number(cells[1]), Number(cells[2])
		if id := Number(cells[0]); id != 0 && imdb < 1<<32 && tmdb < 1<<32 {
			s.links[id] = link{uint32(imdb), uint32(tmdb)}
		}
	})
}

// readCrew keeps the directors of films only: most titles are episodes.
func (s *supplements) readCrew(titles, crew, people []*tabular.File) error {
	var films, needed bits
	s.directors, s.people = map[uint32]uint32{}, map[uint32]string{}
	err := eachTitle(titles, func(cells []string) {
		if IsFilm(cells[1]) {
			films.set(idNumber(cells[0]))
		}
	})
	if err != nil {
		return err
	}
	err = eachTitle(crew, func(cells []string) {
		if cells[1] != `\N` && films.has(idNumber(cells[0])) {
			s.addDirectors(idNumber(cells[0]), strings.Split(cells[1], ","), &needed)
		}
	})
	if err != nil {
		return err
	}
	return eachTitle(people, func(cells []string) {
		if needed.has(idNumber(cells[0])) {
			s.people[idNumber(cells[0])] = strings.Clone(cells[1])
		}
	})
}

func (s *supplements) addDirectors(title uint32, ids []string, needed *bits) {
	s.directors[title] = uint32(len(s.credits))
	for _, id := range ids[:min(len(ids), maxDirectors)] {
		if n := idNumber(id); n != 0 {
			needed.set(n)
			s.credits = append(s.credits, n)
		}
	}
	s.credits = append(s.credits, 0)
}

// eachTitle calls fn with the rows of data sets of IMDb, of at least two cells.
func eachTitle(files []*tabular.File, fn func(cells []string)) error {
	for _, f := range files {
		err := eachRow(f, tabular.Dialect{Comma: '\t', Quotes: tabular.Letters}, func(cells []string) {
			if len(cells) > 1 {
				fn(cells)
			}
		})
		if err != nil {
			return named(f, err)
		}
	}
	return nil
}

// eachRow calls fn with the cells of every row after the header.
func eachRow(f *tabular.File, d tabular.Dialect, fn func(cells []string)) error {
	r, err := f.Reader(nil)
	if err != nil {
		return err
	}
	rows := tabular.NewTable(r, d)
	for n := 0; ; n++ {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return r.Close()
		}
		if err != nil {
			return errors.Join(err, r.Close())
		}
		if n > 0 && row.Err == nil {
			fn(row.Cells)
		}
	}
}

// bits is a set of numbers.
type bits []uint64

func (b *bits) set(n uint32) {
	if word := int(n / 64); word >= len(*b) {
		*b = append(*b, make([]uint64, max(word+1-len(*b), 1024))...)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) has(n uint32) bool { return int(n/64) < len(b) && b[n/64]>>(n%64)&1 == 1 }
