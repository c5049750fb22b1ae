package movie

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Details are the fields of a film that lists neither sort nor filter by in this form. The zero value of a field means
// that it is unknown.
type Details struct {
	OriginalTitle  string
	Aliases        []string
	ProductionYear int64
	Genres         []string // the first is Movie.Genre
	Directors      []string
	Countries      []string // ISO 3166-1 alpha-2
	Languages      []string // ISO 639-1, or ISO 639-3 where that has none
	AgeGrade       string
	ExternalIDs    ExternalIDs
}

// ExternalIDs are the ids of a film in other catalogues. Empty ones are unknown.
type ExternalIDs struct {
	IMDb       string `json:"imdb,omitempty" example:"tt6751668"`
	TMDB       int64  `json:"tmdb,omitempty" example:"496243"`
	KOBIS      string `json:"kobis,omitempty" example:"20183782"`
	KMDb       string `json:"kmdb,omitempty" example:"K18345"`
	Wikidata   string `json:"wikidata,omitempty" example:"Q61448040"`
	Letterboxd string `json:"letterboxd,omitempty" example:"hTha"`
	MovieLens  int64  `json:"movielens,omitempty" example:"202439"`
}

// ExternalID is the id of a film in another catalogue, such as imdb:tt0111161. At most one film has it.
type ExternalID struct{ Kind, Value string }

// String returns the id as the query of GET /movies writes it.
func (e ExternalID) String() string { return e.Kind + ":" + e.Value }

// List returns the ids that are known, always in the same order.
func (e ExternalIDs) List() []ExternalID {
	var all []ExternalID
	for _, id := range []ExternalID{
		{"imdb", e.IMDb},
		{"tmdb", numberID(e.TMDB)},
		{"kobis", e.KOBIS},
		{"kmdb", e.KMDb},
		{"wikidata", e.Wikidata},
		{"letterboxd", e.Letterboxd},
		{"movielens", numberID(e.MovieLens)},
	} {
		if id.Value != "" {
			all = append(all, id)
		}
	}
	return all
}

