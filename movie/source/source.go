// Package source reads films from the files of other catalogues and of film lovers: it recognises a format by its content and
// turns its rows into the rows of an import. It stores nothing.
//
// What each format looks like, and how it differs from what one expects, is in docs/formats.md.
package source

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// Format is a format of files of films.
type Format struct {
	Name  string // as --format takes it
	Title string // for people
}

// The formats.
var (
	Own          = Format{movie.OwnFormat, "cinecircle CSV or JSON Lines"}
	MovieLens    = Format{"movielens", "MovieLens movies.csv"}
	IMDbTitles   = Format{"imdb-datasets", "IMDb datasets, title.basics.tsv"}
	IMDbList     = Format{"imdb", "IMDb ratings, watchlist or list CSV"}
	TMDB         = Format{"tmdb", "TMDB 5000 CSV"}
	TMDBCredits  = Format{"tmdb-credits", "TMDB 5000 credits CSV"}
	Metadata     = Format{"movies-metadata", "The Movies Dataset, movies_metadata.csv"}
	KOBIS        = Format{"kobis", "KOBIS API JSON or list of films as CSV"}
	KOBISOffice  = Format{"kobis-boxoffice", "KOBIS box office spreadsheet as CSV"}
	KMDb         = Format{"kmdb", "KMDb API JSON"}
	Wikidata     = Format{"wikidata", "Wikidata query as CSV"}
	Letterboxd   = Format{"letterboxd", "Letterboxd list or export CSV"}
	LetterboxdIn = Format{"letterboxd-import", "Letterboxd import CSV"}
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{Own, MovieLens, IMDbTitles, IMDbList, TMDB, TMDBCredits, Metadata, KOBIS, KOBISOffice, KMDb, Wikidata, Letterboxd, LetterboxdIn}
}

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == strings.ToLower(name) {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("unknown format %q (want %s)", name, strings.Join(names, ", "))
}

// ErrUnknown means that no format has the columns of a file.
var ErrUnknown = errors.New("the format is unknown")

// Options say how a file is read.
type Options struct {
	Format *Format           // nil: by the content
	Map    map[string]string // fields of the own format by headings of the file, in small letters
}

// Source is a file whose format is known.
type Source struct {
	Format  Format
	File    *tabular.File
	Header  []string // of a table
	Ignored []string // headings that the format does not know

	movie.Items
	closer io.Closer
}

// Close closes the file.
func (s *Source) Close() error { return s.closer.Close() }

// interesting are the files of interest in archives and folders: in small letters, without .gz.
var interesting = []string{
	"movies.csv", "links.csv", "movies.dat",
	"u.item",
	"title.basics.tsv", "title.crew.tsv", "title.ratings.tsv", "name.basics.tsv",
	"tmdb_5000_movies.csv", "tmdb_5000_credits.csv", "movies_metadata.csv",
	"watched.csv", "ratings.csv", "watchlist.csv", "likes/films.csv",
}

// Known reports whether a file in an archive or folder is of interest, by its name in small letters. In an archive with one
// file whose name tells nothing, such as a zipped CSV, that is of interest too.
func Known(name string) bool {
	name = strings.TrimSuffix(name, ".gz")
	if slices.Contains(interesting, name) {
		return true
	}
	folder, base, inFolder := strings.Cut(name, "/")
	return inFolder && folder == "lists" && strings.HasSuffix(base, ".csv") ||
		!inFolder && !slices.Contains(letterboxdOthers, name) && (strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".tsv") || strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson"))
}

// Folders are the folders of archives that mean something: what Letterboxd has deleted is read from no archive.
var Folders = []string{"lists", "likes", "deleted", "orphaned"}

// letterboxdOthers are the files of an export of Letterboxd that say nothing about films, or nothing more.
var letterboxdOthers = []string{"comments.csv", "profile.csv", "diary.csv", "reviews.csv"}

// Open recognises the files and returns their sources in the order in which they are to be read: those that only tell more
// about films of others are part of these. progress is called with the bytes that were read of all files; it may be nil.
func Open(files []*tabular.File, o Options, progress func(int64)) (sources []*Source, err error) {
	if progress == nil {
		progress = func(int64) {}
	}
	defer func() {
		if err != nil {
			for _, s := range sources {
				_ = s.Close() // the reason to fail is err
			}
		}
	}()
	more, rest, err := takeSupplements(files)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rest, func(a, b *tabular.File) int { return order(a) - order(b) })
	read, unknown := int64(0), error(nil)
	for _, f := range rest {
		before := read
		s, err := open(f, o, more, func(n int64) { progress(before + n) })
		read += f.Size
		switch {
		case errors.Is(err, ErrUnknown) && f.Inside: // somebody else's business
			unknown = named(f, err)
		case err != nil:
			return sources, named(f, err)
		default:
			sources = append(sources, s)
		}
	}
	if len(sources) == 0 {
		return nil, unknown
	}
	return sources, nil
}

// order puts the credits of TMDB after the films, and the files of Letterboxd in the order in which they are read for members: what
// was watched gives films their ids, by which those of a watchlist or a list are told from films of the same title.
func order(f *tabular.File) int {
	folder, _, _ := strings.Cut(f.Name, "/")
	switch {
	case !f.Inside:
	case folder == "lists":
		return 5
	case slices.Contains(letterboxdOrder, f.Name):
		return slices.Index(letterboxdOrder, f.Name)
	}
	if strings.Contains(firstLine(f.Head), "crew") {
		return 1
	}
	return 0
}

var letterboxdOrder = []string{"watched.csv", "ratings.csv", "likes/films.csv", "watchlist.csv"}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	return strings.ToLower(line)
}

