package export_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// generator makes up what members do. The same seed makes up the same.
type generator struct {
	*rand.Rand
	t     testing.TB
	a     *app.App
	films []int64
}

// often reports true once in n times.
func (g generator) often(n int) bool { return g.IntN(n) == 0 }

// words returns a text of at most n characters, with those that some formats need to escape.
func (g generator) words(n int) string {
	alphabet := []rune("ab 가나é<>&\"',;\n\t=+-@🎬\\")
	text := []rune{'x'}
	for range g.IntN(n - 1) {
		text = append(text, alphabet[g.IntN(len(alphabet))])
	}
	return strings.TrimSpace(string(text))
}

// line returns words on one line.
func (g generator) line(n int) string { return strings.Join(strings.Fields(g.words(n)), " ") }

func (g generator) stars() stars.Stars { return stars.Stars(g.IntN(int(stars.Max)) + 1) }

func (g generator) day() diary.Day {
	return diary.DayOf(time.Date(2001, 1, 1+g.IntN(9000), 0, 0, 0, 0, time.UTC))
}

// viewings logs a film a few times, in any order of the days, and may log the same twice.
func (g generator) viewings(userID, film int64) {
	ctx := g.t.Context()
	for range g.IntN(4) {
		d := diary.Draft{UserID: userID, MovieID: film, WatchedOn: g.day()}
		if g.often(2) {
			d.Rating = new(g.stars())
		}
		if g.often(3) {
			d.Note = new(g.words(200))
		}
		if g.often(3) {
			d.Rewatch = new(g.often(2))
		}
		for i := range g.IntN(4) {
			d.Tags = append(d.Tags, fmt.Sprintf("%d%s", i, g.line(20)))
		}
		must(g.a.Diary.Log(ctx, d))(g.t)
		if g.often(4) {
			must(g.a.Diary.Log(ctx, d))(g.t)
		}
	}
}

// opinions lets a member rate a film, or take the rating back, react to it, review it, or want to see it.
func (g generator) opinions(userID, film int64) {
	ctx := g.t.Context()
	switch g.IntN(5) {
	case 0, 1:
		must(g.a.Reactions.Rate(ctx, userID, film, g.stars()))(g.t)
	case 2:
		check(g.t, g.a.Reactions.Unrate(ctx, userID, film))
	case 3:
		must(g.a.Diary.Want(ctx, userID, film))(g.t)
	default:
		must(g.a.Diary.Mark(ctx, userID, film))(g.t)
	}
	if g.often(3) {
		must(g.a.Reactions.React(ctx, userID, film, []reaction.Type{reaction.Like, reaction.Dislike}[g.IntN(2)]))(g.t)
	}
	if g.often(2) {
		d := review.Draft{UserID: userID, MovieID: film, Title: g.line(50), Content: g.words(1000), Spoiler: g.often(2)}
		d.Comments = []review.Commenters{review.Everyone, review.Followed, review.Nobody}[g.IntN(3)]
		if g.often(3) {
			d.Image = &picture.Upload{Data: [][]byte{apptest.PNG(g.t), apptest.JPEG(g.t)}[g.IntN(2)]}
		}
		must(g.a.Reviews.Create(ctx, d))(g.t)
	}
}

func (g generator) lists(userID int64) {
	ctx := g.t.Context()
	for i := range 6 {
		d := list.Draft{UserID: userID, Title: g.line(100), Description: g.words(500), Ranked: g.often(2), IsPublic: g.often(2)}
		if i > 3 {
			d.Title = "the same"
		}
		l := must(g.a.Lists.Create(ctx, d))(g.t)
		for _, at := range g.Perm(len(g.films))[:g.IntN(len(g.films))] {
			entry := list.Entry{MovieID: g.films[at]}
			if g.often(2) {
				entry.Note = g.words(200)
			}
			must(g.a.Lists.Add(ctx, l.ID, entry, nil))(g.t)
		}
	}
}

// talk lets others write a review each, which the member likes and comments on, and answers comments.
func (g generator) talk(me auth.Viewer, others []user.User) {
	ctx := g.t.Context()
	for i, other := range others {
		theirs := must(g.a.Reviews.Create(ctx, review.Draft{UserID: other.ID, MovieID: g.films[i], Title: "t", Content: "c"}))(g.t)
		liked := must(g.a.Lists.Create(ctx, list.Draft{UserID: other.ID, Title: "theirs", IsPublic: true}))(g.t)
		said := must(g.a.Comments.Create(ctx, auth.Viewer{UserID: other.ID}, comment.Draft{ReviewID: theirs.ID, Content: "first"}))(g.t)
		for range 1 + g.IntN(3) {
			d := comment.Draft{ReviewID: theirs.ID, Content: g.words(300), Spoiler: g.often(2)}
			if g.often(2) {
				d.ReplyTo = &said.ID
			}
			must(g.a.Comments.Create(ctx, me, d))(g.t)
		}
		must(g.a.Reactions.SetLike(ctx, me, theirs.ID, true))(g.t)
		must(g.a.Reactions.SetListLike(ctx, me, liked.ID, true))(g.t)
		must(g.a.Follows.Set(ctx, me.UserID, other.ID, true))(g.t)
	}
}