func numberID(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// stored is Details as JSON, as it is in a response.
type stored struct {
	OriginalTitle  *string     `json:"original_title" example:"Parasite" description:"In the original language."`
	Aliases        []string    `json:"aliases" example:"[\"Gisaengchung\"]" description:"Other titles."`
	ProductionYear *int64      `json:"production_year" example:"2018" description:"Of the production."`
	Genres         []string    `json:"genres" example:"[\"Drama\",\"Thriller\"]" description:"The main one first."`
	Directors      []string    `json:"directors" example:"[\"봉준호\"]" description:"Names."`
	Countries      []string    `json:"countries" example:"[\"KR\"]" description:"ISO 3166-1 alpha-2."`
	Languages      []string    `json:"languages" example:"[\"ko\"]" description:"ISO 639-1, or else ISO 639-3."`
	AgeGrade       *string     `json:"age_grade" example:"15" description:"all, 12, 15, adult or restricted."`
	ExternalIDs    ExternalIDs `json:"external_ids" description:"Ids in other catalogues."`
}

// encode returns d as JSON, or "" if nothing but one genre is known: that is in Movie.Genre, and most films of an older
// catalogue have no more.
func (d Details) encode() (string, error) {
	s := d.stored()
	if s.OriginalTitle == nil && s.ProductionYear == nil && s.AgeGrade == nil && s.ExternalIDs == (ExternalIDs{}) && len(s.Genres) < 2 &&
		len(s.Aliases)+len(s.Directors)+len(s.Countries)+len(s.Languages) == 0 {
		return "", nil
	}
	text, err := s.encode()
	if err != nil {
		return "", fmt.Errorf("encode the details of a movie: %w", err)
	}
	return string(text), nil
}

// encode returns what json.Marshal does, but in a third of the time, which counts for imports.
func (s stored) encode() ([]byte, error) {
	e := encoder{to: make([]byte, 0, 256)}
	e.optional(`{"original_title":`, s.OriginalTitle)
	e.texts(`,"aliases":`, s.Aliases)
	e.to = append(e.to, `,"production_year":`...)
	if s.ProductionYear == nil {
		e.to = append(e.to, "null"...)
	} else {
		e.to = strconv.AppendInt(e.to, *s.ProductionYear, 10)
	}
	e.texts(`,"genres":`, s.Genres)
	e.texts(`,"directors":`, s.Directors)
	e.texts(`,"countries":`, s.Countries)
	e.texts(`,"languages":`, s.Languages)
	e.optional(`,"age_grade":`, s.AgeGrade)
	e.to = append(e.to, `,"external_ids":`...)
	if s.ExternalIDs == (ExternalIDs{IMDb: s.ExternalIDs.IMDb}) && s.ExternalIDs.IMDb != "" {
		e.to = append(e.to, `{"imdb":`...)
		e.text(s.ExternalIDs.IMDb)
		e.to = append(e.to, '}')
	} else {
		e.value(s.ExternalIDs)
	}
	return append(e.to, '}'), e.err
}

// encoder appends values as JSON.
type encoder struct {
	to  []byte
	err error
}

func (e *encoder) value(v any) {
	text, err := json.Marshal(v)
	e.to, e.err = append(e.to, text...), errors.Join(e.err, err)
}

func (e *encoder) text(text string) {
	if !isPlain(text) {
		e.value(text)
		return
	}
	e.to = append(append(append(e.to, '"'), text...), '"')
}

// isPlain reports whether JSON has a text as it is. Line separators are escaped, and what is no UTF-8 is replaced.
func isPlain(text string) bool {
	ascii := true
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(text) && !strings.ContainsAny(text, "\u2028\u2029")
}

func (e *encoder) optional(name string, text *string) {
	e.to = append(e.to, name...)
	if text == nil {
		e.to = append(e.to, "null"...)
		return
	}
	e.text(*text)
}

func (e *encoder) texts(name string, texts []string) {
	e.to = append(append(e.to, name...), '[')
	for i, text := range texts {
		if i > 0 {
			e.to = append(e.to, ',')
		}
		e.text(text)
	}
	e.to = append(e.to, ']')
}

func (d Details) stored() stored {
	return stored{
		Aliases: listOf(d.Aliases), Genres: listOf(d.Genres), Directors: listOf(d.Directors), Countries: listOf(d.Countries),
		Languages: listOf(d.Languages), ExternalIDs: d.ExternalIDs,
		OriginalTitle: orNil(d.OriginalTitle), ProductionYear: orNil(d.ProductionYear), AgeGrade: orNil(d.AgeGrade),
	}
}

func listOf(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

// orNil returns nil for the zero value, which stands for null.
func orNil[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}
	return &value
}

func orZero[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

// ReadDetails returns the details of the film.
func (m Movie) ReadDetails() (Details, error) {
	if m.Details == "" {
		d := Details{}
		if m.Genre != "" {
			d.Genres = []string{m.Genre}
		}
		return d, nil
	}
	var s stored
	if err := json.Unmarshal([]byte(m.Details), &s); err != nil {
		return Details{}, fmt.Errorf("read the details of movie %d: %w", m.ID, err)
	}
	return Details{
		OriginalTitle: orZero(s.OriginalTitle), Aliases: s.Aliases, ProductionYear: orZero(s.ProductionYear), Genres: s.Genres,
		Directors: s.Directors, Countries: s.Countries, Languages: s.Languages, AgeGrade: orZero(s.AgeGrade), ExternalIDs: s.ExternalIDs,
	}, nil
}

// oneGenre has the JSON of details with nothing but a genre, by the genre.
var oneGenre = func() map[string]string {
	all := map[string]string{}
	for _, genre := range append(Genres(), "") {
		text, err := json.Marshal(Details{Genres: slices.DeleteFunc([]string{genre}, func(g string) bool { return g == "" })}.stored())
		if err != nil {
			panic("movie: encode details: " + err.Error())
		}
		all[genre] = string(text)
	}
	return all
}()

// rawDetails returns the details of the film as a JSON object, as it is stored: to parse it would take longer than to read
// the row.
func (m Movie) rawDetails() string {
	if m.Details == "" {
		return oneGenre[m.Genre]
	}
	return m.Details
}

// GenresAndDirectors returns the JSON lists of the genres and of the directors of the film. It is for the statistics of many
// films, and does not parse them.
func (m Movie) GenresAndDirectors() (genres, directors json.RawMessage) {
	_, rest, _ := strings.Cut(m.rawDetails(), `,"genres":`) // no value has such a mark: its quotes have a backslash before them
	first, rest, _ := strings.Cut(rest, `,"directors":`)
	second, _, _ := strings.Cut(rest, `,"countries":`)
	return json.RawMessage(first), json.RawMessage(second)
}

// otherTitles returns the titles of the film that are not Title, each once.
func (d Details) otherTitles(title string) []string {
	var others []string
	add := func(t string) {
		if t != "" && t != title && !slices.Contains(others, t) {
			others = append(others, t)
		}
	}
	add(d.OriginalTitle)
	for _, t := range d.Aliases {
		add(t)
	}
	return others
}