func named(f *tabular.File, err error) error {
	if f.Name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", f.Name, err)
}

func open(f *tabular.File, o Options, more *supplements, progress func(int64)) (*Source, error) {
	r, err := f.Reader(progress)
	if err != nil {
		return nil, err
	}
	s := &Source{File: f, closer: r}
	switch shape := f.Shape(); {
	case shape == tabular.Table && isFirstLens(f.Head) && (o.Format == nil || *o.Format == MovieLens):
		s.Format, s.Items = MovieLens, newFirstLens(r)
	case shape == tabular.Table && isOldLens(f.Head) && (o.Format == nil || *o.Format == MovieLens):
		s.Format, s.Items = MovieLens, newOldLens(r, more)
	case shape == tabular.Table:
		err = s.table(r, o, more)
	case shape == tabular.Lines:
		err = s.lines(r, o)
	default:
		err = s.documents(r, o)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// headerRows is how many rows may stand before the header of a table.
const headerRows = 12

// rows returns the rows of a table in the dialect that its first line tells.
func (s *Source) rows(r io.Reader, o Options) tabular.Rows {
	dialect := tabular.Dialect{Comma: comma(s.File.Head), Quotes: tabular.Lenient}
	switch first := firstLine(s.File.Head); {
	case isTerms(first):
		dialect.Quotes = tabular.Letters
		return terms{tabular.NewTable(r, dialect)}
	case strings.HasPrefix(first, "tconst\t"):
		dialect.Quotes = tabular.Letters
	case o.isOwn() || isOwnHeader(first, o.Map):
		dialect.Quotes = tabular.Strict
	}
	return tabular.NewTable(r, dialect)
}

// table finds the header.
func (s *Source) table(r io.Reader, o Options, more *supplements) error {
	if strings.HasPrefix(strings.TrimSpace(s.File.Head), "<") {
		return unknown("XML or HTML, which is not read (ask KOBIS and KMDb for JSON: searchMovieList.json instead of searchMovieList.xml)")
	}
	_, isNamed := tabular.Separator(s.File.Head)
	rows := s.rows(r, o)
	var seen []string
	for n := range headerRows {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return errors.New("the file is empty; its first line must name the columns")
			}
			break
		}
		if err != nil {
			return fmt.Errorf("read the header: %w", err)
		}
		if row.Err != nil {
			return fmt.Errorf("the header cannot be read: line %d: %w", row.Line, row.Err)
		}
		if n == 0 && isNamed {
			continue
		}
		header := slices.Clone(row.Cells)
		if seen == nil {
			seen = header
		}
		found, err := s.recognise(rows, header, o, more)
		if err != nil || found {
			return err
		}
	}
	return unknown("the columns " + strings.Join(quoted(seen), ", "))
}

func unknown(seen string) error {
	var known []string
	for _, f := range Formats() {
		known = append(known, f.Title)
	}
	return fmt.Errorf("%w: it has %s; known are %s (.csv, .tsv, .json, .jsonl, .gz, .zip)", ErrUnknown, seen, strings.Join(known, "; "))
}

func quoted(all []string) []string {
	out := make([]string, 0, len(all))
	for _, s := range all[:min(len(all), 30)] {
		out = append(out, fmt.Sprintf("%.60q", s))
	}
	return out
}

func (o Options) isOwn() bool { return o.Format != nil && *o.Format == Own }

// isOwnHeader reports whether the first line of a file names columns of the own format, before others are tried.
func isOwnHeader(first string, mapped map[string]string) bool {
	return len(mapped) > 0 || strings.Contains(first, "title") && strings.Contains(first, "playtime")
}

// onlyOwn reports whether folded headings are those of the own format and no others. A column that it needs may be missing,
// which is easier to mend when it is named than when the format is unknown.
func onlyOwn(folded []string) bool {
	known := movie.ColumnNames()
	return len(folded) > 1 && slices.Contains(folded, "title") &&
		!slices.ContainsFunc(folded, func(name string) bool { return name != "" && !slices.Contains(known, name) })
}

// recognise sets the items if header is one of a known format.
func (s *Source) recognise(rows tabular.Rows, header []string, o Options, more *supplements) (bool, error) {
	folded := fold(header)
	if o.isOwn() || o.Format == nil && (isOwnHeader(strings.Join(folded, ","), o.Map) || onlyOwn(folded)) {
		if !o.isOwn() && len(o.Map) == 0 && !slices.Contains(folded, "title") {
			return false, nil
		}
		items, err := movie.NewSheet(rows, header, o.Map)
		if err != nil {
			return false, err
		}
		known := append(movie.ColumnNames(), slices.Collect(maps.Keys(o.Map))...)
		s.Format, s.Items, s.Header, s.Ignored = Own, items, header, without(header, known)
		return true, nil
	}
	for i := range sheets {
		sheet := &sheets[i]
		if o.Format != nil && *o.Format != sheet.format || !sheet.has(folded) {
			continue
		}
		s.Format, s.Header = sheet.format, header
		s.Ignored = without(header, sheet.known())
		s.Items = sheet.items(rows, folded, more)
		return true, nil
	}
	return false, nil
}

// fold returns headings without regard to case and surrounding space.
func fold(header []string) []string {
	out := make([]string, len(header))
	for i, h := range header {
		out[i] = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(h)), "?")
	}
	return out
}

// without returns the headings that are not known.
func without(header, known []string) (others []string) {
	for i, name := range fold(header) {
		if name != "" && !slices.Contains(known, name) && !slices.Contains(others, header[i]) {
			others = append(others, header[i])
		}
	}
	return others
}
