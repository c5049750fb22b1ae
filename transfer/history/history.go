// Package history reads what a member did with films from the files of other services: what was watched, rated, written,
// liked, listed. It recognises a format by its content and turns its rows into entries of one form. It stores nothing and
// asks no other host.
//
// [OpenFile] opens a file of an upload within the limits for members. [Source.Next] then returns the entries in the order in
// which they are to be stored: marks before ratings, viewings before the reviews of them, lists before their items. What each
// format looks like, and how it differs from what one expects, is in docs/formats.md.
package history

import (
	"cmp"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// Kind is what an entry is about.
type Kind string

// The kinds of entries.
const (
	Watched   Kind = "watched"   // the film was seen, nobody knows when
	Rating    Kind = "rating"    // of the film
	Viewing   Kind = "viewing"   // on a day
	Review    Kind = "review"    // of the film
	Reaction  Kind = "reaction"  // like or dislike of the film
	Watchlist Kind = "watchlist" // the film is to be seen
	List      Kind = "list"      // of films; its items follow
	ListItem  Kind = "list_item"
)

// The kinds of entries that only the own format has.
const (
	Comment    Kind = "comment"
	ReviewLike Kind = "review_like"
	ListLike   Kind = "list_like"
	Follow     Kind = "follow"
	Profile    Kind = "profile"

	ReviewImage  Kind = "review_image"
	ProfileImage Kind = "profile_image"
)

// Film is the film of an entry, in the words of the source.
type Film struct {
	Title         string // on one line; "" where the source has ids only
	OriginalTitle string
	Year          int64 // of the release or of the production; 0 if it is unknown
	Directors     []string
	IDs           movie.ExternalIDs

	// NotFilm is what the source calls a thing that is no film, such as "TV Series". It is "" for films.
	NotFilm string
}

// Key identifies the film among the films of its source: rows about the same film have the same key.
func (f Film) Key() string {
	for _, id := range f.IDs.List() {
		return id.String()
	}
	return f.Title + "\n" + strconv.FormatInt(f.Year, 10)
}

// Draft returns the film in the form by which films are matched.
func (f Film) Draft() movie.Draft {
	d := movie.Draft{Title: cmp.Or(f.Title, f.OriginalTitle)}
	if f.Year != 0 {
		d.ReleaseDate = strconv.FormatInt(f.Year, 10)
	}
	if d.OriginalTitle = f.OriginalTitle; d.OriginalTitle == d.Title {
		d.OriginalTitle = ""
	}
	d.Directors, d.ExternalIDs = f.Directors, f.IDs
	return d
}

// Columns are headings of a table as the file writes them, for a member who has to mend a row; "" where there is none.
type Columns struct {
	Wrong string `json:",omitempty"` // of the value that Failed is about
	Day   string `json:",omitempty"` // of the day of a viewing
	Text  string `json:",omitempty"` // of a review or a note
}

// Entry is one thing that a member did. Which fields it has depends on its kind. Texts are plain, in NFC, with LF between
// lines and of any length: the limits of the API are the business of whoever stores them.
type Entry struct {
	Kind Kind
	// Key identifies the entry among those of its format: the same thing has the same key in every file that tells of it.
	// It has 32 characters of 0-9a-f. Things that the source cannot tell apart, such as two viewings of a film on a day,
	// have the keys of the first, the second … of them.
	Key  string
	File string // the name in the archive, or of one of the files of a command; "" for the file of an upload
	Line int64  // the first line of the row in the file, counted from 1 as text editors do
	Text string // the row as it is in the file

	Columns Columns

	Film Film

	// Failed is the reason why the row cannot be used. The other fields may be empty then.
	Failed apperr.Text
	// Kept is the reason why the row is well-formed but has no place here, such as a film that was left unfinished.
	Kept apperr.Text

	At      time.Time   // when the member said so; the begin of the day if only that is known; zero if nothing is
	Day     diary.Day   // of a viewing, in the zone of the service
	Rewatch *bool       // of a viewing; nil if the source does not say
	Again   bool        `json:",omitempty"` // of such a viewing: the source has one of the film on an earlier day
	Rating  stars.Stars // of a rating, or of a viewing; 0 is none
	Dislike bool        // of a reaction; otherwise it is a like
	Title   string      // of a review, which may have none, or of a list
	Content string      // of a review or a comment; the description of a list
	Note    string      // of a viewing or an item
	Tags    []string    // of a viewing, each once
	Spoiler bool        // of a review

	// Viewing is the key of the viewing that a review is of, or "".
	Viewing string
	// Earlier tells that a review is not the newest one of its film in the source, and that there is no viewing whose note
	// it could be. Earlier reviews that have a viewing are its note already.
	Earlier bool

	ListKey    string // of an item: the key of its list
	Position   int64  // of an item, from 1; 0 is behind the others
	Ranked     bool   // of a list
	Visibility string // of a list: "public", "private", or "" if the source does not say

	// The rest is of the own format.

	Username   string          // of the member whose review or list it is about, or who is followed; "" is the member themselves
	Updated    time.Time       // the last edit; zero if there was none
	Commenters string          // who may comment on a review
	ReplyTo    *own.CommentRef // the comment that a comment answers; its name is "" for the member themselves
	Liked      *own.ListRef    // the list of a like
	Profile    *own.Profile

	Image string `json:",omitempty"` // the name of an image in the archive, see [Source.Image]
	Of    string `json:",omitempty"` // of an image of a review: the TextKey of that
	// Digest is the same for the same bytes of an image. Whoever reads the image sets it.
	Digest string `json:",omitempty"`
}

// Reader iterates over entries. Next returns io.EOF after the last one; any other error ends the reading.
type Reader interface{ Next() (Entry, error) }
