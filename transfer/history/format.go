package history

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// Format is a format of files of members.
type Format struct {
	Name  string // as the API and --format take it
	Title string // for people
}

// The formats that are read.
var (
	Cinecircle       = Format{own.Format, "cinecircle export (ZIP)"}
	Letterboxd       = Format{"letterboxd", "Letterboxd export (ZIP or CSV)"}
	LetterboxdImport = Format{"letterboxd-import", "CSV as Letterboxd imports it"}
	IMDb             = Format{"imdb", "IMDb ratings, watchlist or list (CSV)"}
	MovieLens        = Format{"movielens", "MovieLens ratings (CSV or ZIP)"}
	Trakt            = Format{"trakt", "Trakt export (ZIP, JSON or CSV)"}
	SIMKL            = Format{"simkl", "SIMKL backup (JSON or CSV)"}
	TMDB             = Format{"tmdb", "TMDB account export (CSV)"}
	Movary           = Format{"movary", "Movary export (CSV)"}
	Yamtrack         = Format{"yamtrack", "Yamtrack export (CSV)"}
	NeoDB            = Format{"neodb", "NeoDB export (ZIP or CSV)"}
	Ryot             = Format{"ryot", "Ryot export (JSON)"}
	Watcharr         = Format{"watcharr", "Watcharr export (JSON)"}
	WatchaPedia      = Format{"watchapedia", "Watcha Pedia export of its users' tools (CSV)"}
	Kinorium         = Format{"kinorium", "Kinorium export (UTF-16 text)"}
	Douban           = Format{"douban", "Douban export of its users' tools (CSV)"}
)

// Formats returns the formats that are read.
func Formats() []Format {
	return []Format{
		Cinecircle, Letterboxd, LetterboxdImport, IMDb, MovieLens, Trakt, SIMKL, TMDB, Movary, Yamtrack, NeoDB, Ryot, Watcharr, WatchaPedia, Kinorium, Douban,
	}
}

