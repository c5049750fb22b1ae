package main

import (
	"fmt"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// copied has a model of every table, each behind those that its foreign keys point to; but not of the
// indexes of names and titles, which are built from accounts and films.
var copied = []any{
	&user.User{}, &user.Session{}, &movie.Movie{}, &review.Review{},
	&reaction.ReviewLike{}, &reaction.MovieReaction{}, &follow.Follow{},
	&notify.Notification{}, &notify.State{}, &media.Trash{},
}

// table is one as both databases have it.
type table struct {
	name    string
	columns []*schema.Field // the key is the first
}

// copiedTables returns the tables of the copied models, in their order.
func copiedTables() ([]table, error) {
	tables := make([]table, 0, len(copied))
	for _, model := range copied {
		s, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			return nil, fmt.Errorf("read the model %T: %w", model, err)
		}
		key := s.PrioritizedPrimaryField
		if key == nil {
			return nil, fmt.Errorf("%s has no key of one column", s.Table)
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

// names returns the columns as statements list them. SQLite understands MySQL's quotes.
func (t table) names() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = "`" + c.DBName + "`"
	}
	return strings.Join(names, ", ")
}
