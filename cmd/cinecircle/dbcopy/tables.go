package dbcopy

import (
	"fmt"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// copied lists the models in an order that satisfies their foreign keys. The search indexes of names and titles, and the
// tables of genres, people and so on that are derived from films, are missing because they are rebuilt from the rows.
var copied = []any{
	&user.Community{}, &user.User{}, &user.Session{}, &user.Token{}, &user.Invite{}, &user.HeldName{}, &user.PasswordReset{}, &user.TOTP{}, &user.RecoveryCode{}, &user.Email{}, &user.PasswordRequest{}, &mail.Outgoing{}, &record.Entry{}, &movie.Movie{}, &movie.Merge{}, &movie.Source{}, &review.Review{},
	&comment.Comment{},
	&reaction.ReviewLike{}, &reaction.MovieReaction{}, &reaction.MovieRating{}, &reaction.RatingHistogram{}, &follow.Follow{}, &follow.Request{}, &follow.Block{}, &follow.Mute{},
	&diary.WatchedFilm{}, &diary.WatchlistFilm{}, &diary.Viewing{}, &diary.ViewingTag{},
	&list.List{}, &list.Item{}, &reaction.ListLike{}, &activity.Activity{},
	&transfer.Import{}, &transfer.Chunk{}, &transfer.Row{}, &transfer.Source{},
	&moderation.Report{},
	&notify.Notification{}, &notify.State{}, &notify.Group{}, &media.Trash{}, &media.Hidden{}, &idempotency.Key{},
}

// table is a table of both databases.
type table struct {
	name    string
	columns []*schema.Field // the primary key comes first
}

// copiedTables returns the tables of the copied models in the same order.
func copiedTables() ([]table, error) {
	tables := make([]table, 0, len(copied))
	for _, model := range copied {
		s, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			return nil, fmt.Errorf("read the model %T: %w", model, err)
		}
		key := s.PrioritizedPrimaryField
		if key == nil {
			return nil, fmt.Errorf("%s has no primary key of a single column", s.Table)
		}
		t := table{name: s.Table, columns: []*schema.Field{key}}
		for _, f := range s.Fields {
			if f.DBName != "" && f != key {
				t.columns = append(t.columns, f)
			}
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// names returns the column list of a statement. SQLite accepts MySQL's quotes.
func (t table) names() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = "`" + c.DBName + "`"
	}
	return strings.Join(names, ", ")
}
