package history

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// ownFiles are the files of the own format that are read, in the order in which their entries are stored.
var ownFiles = []string{
	own.HeaderFile, own.ProfileFile, own.WatchedFile, own.RatingsFile, own.DiaryFile, own.ReviewsFile, own.ReactionsFile, own.WatchlistFile,
	own.ListsFile, own.ListItemsFile, own.CommentsFile, own.LikesFile, own.FollowsFile,
}

// ownDocuments are the files of the own format. Each is told by a field that no other one has.
func ownDocuments() []document {
	header := document{
		format: Cinecircle, name: "header", keys: "format version exported_at timezone", paths: []string{""}, prepare: ownHeader,
		start: func(*scope, *tabular.File) func(json.RawMessage) ([]Entry, error) {
			return func(json.RawMessage) ([]Entry, error) { return nil, nil }
		},
	}
	return []document{
		header,
		ownDocument("profile", own.ProfileFile, Profile, "is_private show_facts", "", ownProfile),
		ownDocument("watched", own.WatchedFile, Watched, "marked_at external_ids", "", ownWatched),
		ownDocument("ratings", own.RatingsFile, Rating, "rated_at external_ids", "", ownRating),
		ownDocument("diary", own.DiaryFile, Viewing, "watched_on external_ids", "", ownViewing),
		ownDocument("reviews", own.ReviewsFile, Review, "content comments external_ids", "reply_to", ownReview),
		ownDocument("reactions", own.ReactionsFile, Reaction, "reacted_at external_ids", "", ownReaction),
		ownDocument("watchlist", own.WatchlistFile, Watchlist, "added_at external_ids", "", ownWanted),
		ownDocument("lists", own.ListsFile, List, "list ranked visibility", "", ownList),
		ownDocument("list-items", own.ListItemsFile, ListItem, "list position external_ids", "", ownItem),
		ownDocument("comments", own.CommentsFile, Comment, "review reply_to content", "", ownComment),
		ownDocument("likes", own.LikesFile, ReviewLike, "liked_at", "type ids", ownLike),
		ownDocument("follows", own.FollowsFile, Follow, "username requested since", "", ownFollow),
	}
}

// ownDocument returns a file of JSON Lines whose lines have the type T.
func ownDocument[T any](name, file string, kind Kind, keys, lacks string, read func(*scope, T) Entry) document {
	return document{
		format: Cinecircle, name: name, order: slices.Index(ownFiles, file), kind: kind, keys: keys, lacks: lacks, paths: []string{""},
		start: func(s *scope, _ *tabular.File) func(json.RawMessage) ([]Entry, error) {
			return func(data json.RawMessage) ([]Entry, error) {
				var line T
				if err := json.Unmarshal(data, &line); err != nil {
					return nil, err
				}
				e := read(s, line)
				if e.Kind == "" {
					e.Kind = kind
				}
				s.images.note(e, e.Image)
				e.Image = ""
				return []Entry{e}, nil
			}
		},
	}
}

// ownHeader refuses exports of a later version, and remembers whose export it is.
func ownHeader(s *scope, data json.RawMessage) error {
	var h own.Header
	if err := json.Unmarshal(data, &h); err != nil {
		return refused("The file "+own.HeaderFile+" of this export is damaged.", own.HeaderFile+" 파일이 손상되었습니다.", "a damaged header")
	}
	if h.Version > own.Version {
		seen := "version " + strconv.Itoa(h.Version)
		return refused("This export was made by a later version of cinecircle, and cannot be read here.",
			"더 새로운 버전의 cinecircle에서 만든 파일이어서 읽을 수 없습니다.", seen)
	}
	s.owner = h.Username
	return nil
}

// person returns the name of a member, "" for the one whose export it is.
func (s *scope) person(name string) string {
	if name == s.owner {
		return ""
	}
	return clean(name)
}

func ownFilm(f own.Film) Film {
	film := Film{Title: line(f.Title), OriginalTitle: line(f.OriginalTitle), Year: f.ProductionYear, IDs: f.ExternalIDs}
	if f.Year != nil {
		film.Year = *f.Year
	}
	for _, name := range f.Directors {
		film.Directors = append(film.Directors, line(name))
	}
	return film
}

// about returns an entry about a film, which failed if it tells of none.
func about(f own.Film, at time.Time, key string) Entry {
	film := ownFilm(f)
	return one(Entry{Key: film.Key() + key, Film: film, At: at})[0]
}

func ownProfile(_ *scope, p own.Profile) Entry {
	p.Bio = clean(p.Bio)
	return Entry{Key: "profile", Title: p.Username, Image: p.Image, Profile: &p}
}

