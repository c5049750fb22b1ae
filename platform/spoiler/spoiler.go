// Package spoiler decides which texts a reader does not get to see, because they give the plot of a film away.
//
// Texts of reviews and comments are fields of type [Text], which shows nothing until it is revealed. [Decide] reveals the
// texts of a page that a reader may see, and a single text that was asked for by its id is revealed by who loads it. So
// a query, a page or a feed that forgets the decision shows too little, and never too much.
package spoiler

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Mode is what a reader wants to see of spoilers by others.
type Mode string

// The modes.
const (
	Hide          Mode = "hide"           // nothing
	UnlessWatched Mode = "unless_watched" // those of films that the reader has marked watched
	Show          Mode = "show"           // everything
)

// Text is a text that may be a spoiler. It is stored whole, and shown only once it is revealed: otherwise its String is
// "" and its JSON null. The zero value is the empty text, not revealed.
type Text struct {
	text  string
	shown bool
}

// NewText returns a text that is not revealed.
func NewText(text string) Text { return Text{text: text} }

// Reveal makes the text show.
func (t *Text) Reveal() { t.shown = true }

// Mask undoes [Text.Reveal].
func (t *Text) Mask() { t.shown = false }

// Masked reports whether the text is not revealed.
func (t Text) Masked() bool { return !t.shown }

// Whole returns the text, whether revealed or not. It is for its author, and for what is not shown.
func (t Text) Whole() string { return t.text }

// String returns the text, or "" until it is revealed.
func (t Text) String() string {
	if !t.shown {
		return ""
	}
	return t.text
}

// Pointer returns the text, or nil until it is revealed.
func (t Text) Pointer() *string {
	if !t.shown {
		return nil
	}
	return &t.text
}

// MarshalJSON implements [json.Marshaler]. It returns null until the text is revealed.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.Pointer()) }

// Value implements [driver.Valuer]. It returns the whole text.
func (t Text) Value() (driver.Value, error) { return t.text, nil }

// Scan implements [sql.Scanner]. The text is not revealed.
func (t *Text) Scan(stored any) error {
	switch s := stored.(type) {
	case string:
		*t = Text{text: s}
	case []byte:
		*t = Text{text: string(s)}
	default:
		return fmt.Errorf("a text is stored as %T", stored)
	}
	return nil
}

// Source is what a [Work] is about.
type Source struct {
	AuthorID int64 // 0: nobody any more
	MovieID  int64
	Spoiler  bool // its author says so
}

// Work is a pointer to T, something that members write about films.
type Work[T any] interface {
	*T

	Source() Source
	Reveal() // all texts
}

// Watched returns which films among movieIDs a member has marked watched. Absent ids are not watched.
type Watched func(ctx context.Context, userID int64, movieIDs []int64) (map[int64]bool, error)

// Decide reveals the works that a reader gets to see: those that are no spoilers, their own, and others by mode; an empty
// mode is [UnlessWatched]. A reader of 0 is anonymous and has watched nothing. Decide calls watched at most once, and only
// if something depends on it; nil means that nobody has watched anything.
func Decide[T any, W Work[T]](ctx context.Context, works []T, reader int64, mode Mode, watched Watched) error {
	var unsure []W
	var films []int64
	for i := range works {
		w := W(&works[i])
		switch s := w.Source(); {
		case !s.Spoiler, mode == Show, reader != 0 && s.AuthorID == reader:
			w.Reveal()
		case mode == Hide || reader == 0 || watched == nil:
		default:
			unsure, films = append(unsure, w), append(films, s.MovieID)
		}
	}
	if len(unsure) == 0 {
		return nil
	}
	seen, err := watched(ctx, reader, films)
	if err != nil {
		return fmt.Errorf("look which of %d films user %d has watched: %w", len(films), reader, err)
	}
	for i, w := range unsure {
		if seen[films[i]] {
			w.Reveal()
		}
	}
	return nil
}