// profile sets everything of a profile.
func (g generator) profile(me auth.Viewer) {
	ctx := g.t.Context()
	must(g.a.Users.Change(ctx, me, "", me.UserID, user.Patch{Bio: new(g.words(400)), IsPrivate: new(g.often(2))}))(g.t)
	must(g.a.Users.ChangePreferences(ctx, me.UserID, user.PreferencesPatch{
		Language: new(user.English), Spoilers: new(user.HideSpoilers), ShowFacts: new(g.often(2)),
		Notifications: map[string]bool{"follow": g.often(2), "list_like": g.often(2)},
	}))(g.t)
	pic := must(g.a.Users.Decode(ctx, picture.Upload{Data: apptest.JPEG(g.t)}))(g.t)
	must(g.a.Users.SetImage(ctx, me.UserID, pic))(g.t)
}

// backdate spreads the times of what there is over years, so that they do not fall together with those of an import.
func (g generator) backdate(userID int64) {
	check(g.t, g.a.DB.Tx(g.t.Context(), func(tx *gorm.DB) error {
		for table, columns := range map[string][]string{
			"viewings": {"created_at", "updated_at"}, "reviews": {"created_at", "updated_at"}, "lists": {"created_at", "updated_at"},
			"comments": {"created_at", "updated_at"}, "watched_films": {"marked_at"}, "watchlist_films": {"added_at"}, "movie_ratings": {"rated_at"},
			"movie_reactions": {"updated_at"}, "review_likes": {"updated_at"}, "list_likes": {"updated_at"},
		} {
			var ids []int64
			if err := tx.Table(table).Where("user_id = ?", userID).Order("id").Pluck("id", &ids).Error; err != nil {
				return err
			}
			for i, id := range ids {
				at := time.Date(2015, 1, 1+i, 0, g.IntN(1000), 0, g.IntN(1e6)*1000, time.UTC)
				for _, column := range columns {
					if err := tx.Table(table).Where("id = ?", id).UpdateColumn(column, at).Error; err != nil {
						return err
					}
					at = at.Add(time.Duration(g.IntN(3)) * time.Hour)
				}
			}
		}
		for table, column := range map[string]string{"follows": "followed_at", "follow_requests": "requested_at"} {
			if err := tx.Table(table).Where("follower_id = ?", userID).UpdateColumn(column, time.Date(2016, 2, 3, 4, 5, 6, 7000, time.UTC)).Error; err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestWhateverMembersDoComesBack makes up members, and takes each to another instance.
func TestWhateverMembersDoComesBack(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := newCommunity(t)
			ctx, me := t.Context(), auth.Viewer{UserID: c.member.ID}
			g := generator{rand.New(rand.NewPCG(seed, 1)), t, c.a, c.films}
			for i := range 15 {
				d := movie.Draft{Title: fmt.Sprintf("%s %d", g.line(100), i), ReleaseDate: fmt.Sprint(1950 + i)}
				d.Playtime, d.Genre = 90, "Drama"
				g.films = append(g.films, must(c.a.Movies.Create(ctx, c.other.ID, d))(t).ID)
			}
			secretive := apptest.Member(t, c.a, "secretive", auth.RoleMember)
			must(c.a.Users.Change(ctx, auth.Viewer{UserID: secretive.ID}, "", secretive.ID, user.Patch{IsPrivate: new(true)}))(t)
			for _, film := range g.films {
				g.viewings(me.UserID, film)
				g.opinions(me.UserID, film)
			}
			g.lists(me.UserID)
			g.talk(me, []user.User{c.other, apptest.Member(t, c.a, "third", auth.RoleMember)})
			must(c.a.Follows.Set(ctx, me.UserID, secretive.ID, true))(t)
			g.profile(me)
			g.backdate(me.UserID)

			b := apptest.New(t)
			var catalogue bytes.Buffer
			must(c.a.Movies.Export(ctx, &catalogue))(t)
			copyCatalogue(t, b, &catalogue)
			for _, name := range []string{"secretive", "other", "third"} {
				there := apptest.Member(t, b, name, auth.RoleMember)
				here := must(c.a.Users.Named(ctx, name))(t)
				bring(t, b, there, download(t, c.a, apptest.SignIn(t, c.a, here).Access))
			}
			there := apptest.Member(t, b, "영화광", auth.RoleMember)
			archive := download(t, c.a, c.token)
			if _, others := bring(t, b, there, archive); len(others) > 0 {
				t.Errorf("rows that are not created: %+v", others)
			}
			want, got := facts(t, unzip(t, archive)), facts(t, unzip(t, download(t, b, apptest.SignIn(t, b, there).Access)))
			for _, all := range []map[string][]string{want, got} {
				withoutAny(all["profile.jsonl"], `,"username".*`)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("exported again (-want +got):\n%s", diff)
			}
			if problems := recounted(t, b); problems != "" {
				t.Errorf("counters are wrong: %s", problems)
			}
		})
	}
}
