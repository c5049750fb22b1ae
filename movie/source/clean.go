package source

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The limits of the API, within which films of other sources are cut.
const (
	maxTitle     = 255
	maxAliases   = 20
	maxGenres    = 5
	maxDirectors = 10
	maxName      = 100
	maxCodes     = 10
	maxCast      = 100
	maxPlaytime  = 6000
	maxPlot      = 10_000
	firstYear    = 1870
)

// line returns a text as it is stored, on one line.
func line(text string) string {
	if isPlain(text) {
		return text
	}
	clean, ok := web.CleanText(text)
	if !ok {
		clean, _ = web.CleanText(strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", ""))
	}
	if strings.ContainsFunc(clean, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) }) || strings.Contains(clean, "  ") {
		clean = strings.Join(strings.FieldsFunc(clean, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	}
	return clean
}

// isPlain reports whether a text has only letters, digits and signs of ASCII, with single spaces between them. Most titles do,
// and are stored as they are.
func isPlain(text string) bool {
	before := byte(' ')
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == ' ' && before == ' ' {
			return false
		}
		before = text[i]
	}
	return before != ' '
}

// names returns texts that are not empty, each once, up to most of them and of a length.
func names(all []string, most, length int) []string {
	var out []string
	for _, text := range all {
		text = line(text)
		if text != "" && utf8.RuneCountInString(text) <= length && !slices.Contains(out, text) && len(out) < most {
			out = append(out, text)
		}
	}
	return out
}

// splitBy returns the parts of a list that are not empty.
func splitBy(list, separator string) (parts []string) {
	for part := range strings.SplitSeq(list, separator) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

var (
	fullDate   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$`)
	monthDate  = regexp.MustCompile(`^(\d{4})-(\d{2})$`)
	plainDate  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:\.0)?$`) // with .0 from a spreadsheet
	dottedDate = regexp.MustCompile(`^(\d{4})[-./년] *(\d{1,2})[-./월] *(\d{1,2})[.일]?(?: .*)?$`)
	otherDate  = regexp.MustCompile(`^(\d{1,2})[-./] *(\d{1,2})[-./] *(\d{4})(?: .*)?$`)
)

// Date returns a date as YYYY, YYYY-MM or YYYY-MM-DD, and "" for what is none. Of a date whose day and month cannot be told
// apart it returns the year.
func Date(text string) string {
	text = strings.TrimSpace(text)
	if len(text) == 4 && year4(text) != 0 {
		return text
	}
	year, month, day := dateParts(text)
	if year4(year) == 0 {
		return ""
	}
	if d, err := time.Parse("2006-1-2", year+"-"+month+"-"+day); err == nil {
		return d.Format(time.DateOnly)
	}
	if m, err := time.Parse("2006-1", year+"-"+month); err == nil {
		return m.Format("2006-01")
	}
	return year
}

// dateParts returns the parts of a date that are certain.
func dateParts(text string) (year, month, day string) {
	for _, form := range []*regexp.Regexp{fullDate, plainDate, dottedDate} {
		if m := form.FindStringSubmatch(text); m != nil {
			return m[1], m[2], m[3]
		}
	}
	if m := monthDate.FindStringSubmatch(text); m != nil {
		return m[1], m[2], ""
	}
	m := otherDate.FindStringSubmatch(text)
	if m == nil {
		return "", "", ""
	}
	first, _ := strconv.Atoi(m[1]) // they are digits
	second, _ := strconv.Atoi(m[2])
	switch {
	case first > 12:
		return m[3], m[2], m[1]
	case second > 12:
		return m[3], m[1], m[2]
	}
	return m[3], "", ""
}

// year4 returns a year that a film can have, or 0.
func year4(text string) int64 {
	text = strings.TrimSuffix(strings.TrimSpace(text), ".0")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < firstYear || n > int64(time.Now().Year()+10) {
		return 0
	}
	return n
}

// minutes returns a running time, or 0 for what is none.
func minutes(text string) int64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 1 || n > maxPlaytime {
		return 0
	}
	return int64(n)
}

