package demo

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/user"
)

// builder stores the events of a plan.
type builder struct {
	*app.App
	*plan
	progress func(string)
	made     Made
	said     map[int]int64 // the ids of comments by their index
}

// batch is how many events share a transaction, so that they wait for the disk once.
const batch = 100

func (b *builder) build(ctx context.Context) error {
	for rest := b.events; len(rest) > 0; {
		n := max(1, withoutPicture(rest))
		if err := b.step(ctx, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
		b.progress(fmt.Sprintf("%d of %d films, %d members, %d reviews, %d likes and follows",
			len(b.made.Films), len(b.films), len(b.made.Members), len(b.made.Reviews), b.made.Likes+b.made.Reactions+b.made.Follows))
	}
	if err := b.relate(ctx); err != nil {
		return err
	}
	return b.readOldNotifications(ctx)
}

// withoutPicture returns how many events from the first one on store no picture, at most batch. Storing a picture
// opens further transactions.
func withoutPicture(events []event) int {
	for i, e := range events {
		if e.picture != nil || i == batch {
			return i
		}
	}
	return len(events)
}

func (b *builder) step(ctx context.Context, events []event) error {
	if events[0].picture != nil {
		return b.do(ctx, events[0])
	}
	before := b.made
	return b.DB.Tx(ctx, func(tx *gorm.DB) error {
		b.made = before // a transaction may run again
		for _, e := range events {
			if err := b.do(tx.Statement.Context, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *builder) do(ctx context.Context, e event) error {
	b.SetTime(e.at)
	switch e.kind {
	case joins:
		return wrap("member", b.members[e.who].name, b.join(ctx, e))
	case adds:
		return wrap("film", b.films[e.film].title, b.add(ctx, e))
	case writes:
		return wrap("review", e.text.Title, b.write(ctx, e))
	case follows:
		b.made.Follows++
		_, err := b.Follows.Set(ctx, b.made.Members[e.who], b.made.Members[e.whom], true)
		return wrap("follow by", b.members[e.who].name, err)
	case likes:
		b.made.Likes++
		_, err := b.Reactions.SetLike(ctx, auth.Viewer{UserID: b.made.Members[e.who]}, b.made.Reviews[e.review], true)
		return wrap("like by", b.members[e.who].name, err)
	case logs:
		b.made.Viewings++
		return wrap("viewing by", b.members[e.who].name, b.log(ctx, e))
	case rates:
		b.made.Ratings++
		_, err := b.Reactions.Rate(ctx, b.made.Members[e.who], b.made.Films[e.film], e.stars)
		return wrap("rating by", b.members[e.who].name, err)
	case wants:
		_, err := b.Diary.Want(ctx, b.made.Members[e.who], b.made.Films[e.film])
		return wrap("watchlist of", b.members[e.who].name, err)
	case lists:
		return wrap("list by", b.members[e.who].name, b.list(ctx, e))
	case says:
		return wrap("comment by", b.members[e.who].name, b.say(ctx, e))
	case retracts:
		return wrap("comment by", b.members[e.who].name, b.Comments.Delete(ctx, b.said[e.whom]))
	case listLikes:
		b.made.Likes++
		_, err := b.Reactions.SetListLike(ctx, auth.Viewer{UserID: b.made.Members[e.who]}, b.made.Lists[e.whom], true)
		return wrap("like by", b.members[e.who].name, err)
	default:
		b.made.Reactions++
		taste := reaction.Like
		if e.dislike {
			taste = reaction.Dislike
		}
		_, err := b.Reactions.React(ctx, b.made.Members[e.who], b.made.Films[e.film], taste)
		return wrap("reaction by", b.members[e.who].name, err)
	}
}

func (b *builder) join(ctx context.Context, e event) error {
	m := b.members[e.who]
	u, err := b.Users.Create(ctx, user.Draft{Username: m.name, Password: Password, Age: m.age, Gender: m.gender})
	if err != nil {
		return err
	}
	b.made.Members = append(b.made.Members, u.ID)
	up, err := e.picture.upload(ctx)
	if err != nil {
		return err
	}
	pic, err := b.Users.Decode(ctx, *up)
	if err != nil {
		return err
	}
	_, err = b.Users.SetImage(ctx, u.ID, pic)
	return err
}

func (b *builder) add(ctx context.Context, e event) error {
	f := b.films[e.film]
	m, err := b.Movies.Create(ctx, b.made.Members[e.who], f.draft(e.film))
	if err != nil {
		return err
	}
	b.made.Films = append(b.made.Films, m.ID)
	up, err := e.picture.upload(ctx)
	if err != nil {
		return err
	}
	_, err = b.Movies.SetPoster(ctx, m.ID, *up)
	return err
}

func (b *builder) write(ctx context.Context, e event) error {
	draft := e.text
	draft.UserID, draft.MovieID = b.made.Members[e.who], b.made.Films[e.film]
	up, err := e.picture.upload(ctx)
	if err != nil {
		return err
	}
	draft.Image = up
	r, err := b.Reviews.Create(ctx, draft)
	if err != nil {
		return err
	}
	b.made.Reviews = append(b.made.Reviews, r.ID)
	return nil
}

// readOldNotifications leaves every member a few unread notifications.
func (b *builder) readOldNotifications(ctx context.Context) error {
	b.SetTime(b.now)
	for i, id := range b.made.Members {
		seq, err := b.lastSeq(ctx, id)
		if err != nil {
			return err
		}
		if err := b.Notifications.MarkRead(ctx, id, nil, seq-int64(2+i%4)); err != nil {
			return wrap("notifications of", b.members[i].name, err)
		}
	}
	return nil
}

// lastSeq returns the seq of a member's newest notification, 0 when there is none.
func (b *builder) lastSeq(ctx context.Context, id int64) (int64, error) {
	box, err := b.Notifications.Inbox(ctx, id, false, page.Page{Limit: 1})
	if err != nil || len(box.Rows) == 0 {
		return 0, err
	}
	return box.Rows[0].Seq, nil
}