func ownWatched(_ *scope, w own.Watched) Entry { return about(w.Movie, w.MarkedAt, "") }

func ownRating(_ *scope, r own.Rating) Entry {
	e := about(r.Movie, r.RatedAt, "")
	if e.Rating = stars.Stars(r.Rating); e.Rating == 0 {
		e.Failed = noRating
	}
	return e
}

func ownViewing(_ *scope, v own.Viewing) Entry {
	e := about(v.Movie, v.CreatedAt, "\n"+v.WatchedOn)
	d, ok := diary.ParseDay(v.WatchedOn)
	if !ok {
		e.Failed = badDay
	}
	e.Day, e.Rewatch, e.Updated = d, &v.Rewatch, v.UpdatedAt
	if v.Rating != nil {
		e.Rating = stars.Stars(*v.Rating)
	}
	if v.Note != nil {
		e.Note = clean(*v.Note)
	}
	if len(v.Tags) > 0 && json.Unmarshal(v.Tags, &e.Tags) != nil {
		e.Failed = badValue
	}
	for i := range e.Tags {
		e.Tags[i] = line(e.Tags[i])
	}
	return e
}

func ownReview(_ *scope, r own.Review) Entry {
	e := about(r.Movie, r.CreatedAt, "")
	e.Title, e.Content, e.Spoiler, e.Commenters, e.Updated = line(r.Title), clean(r.Content), r.Spoiler, r.Comments, r.UpdatedAt
	e.Image = r.Image
	return e
}

func ownReaction(_ *scope, r own.Reaction) Entry {
	e := about(r.Movie, r.ReactedAt, "")
	e.Dislike = strings.EqualFold(r.Type, "dislike")
	return e
}

func ownWanted(_ *scope, w own.Wanted) Entry { return about(w.Movie, w.AddedAt, "") }

// ownList reads a list. Its key stays the same when lists before it go, so it is not the number.
func ownList(s *scope, l own.List) Entry {
	key := l.Title + "\n" + l.CreatedAt.UTC().String()
	for s.lists[key] { // another list, made at the same time
		key += "\n"
	}
	s.lists[key], s.numbered[l.List] = true, key
	return Entry{
		Key: key, At: l.CreatedAt, Updated: l.UpdatedAt, Title: line(l.Title), Content: clean(l.Description), Ranked: l.Ranked,
		Visibility: l.Visibility,
	}
}

// noList is the reason why a film of a list cannot be used.
var noList = apperr.Text{EN: "The file does not have the list of this film.", KO: "이 영화를 담은 목록이 파일에 없습니다."}

func ownItem(s *scope, i own.ListItem) Entry {
	key, ok := s.numbered[i.List]
	e := about(i.Movie, time.Time{}, "\n"+key)
	if !ok && e.Failed == fine {
		e.Failed = noList
	}
	e.ListKey, e.Position, e.Note = key, i.Position, clean(i.Note)
	return e
}

func ownComment(s *scope, c own.Comment) Entry {
	e := about(c.Review.Movie, c.CreatedAt, "\n"+c.Review.Username+"\n"+c.CreatedAt.UTC().String())
	e.Username, e.Content, e.Spoiler, e.Updated = s.person(c.Review.Username), clean(c.Content), c.Spoiler, c.UpdatedAt
	if c.ReplyTo != nil {
		e.ReplyTo = &own.CommentRef{Username: s.person(c.ReplyTo.Username), CreatedAt: c.ReplyTo.CreatedAt}
	}
	return e
}

// noLike is the reason why a like cannot be used.
var noLike = apperr.Text{EN: "This like is neither of a review nor of a list.", KO: "리뷰나 목록에 대한 좋아요가 아닙니다."}

func ownLike(s *scope, l own.Like) Entry {
	switch {
	case l.Review != nil:
		e := about(l.Review.Movie, l.LikedAt, "\n"+l.Review.Username)
		e.Kind, e.Username = ReviewLike, s.person(l.Review.Username)
		return e
	case l.List != nil:
		ref := *l.List
		return Entry{
			Kind: ListLike, Key: ref.Username + "\n" + ref.Title + "\n" + ref.CreatedAt.UTC().String(), At: l.LikedAt, Title: line(ref.Title),
			Username: s.person(ref.Username), Liked: &ref,
		}
	}
	return Entry{Kind: ReviewLike, Failed: noLike}
}

func ownFollow(_ *scope, f own.Follow) Entry {
	return Entry{Key: f.Username, Username: clean(f.Username), At: f.Since}
}