var (
	imdbForm   = regexp.MustCompile(`(?i)tt(\d{7,10})\b`)
	imdbNumber = regexp.MustCompile(`^\d{1,10}$`)
	kobisForm  = regexp.MustCompile(`^[A-Z0-9]{8}$`)
	kmdbForm   = regexp.MustCompile(`^[A-Z][0-9]{5}$`)
	entityForm = regexp.MustCompile(`(?:^|/)(Q[1-9]\d{0,14})$`)
	shortForm  = regexp.MustCompile(`boxd\.it/([0-9A-Za-z]{2,8})/?$`)
)

// IMDbID returns the id in a text: an id, an URL, or the number without tt and its zeros.
func IMDbID(text string) string {
	text = strings.TrimSpace(text)
	if isIMDbID(text) {
		return text
	}
	if m := imdbForm.FindStringSubmatch(text); m != nil {
		return "tt" + m[1]
	}
	if imdbNumber.MatchString(text) && strings.Trim(text, "0") != "" {
		return "tt" + strings.Repeat("0", max(0, 7-len(text))) + text
	}
	return ""
}

// IsIMDbPerson reports whether an id is that of a person, as in lists of people.
func IsIMDbPerson(id string) bool { return strings.HasPrefix(strings.TrimSpace(id), "nm") }

// isIMDbID reports whether a text is an id and nothing else, which takes a regular expression twenty times as long.
func isIMDbID(text string) bool {
	digits, has := strings.CutPrefix(text, "tt")
	return has && len(digits) >= 7 && len(digits) <= 10 && !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
}

// Number returns the positive number of an id, or 0.
func Number(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), ".0"), 10, 64)
	if err != nil || n < 1 || n > 999_999_999_999_999_999 {
		return 0
	}
	return n
}

// LetterboxdID returns the id of a film in its short address, or "".
func LetterboxdID(address string) string { return matched(shortForm, address) }

func matched(form *regexp.Regexp, text string) string {
	if m := form.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return m[len(m)-1]
	}
	return ""
}

// film is what a row says, in the words of the source.
type film struct {
	title, original string
	aliases         []string
	plot            string
	runtime         int64
	released        string // a date
	produced        int64
	genres          []string
	directors       []string
	countries       []string // ISO codes, or names in Korean or English
	languages       []string
	grade           string
	cast            []movie.CastMember
	ids             movie.ExternalIDs

	key     string // identifies the film in its source
	notFilm string
	adds    bool
}

// item returns a row of an import.
func (f film) item(number int64, text string) movie.Item {
	item := movie.Item{Line: number, Text: text, Key: f.key, NotFilm: f.notFilm, Adds: f.adds}
	d := &item.Draft
	if d.Title = line(f.title); d.Title == "" && !f.adds {
		item.Failed = &movie.RowError{Line: number, Text: noTitle}
		return item
	}
	if utf8.RuneCountInString(d.Title) > maxTitle {
		item.Failed = &movie.RowError{Line: number, Text: longTitle}
		return item
	}
	if item.NotFilm != "" {
		return item
	}
	if original := line(f.original); original != d.Title && utf8.RuneCountInString(original) <= maxTitle {
		d.OriginalTitle = original
	}
	d.Aliases = slices.DeleteFunc(names(f.aliases, maxAliases, maxTitle), func(s string) bool { return s == d.Title || s == d.OriginalTitle })
	plot, _ := web.CleanText(strings.ToValidUTF8(f.plot, "�"))
	if d.Plot = plot; utf8.RuneCountInString(plot) > maxPlot {
		d.Plot = string([]rune(plot)[:maxPlot])
	}
	d.Playtime, d.ReleaseDate, d.ProductionYear, d.AgeGrade = f.runtime, f.released, f.produced, f.grade
	d.Genres, item.Dropped = genresOf(f.genres)
	d.Directors = names(f.directors, maxDirectors, maxName)
	d.Countries, d.Languages = countriesOf(f.countries), languagesOf(f.languages)
	d.ExternalIDs = f.ids
	for _, c := range f.cast {
		if c.Name = line(c.Name); c.Name != "" && utf8.RuneCountInString(c.Name) <= maxTitle && len(d.Cast) < maxCast {
			d.Cast = append(d.Cast, c)
		}
	}
	return item
}

// role returns a role for a member of a cast, or nil.
func role(text string) *string {
	if text = line(text); text == "" || utf8.RuneCountInString(text) > maxTitle {
		return nil
	}
	return &text
}
