// Package own is the format in which members take everything along that they have here: a ZIP of JSON Lines and images.
//
// It has the names of the files and the shapes of their lines, and promises that what version 1 wrote is read by every
// later version. Nothing in it is an id of an instance: films are told by title, year and their ids in other catalogues,
// members by their names, reviews by member and film. Package export writes the format, package history reads it.
package own

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// Format and Version are in the [Header].
const (
	Format  = "cinecircle"
	Version = 1
)

// The files, in the order of the archive, in which they are to be read.
const (
	HeaderFile        = "cinecircle.json"
	ReadmeFile        = "README.txt"
	ProfileFile       = "profile.jsonl"
	WatchedFile       = "watched.jsonl"
	RatingsFile       = "ratings.jsonl"
	DiaryFile         = "diary.jsonl"
	ReviewsFile       = "reviews.jsonl"
	ReactionsFile     = "reactions.jsonl"
	WatchlistFile     = "watchlist.jsonl"
	ListsFile         = "lists.jsonl"
	ListItemsFile     = "list_items.jsonl"
	CommentsFile      = "comments.jsonl"
	LikesFile         = "likes.jsonl"
	FollowsFile       = "follows.jsonl"
	NotificationsFile = "notifications.jsonl"
	ImageFolder       = "images/"
)

// Header is the content of [HeaderFile].
type Header struct {
	Format     string    `json:"format"`
	Version    int       `json:"version"`
	ExportedAt time.Time `json:"exported_at"`
	Timezone   string    `json:"timezone"` // in which the days of the diary are
	Username   string    `json:"username"`
}

// Film tells which film a line is about.
type Film struct {
	Title          string            `json:"title"`
	Year           *int64            `json:"year"` // of the release
	OriginalTitle  string            `json:"original_title,omitempty"`
	ProductionYear int64             `json:"production_year,omitempty"`
	Directors      []string          `json:"directors,omitempty"`
	ExternalIDs    movie.ExternalIDs `json:"external_ids"`
}

// Stars is a rating that is also read from JSON.
type Stars stars.Stars

// MarshalJSON implements [json.Marshaler].
func (s Stars) MarshalJSON() ([]byte, error) { return stars.Stars(s).MarshalJSON() }

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Stars) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	value, code := stars.Parse(string(text))
	if code != "" {
		return fmt.Errorf("%.20s is not a rating from 0.5 to 5 in steps of 0.5", text)
	}
	*s = Stars(value)
	return nil
}

var _ json.Unmarshaler = (*Stars)(nil)

// Profile is the one line of [ProfileFile]. What an import leaves as it is in the account comes last.
type Profile struct {
	Bio           string          `json:"bio"`
	IsPrivate     bool            `json:"is_private"`
	Language      string          `json:"language"`
	Spoilers      string          `json:"spoilers"`
	ShowFacts     bool            `json:"show_facts"`
	Notifications map[string]bool `json:"notifications"`
	Image         string          `json:"image,omitempty"` // the name of a file in the archive

	Username    string     `json:"username"`
	Age         int64      `json:"age"`
	Gender      string     `json:"gender"`
	Role        string     `json:"role"`
	Application string     `json:"application,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	LastLogin   *time.Time `json:"last_login"`
}

// Watched is a line of [WatchedFile].
type Watched struct {
	Movie    Film      `json:"movie"`
	MarkedAt time.Time `json:"marked_at"`
}

// Rating is a line of [RatingsFile].
type Rating struct {
	Movie   Film      `json:"movie"`
	Rating  Stars     `json:"rating"`
	RatedAt time.Time `json:"rated_at"`
}

// Viewing is a line of [DiaryFile].
type Viewing struct {
	Movie     Film            `json:"movie"`
	WatchedOn string          `json:"watched_on"` // 2026-11-29
	Rewatch   bool            `json:"rewatch"`
	Rating    *Stars          `json:"rating"`
	Note      *string         `json:"note"`
	Tags      json.RawMessage `json:"tags"` // strings
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Review is a line of [ReviewsFile].
type Review struct {
	Movie     Film      `json:"movie"`
	Title     string    `json:"title"`
	Content   string    `json:"content"`
	Spoiler   bool      `json:"spoiler"`
	Comments  string    `json:"comments"`        // who may comment
	Image     string    `json:"image,omitempty"` // the name of a file in the archive
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Reaction is a line of [ReactionsFile].
type Reaction struct {
	Movie     Film      `json:"movie"`
	Type      string    `json:"type"` // like or dislike
	ReactedAt time.Time `json:"reacted_at"`
}

// Wanted is a line of [WatchlistFile].
type Wanted struct {
	Movie   Film      `json:"movie"`
	AddedAt time.Time `json:"added_at"`
}

// List is a line of [ListsFile].
type List struct {
	List        int64     `json:"list"` // numbers the lists of the archive from 1
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Ranked      bool      `json:"ranked"`
	Visibility  string    `json:"visibility"` // public or private
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// ListItem is a line of [ListItemsFile].
type ListItem struct {
	List     int64  `json:"list"` // of [List]
	Position int64  `json:"position"`
	Movie    Film   `json:"movie"`
	Note     string `json:"note"`
}

// ReviewRef tells which review a line is about.
type ReviewRef struct {
	Username string `json:"username"` // of its author
	Movie    Film   `json:"movie"`
}

// CommentRef tells which comment on a review another one answers.
type CommentRef struct {
	Username  string    `json:"username"` // of its author
	CreatedAt time.Time `json:"created_at"`
}

// Comment is a line of [CommentsFile].
type Comment struct {
	Review    ReviewRef   `json:"review"`
	ReplyTo   *CommentRef `json:"reply_to"` // also null if that comment was deleted
	Content   string      `json:"content"`
	Spoiler   bool        `json:"spoiler"`
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// ListRef tells which list a line is about.
type ListRef struct {
	Username  string    `json:"username"` // of its author
	Title     string    `json:"title"`
	CreatedAt time.Time `json:"created_at"`
}

// Like is a line of [LikesFile]. It has one of the two.
type Like struct {
	Review  *ReviewRef `json:"review,omitempty"`
	List    *ListRef   `json:"list,omitempty"`
	LikedAt time.Time  `json:"liked_at"`
}

// Follow is a line of [FollowsFile].
type Follow struct {
	Username  string    `json:"username"`
	Requested bool      `json:"requested"` // the account is private and has not consented
	Since     time.Time `json:"since"`
}

// Notification is a line of [NotificationsFile]. It is not imported: what it tells of belongs to the instance.
type Notification struct {
	Type      string     `json:"type"`
	Username  *string    `json:"username"` // who did it; null if that account was deleted, or nobody did
	Movie     *Film      `json:"movie,omitempty"`
	Action    string     `json:"action,omitempty"` // what a moderator, or somebody else, has done
	Note      string     `json:"note,omitempty"`   // why
	CreatedAt time.Time  `json:"created_at"`
	ReadAt    *time.Time `json:"read_at"`
}