// Names returns the names of the formats, and behind those with kinds of files that only their names tell the names with a
// suffix that tell them too.
func Names() (names []string) {
	for _, f := range Formats() {
		names = append(names, f.Name)
		for _, s := range sheets() {
			if name := f.Name + "-" + s.name; s.format == f && s.called != nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// ErrUnknown means that the format of a file is unknown, or known and not read. Its copies have what was seen and what is
// known as members of the problem document.
var ErrUnknown = apperr.New(apperr.Invalid, "import_format_unknown",
	"The format of this file is not known.", "알 수 없는 형식의 파일입니다.")

// services are those whose exports are read, for people.
const services = "cinecircle, Letterboxd, IMDb, MovieLens, Trakt, SIMKL, TMDB, Movary, Yamtrack, NeoDB, Ryot, Watcharr"

// sight is what a file of an unknown format has.
type sight struct {
	seen   string // for programs
	en, ko string // a sentence each
}

// shownNames is how many names of columns a sentence has.
const shownNames = 12

// named returns the sight of names of columns or keys.
func named(what, whatKO string, names []string) sight {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return strings.TrimSpace(name) == "" })
	seen, some := strings.Join(names, ", "), names
	more, moreKO := "", ""
	if n := len(names) - shownNames; n > 0 {
		some, more, moreKO = names[:shownNames], fmt.Sprintf(" and %d more", n), fmt.Sprintf(" 외 %d개", n)
	}
	shown := strings.Join(some, ", ")
	if len(some) == 0 {
		return nothing
	}
	return sight{"the " + what + " " + seen, "It has the " + what + " " + shown + more + ".", "파일의 " + whatKO + " " + shown + moreKO + "입니다."}
}

// unknown returns ErrUnknown with what a file has, and with the format that was asked for, "" if none was.
func unknown(s sight, asked string) error {
	if asked != "" {
		return refused("This is no file of the format "+asked+". "+s.en, asked+" 형식의 파일이 아닙니다. "+s.ko, s.seen)
	}
	return refused("The format of this file is not known. "+s.en+" Files of "+services+", Watcha Pedia, Kinorium and Douban can be read. "+anyTable.EN,
		"알 수 없는 형식의 파일입니다. "+s.ko+" "+services+", 왓챠피디아, Kinorium, Douban에서 내보낸 파일을 읽을 수 있습니다. "+anyTable.KO, s.seen)
}

// anyTable says what a person can make of any file.
var anyTable = apperr.Text{
	EN: "So can a CSV with the columns Title and Year and any of imdbID, tmdbID, WatchedDate, Rating (of 5) or Rating10 (of 10), Tags and Review.",
	KO: "Title, Year 열에 imdbID, tmdbID, WatchedDate, Rating(5점 만점) 또는 Rating10(10점 만점), Tags, Review 중 있는 것을 더한 CSV도 읽을 수 있습니다.",
}

// neighbour is a service whose files are not read, and texts that only they have.
type neighbour struct {
	name  string
	texts []string // one of them is in the file, in small letters
}

// neighbours are told by the first texts of a file.
var neighbours = []neighbour{
	{"MyAnimeList", []string{"<myanimelist>"}},
	{"Kodi", []string{"<uniqueid", "<episodedetails>"}},
	{"Criticker", []string{"<recentratings>", "film name, year, date rated"}},
	{"Jellyfin", []string{`"providerids"`}},
	{"Stremio", []string{`"flaggedwatched"`, `"timeswatched"`}},
	{"Tautulli", []string{`"grandparent_rating_key"`, `"watched_status"`}},
	{"Serializd", []string{`"showname"`}},
	{"TV Time", []string{"tracking-prod-records", "entity_type,movie_name"}},
	{"Filmweb", []string{"pl_title"}},
	{"iCheckMovies", []string{"official toplists", "icheckmovies.com"}},
	{"NeoDB (NDJSON)", []string{"journal.ndjson", `"neodb_version"`}},
}

// nextTo returns ErrUnknown for a file, or the names of an archive, of a service whose files are not read, and nil for others.
func nextTo(text string) error {
	text = strings.ToLower(text)
	for _, n := range neighbours {
		if !slices.ContainsFunc(n.texts, func(part string) bool { return strings.Contains(text, part) }) {
			continue
		}
		if strings.HasPrefix(n.name, "NeoDB") {
			return refused("This is the export of NeoDB as NDJSON, which is not read. Please import its export as CSV.",
				"NeoDB에서 NDJSON으로 내보낸 파일은 읽을 수 없습니다. CSV로 내보낸 파일을 가져와 주세요.", n.name)
		}
		return refused("This looks like a file of "+n.name+", which is not read. Please save what it has as a CSV with the columns Title and Year and any of "+
			"imdbID, tmdbID, WatchedDate, Rating (of 5) or Rating10 (of 10), Tags and Review, and leave out series.",
			n.name+" 파일로 보이며, 이 형식은 읽을 수 없습니다. Title, Year 열에 imdbID, tmdbID, WatchedDate, Rating(5점 만점) 또는 Rating10(10점 만점), "+
				"Tags, Review 중 있는 것을 더한 CSV로 저장하고 시리즈는 빼 주세요.", "a file of "+n.name)
	}
	return nil
}

// UnknownNames returns ErrUnknown for an archive that has only files of these names, for the format that was asked for or "".
func UnknownNames(names []string, asked string) error {
	if len(names) == 0 {
		return unknown(nothing, asked)
	}
	if err := nextTo(strings.Join(names, "\n")); err != nil && asked == "" {
		return err
	}
	return unknown(named("files", "파일 이름은", names[:min(len(names), 30)]), asked)
}

// noFormat returns ErrUnknown for the name of a format.
func noFormat(name string) error {
	if strings.EqualFold(name, "kinopoisk") {
		return kinopoisk(name)
	}
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	all := strings.Join(names, ", ")
	return refused("There is no format "+name+". The formats are "+all+".", name+" 형식은 없습니다. 형식 이름은 "+all+" 중 하나여야 합니다.", "the name "+name)
}

// kinopoisk returns ErrUnknown for what Kinopoisk exports, and for other tables in HTML.
func kinopoisk(seen string) error {
	return refused("This is a web page, or a table in HTML such as the .xls of Kinopoisk, which is not read. Please save it as CSV and name the columns as Letterboxd's import does.",
		"웹 페이지이거나 키노포이스크의 .xls처럼 HTML로 된 표여서 읽을 수 없습니다. CSV로 저장하고 열 이름을 Letterboxd 가져오기 형식에 맞춰 주세요.", seen)
}

// refused returns ErrUnknown with a sentence.
func refused(en, ko, seen string) error {
	e := ErrUnknown.With("seen", seen)
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	e = e.With("known", names)
	e.Text = apperr.Text{EN: en, KO: ko}
	return e
}

// ParseFormat returns the format of a name, regardless of case, or ErrUnknown. Formats with files that only their names tell
// also have names with a suffix, such as imdb-watchlist.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if strings.EqualFold(f.Name, name) {
			return f, nil
		}
	}
	for _, s := range sheets() {
		if chosen(name, s.format, s.name) {
			return s.format, nil
		}
	}
	for _, d := range documents() {
		if chosen(name, d.format, d.name) {
			return d.format, nil
		}
	}
	return Format{}, noFormat(name)
}
