package export

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// writeOwn writes an archive in the format of package own.
func (a *archive) writeOwn(ctx context.Context) error {
	if err := a.text(own.ReadmeFile, ownReadme); err != nil {
		return err
	}
	header := own.Header{
		Format: own.Format, Version: own.Version, ExportedAt: a.s.Clock().UTC(), Timezone: a.s.Zone.String(), Username: a.member.Username,
	}
	if err := a.line(own.HeaderFile, header); err != nil {
		return err
	}
	if err := a.line(own.ProfileFile, a.profile()); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{
		a.watched, a.ratings, a.diary, a.reviews, a.reactions, a.watchlist, a.lists, a.listItems, a.comments, a.likes, a.follows,
		a.notifications, a.images,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// encoder begins a file of JSON Lines.
func (a *archive) encoder(name string) (*json.Encoder, error) {
	w, err := a.create(name, zip.Deflate)
	if err != nil {
		return nil, err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e, nil
}

// line writes a file of one line.
func (a *archive) line(name string, v any) error {
	e, err := a.encoder(name)
	if err == nil {
		err = e.Encode(v)
	}
	return err
}

// lines writes the rows of a source as a file of JSON Lines. line returns the value of a row and its film, which is the zero
// value for a row without one. Rows whose film has been deleted meanwhile are left out.
func lines[T any, P row[T]](ctx context.Context, a *archive, name string, from source, line func(P, own.Film) any) error {
	e, err := a.encoder(name)
	if err != nil {
		return err
	}
	if err := encode(ctx, a, e, from, line); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// encode writes the rows of a source into a file that has begun.
func encode[T any, P row[T]](ctx context.Context, a *archive, e *json.Encoder, from source, line func(P, own.Film) any) error {
	return each[T, P](ctx, a.s, from, func(rows []T) error {
		if err := filmsOf[T, P](ctx, &a.films, rows); err != nil {
			return err
		}
		for i := range rows {
			r := P(&rows[i])
			film, ok := a.films.film(r.film())
			if !ok && r.film() != 0 {
				continue
			}
			if err := e.Encode(line(r, film)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *archive) profile() own.Profile {
	u := a.member
	p := own.Profile{
		Username: u.Username, Role: string(u.Role), Application: u.Application, CreatedAt: u.CreatedAt.UTC(), LastLogin: utc(u.LastLogin),
		Bio: u.Bio, Age: u.Age, Gender: string(u.Gender), IsPrivate: u.IsPrivate, Language: string(u.Preferences.Language),
		Spoilers: string(u.Preferences.Spoilers), ShowFacts: u.Preferences.ShowFacts, Notifications: u.Preferences.Switches(),
		Image: imageName(u.ProfileImage),
	}
	return p
}

// mine is a source of rows of the member.
func (a *archive) mine(query, first, id string) source {
	return source{query: query, args: []any{a.member.ID}, first: first, id: id}
}

func (a *archive) watched(ctx context.Context) error {
	from := a.mine("SELECT "+watchedTable.Columns()+" FROM watched_films WHERE user_id = ?", "marked_at", "id")
	return lines(ctx, a, own.WatchedFile, from, func(r *watchedRow, film own.Film) any {
		return own.Watched{Movie: film, MarkedAt: r.MarkedAt.UTC()}
	})
}

func (a *archive) ratings(ctx context.Context) error {
	from := a.mine("SELECT "+ratingTable.Columns()+" FROM movie_ratings WHERE user_id = ?", "rated_at", "id")
	return lines(ctx, a, own.RatingsFile, from, func(r *ratingRow, film own.Film) any {
		return own.Rating{Movie: film, Rating: own.Stars(r.Rating), RatedAt: r.RatedAt.UTC()}
	})
}

func (a *archive) viewings() source {
	return a.mine("SELECT "+viewingTable.Columns()+" FROM viewings WHERE user_id = ?", "watched_on", "id")
}

func (a *archive) diary(ctx context.Context) error {
	return lines(ctx, a, own.DiaryFile, a.viewings(), func(r *viewingRow, film own.Film) any {
		return own.Viewing{
			Movie: film, WatchedOn: r.WatchedOn.String(), Rewatch: r.Rewatch, Rating: ownStars(r.Rating), Note: r.Note,
			Tags: json.RawMessage(r.Tags), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		}
	})
}

func ownStars(s *stars.Stars) *own.Stars { return (*own.Stars)(s) }

func (a *archive) reviews(ctx context.Context) error {
	from := a.mine("SELECT "+reviewTable.Columns()+" FROM reviews WHERE user_id = ?", "", "id")
	return lines(ctx, a, own.ReviewsFile, from, func(r *reviewRow, film own.Film) any {
		r.Reveal()
		return own.Review{
			Movie: film, Title: r.Title.String(), Content: r.Content.String(), Spoiler: r.Spoiler, Comments: string(r.Comments),
			Image: imageName(r.Image.String()), CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		}
	})
}

func (a *archive) reactions(ctx context.Context) error {
	from := a.mine("SELECT "+reactionTable.Columns()+" FROM movie_reactions WHERE user_id = ?", "", "movie_id")
	return lines(ctx, a, own.ReactionsFile, from, func(r *reactionRow, film own.Film) any {
		return own.Reaction{Movie: film, Type: string(r.Type), ReactedAt: r.UpdatedAt.UTC()}
	})
}

func (a *archive) watchlist(ctx context.Context) error {
	from := a.mine("SELECT "+watchlistTable.Columns()+" FROM watchlist_films WHERE user_id = ?", "added_at", "id")
	return lines(ctx, a, own.WatchlistFile, from, func(r *watchlistRow, film own.Film) any {
		return own.Wanted{Movie: film, AddedAt: r.AddedAt.UTC()}
	})
}

// ownLists is the lists of the member. Their number in the archive is their place in it, so a second pass must see the same
// ones: those that are made meanwhile are not in it.
func (a *archive) ownLists() source {
	from := a.mine("SELECT "+listTable.Columns()+" FROM lists%s WHERE user_id = ?", "", "id")
	from.index = "idx_lists_user"
	return from
}

func (a *archive) lists(ctx context.Context) error {
	return lines(ctx, a, own.ListsFile, a.ownLists(), func(r *listRow, _ own.Film) any {
		a.listIDs = append(a.listIDs, r.ID)
		visibility := "private"
		if r.IsPublic {
			visibility = "public"
		}
		return own.List{
			List: int64(len(a.listIDs)), Title: r.Title, Description: r.Description, Ranked: r.Ranked, Visibility: visibility,
			CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		}
	})
}

func (a *archive) listItems(ctx context.Context) error {
	e, err := a.encoder(own.ListItemsFile)
	if err != nil {
		return err
	}
	for i, id := range a.listIDs {
		err := encode(ctx, a, e, itemsOf(id), func(r *itemRow, film own.Film) any {
			return own.ListItem{List: int64(i) + 1, Position: r.Position, Movie: film, Note: r.Note}
		})
		if err != nil {
			return fmt.Errorf("write the films of list %d: %w", id, err)
		}
	}
	return nil
}

func itemsOf(listID int64) source {
	return source{
		query: "SELECT " + itemTable.Columns() + " FROM list_items WHERE list_id = ?", args: []any{listID}, first: "position", id: "id",
	}
}

func (a *archive) comments(ctx context.Context) error {
	from := a.mine("SELECT "+commentTable.ColumnsOf("c")+", r.movie_id, author.username, answered.username, parent.created_at FROM comments c%s"+
		" JOIN reviews r ON r.id = c.review_id JOIN users author ON author.id = r.user_id"+
		" LEFT JOIN comments parent ON parent.id = c.reply_to LEFT JOIN users answered ON answered.id = parent.user_id"+
		" WHERE c.user_id = ?", "c.review_id", "c.id")
	from.index = "idx_comments_user"
	return lines(ctx, a, own.CommentsFile, from, func(r *commentRow, film own.Film) any {
		r.Content.Reveal()
		line := own.Comment{
			Review: own.ReviewRef{Username: r.author, Movie: film}, Content: r.Content.String(), Spoiler: r.Spoiler,
			CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		}
		if r.answered != nil && r.answeredAt != nil { // else it was deleted
			line.ReplyTo = &own.CommentRef{Username: *r.answered, CreatedAt: r.answeredAt.UTC()}
		}
		return line
	})
}

// likes writes the likes of reviews and then those of lists, which are told by their titles: of these only the ones that the
// member may read.
func (a *archive) likes(ctx context.Context) error {
	e, err := a.encoder(own.LikesFile)
	if err != nil {
		return err
	}
	reviews := a.mine("SELECT l.review_id, l.updated_at, r.movie_id, users.username FROM review_likes l"+
		" JOIN reviews r ON r.id = l.review_id JOIN users ON users.id = r.user_id WHERE l.user_id = ? AND l.is_liked = TRUE", "", "l.review_id")
	err = encode(ctx, a, e, reviews, func(r *reviewLikeRow, film own.Film) any {
		return own.Like{Review: &own.ReviewRef{Username: r.author, Movie: film}, LikedAt: r.likedAt.UTC()}
	})
	if err != nil {
		return fmt.Errorf("write likes of reviews: %w", err)
	}
	audience, args := follow.AudienceOf(a.reader, "users")
	lists := a.mine("SELECT l.list_id, l.updated_at, lists.title, lists.created_at, users.username FROM list_likes l"+
		" JOIN lists ON lists.id = l.list_id JOIN users ON users.id = lists.user_id"+
		" WHERE l.user_id = ? AND l.is_liked = TRUE AND (lists.is_public = TRUE AND lists.hidden = FALSE OR lists.user_id = ?) AND "+audience, "", "l.list_id")
	lists.args = append(append(lists.args, a.member.ID), args...)
	err = encode(ctx, a, e, lists, func(r *listLikeRow, _ own.Film) any {
		return own.Like{List: &own.ListRef{Username: r.author, Title: r.title, CreatedAt: r.createdAt.UTC()}, LikedAt: r.likedAt.UTC()}
	})
	if err != nil {
		return fmt.Errorf("write likes of lists: %w", err)
	}
	return nil
}

func (a *archive) follows(ctx context.Context) error {
	e, err := a.encoder(own.FollowsFile)
	if err != nil {
		return err
	}
	for _, from := range []struct {
		source
		requested bool
	}{
		{a.mine("SELECT f.id, f.following_id, f.followed_at, users.username FROM follows f"+
			" JOIN users ON users.id = f.following_id WHERE f.follower_id = ? AND f.is_following = TRUE", "f.followed_at", "f.id"), false},
		{a.mine("SELECT f.id, f.following_id, f.requested_at, users.username FROM follow_requests f"+
			" JOIN users ON users.id = f.following_id WHERE f.follower_id = ?", "f.requested_at", "f.id"), true},
	} {
		err := encode(ctx, a, e, from.source, func(r *followRow, _ own.Film) any {
			return own.Follow{Username: r.username, Requested: from.requested, Since: r.since.UTC()}
		})
		if err != nil {
			return fmt.Errorf("write follows: %w", err)
		}
	}
	return nil
}

func (a *archive) notifications(ctx context.Context) error {
	from := a.mine("SELECT "+notificationTable.ColumnsOf("n")+", users.username FROM notifications n"+
		" LEFT JOIN users ON users.id = n.actor_id WHERE n.user_id = ? AND n.hidden = FALSE", "", "n.seq")
	return lines(ctx, a, own.NotificationsFile, from, func(r *notificationRow, film own.Film) any {
		line := own.Notification{Type: string(r.Type), Username: r.actor, Action: r.Action, Note: r.Note, CreatedAt: r.CreatedAt.UTC(), ReadAt: utc(r.ReadAt)}
		if r.film() != 0 {
			line.Movie = &film
		}
		return line
	})
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}
