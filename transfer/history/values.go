package history

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// fine is the reason of a row that can be used.
var fine apperr.Text

// The reasons why a row cannot be used.
var (
	noFilm    = apperr.Text{EN: "This row has no film.", KO: "이 행에는 영화가 없습니다."}
	badRating = apperr.Text{EN: "The rating is outside its scale, or between two half-stars.", KO: "평점이 범위를 벗어났거나 별 반 개 단위가 아닙니다."}
	noID      = apperr.Text{EN: "This row has no film id. Its cells may be in the wrong columns.", KO: "이 행에 영화 아이디가 없습니다. 칸이 밀렸을 수 있습니다."}
	badDay    = apperr.Text{
		EN: "The day of the viewing is not a date, or its day and month cannot be told apart.",
		KO: "관람한 날짜가 올바르지 않거나 월과 일을 구별할 수 없습니다.",
	}
)

// The reasons why a row has no place here.
var (
	noRating   = apperr.Text{EN: "This row has no rating.", KO: "이 행에는 평점이 없습니다."}
	unfinished = apperr.Text{EN: "The film is marked as unfinished.", KO: "끝까지 보지 않은 영화로 표시되어 있습니다."}
	noDay      = apperr.Text{EN: "The note has no viewing with a date.", KO: "메모에 해당하는 관람 날짜가 없습니다."}
	noDays     = apperr.Text{EN: "The file does not say on which days the film was watched again.", KO: "다시 본 날짜가 파일에 없습니다."}
	noStatus   = apperr.Text{EN: "The status of the film is not known.", KO: "알 수 없는 관람 상태입니다."}
	noPlace    = apperr.Text{EN: "There is no place here for what this row tells.", KO: "이 행의 내용을 저장할 곳이 없습니다."}
	notPublic  = apperr.Text{EN: "This review is private. Reviews here are public, so it is not imported.", KO: "비공개 리뷰입니다. 여기에서는 리뷰가 공개되므로 가져오지 않습니다."}
)

// one returns an entry, which has failed if it has no film.
func one(e Entry) []Entry {
	if e.Kind != List && e.Failed == fine && e.Film.NotFilm == "" && e.Film.Title == "" && len(e.Film.IDs.List()) == 0 {
		e.Failed = noFilm
	}
	return []Entry{e}
}

// clean returns a text as it is stored.
func clean(text string) string {
	if out, ok := web.CleanText(text); ok {
		return out
	}
	out, _ := web.CleanText(strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", ""))
	return out
}

// line returns a text as it is stored, on one line.
func line(text string) string {
	return strings.Join(strings.FieldsFunc(clean(text), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// rating returns a rating of a scale from 0 to most. "" and 0 are none. A value between two half-stars is none of the scale.
func rating(text string, most float64) (stars.Stars, apperr.Text) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, fine
	}
	n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64) // some spreadsheets write 4,5
	half := n * float64(stars.Max) / most
	switch {
	case err != nil || half < 0 || half > float64(stars.Max) || half != float64(int64(half)):
		return 0, badRating
	default:
		return stars.Stars(half), fine
	}
}

// rated returns the rating of a film, if there is one.
func (s *scope) rated(f Film, text string, most float64, at time.Time) []Entry {
	value, failed := rating(text, most)
	if value == 0 && failed == fine {
		return nil
	}
	return one(Entry{Kind: Rating, Key: f.Key(), Film: f, Rating: value, Failed: failed, At: at})
}

// seen returns the viewing of a film at a time, or the mark that it was watched if the time is unknown. A note without a
// viewing is kept.
func (s *scope) seen(f Film, text, note string, labels []string) []Entry {
	if strings.TrimSpace(text) == "" {
		out := one(Entry{Kind: Watched, Key: f.Key(), Film: f})
		if note != "" {
			out = append(out, Entry{Kind: Viewing, Key: f.Key() + "\nnote", Film: f, Note: note, Kept: noDay})
		}
		return out
	}
	at, ok := s.instant(text)
	if !ok {
		return one(Entry{Kind: Viewing, Film: f, Failed: badDay})
	}
	d := diary.DayOf(at)
	return one(Entry{Kind: Viewing, Key: f.Key() + "\n" + d.String(), Film: f, Day: d, Note: note, Tags: labels})
}

// The forms in which sources write instants and days.
var (
	zoned   = []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05 UTC"}
	unzoned = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly, "02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "2006/01/02", "2006/1/2", "2006.01.02", "2006. 1. 2.", "20060102"}
)

// instant returns an instant in the zone of the service. A day begins there, and a time without a zone is one there.
func (s *scope) instant(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, form := range zoned {
		if t, err := time.Parse(form, text); err == nil {
			return t.In(s.Zone), true
		}
	}
	for _, form := range unzoned {
		if t, err := time.ParseInLocation(form, text, s.Zone); err == nil {
			return t, true
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, source.Date(text), s.Zone) // in the forms of spreadsheets
	return t, err == nil
}

// when returns an instant, or the zero time for what is none.
func (s *scope) when(text string) time.Time {
	t, _ := s.instant(text)
	return t
}

// seenOn returns the day of a viewing.
func (s *scope) seenOn(text string) (diary.Day, apperr.Text) {
	if at, ok := s.instant(text); ok {
		return diary.DayOf(at), fine
	}
	return 0, badDay
}

// ordered returns a day in the form 2026-01-31, in which days can be compared, and other texts as they are.
func (s *scope) ordered(text string) string {
	if at, ok := s.instant(text); ok {
		return at.Format(time.DateOnly)
	}
	return text
}

// truth returns what yes, true and 1 say, and nil for nothing.
func truth(text string) *bool {
	if text == "" {
		return nil
	}
	is := slices.Contains([]string{"yes", "true", "1"}, strings.ToLower(text))
	return &is
}

// year returns the year of a date that a film can have, or 0.
func year(text string) int64 {
	date := source.Date(strings.TrimSuffix(strings.TrimSpace(text), ".0"))
	return number(date[:min(len(date), len("2006"))])
}

// number returns a positive number, or 0.
func number(text string) int64 { return source.Number(text) }

// split returns the parts of a list, each on one line.
func split(list, separator string) []string { return tags(list, separator) }

// tags splits a list, and returns each tag once.
func tags(list, separator string) (out []string) {
	if list == "" {
		return nil
	}
	for tag := range strings.SplitSeq(list, separator) {
		if tag = line(tag); tag != "" && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}
