package dbcopy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

var models = []any{
	&user.Community{}, &user.User{}, &user.Session{}, &user.Token{}, &user.Invite{}, &user.HeldName{}, &user.PasswordReset{}, &user.TOTP{}, &user.RecoveryCode{}, &user.Email{}, &user.PasswordRequest{}, &mail.Outgoing{}, &record.Entry{}, &user.Grams{}, &user.GramBuild{},
	&movie.Movie{}, &movie.Merge{}, &movie.Grams{}, &movie.GramBuild{}, &movie.InGenre{}, &movie.OtherTitle{}, &movie.Person{}, &movie.Reference{}, &movie.TitleHash{}, &movie.Source{}, &review.Review{},
	&comment.Comment{},
	&reaction.ReviewLike{}, &reaction.MovieReaction{}, &reaction.MovieRating{}, &reaction.RatingHistogram{}, &follow.Follow{}, &follow.Request{}, &follow.Block{}, &follow.Mute{},
	&diary.WatchedFilm{}, &diary.WatchlistFilm{}, &diary.Viewing{}, &diary.ViewingTag{},
	&list.List{}, &list.Item{}, &reaction.ListLike{}, &activity.Activity{},
	&transfer.Import{}, &transfer.Chunk{}, &transfer.Row{}, &transfer.Source{},
	&moderation.Report{},
	&notify.Notification{}, &notify.State{}, &notify.Group{}, &media.Trash{}, &media.Hidden{}, &idempotency.Key{},
}

// TestTheModelsMatchTheMigratedSchema makes the tables once by the migrations and once from the models,
// and compares what the database says of both.
func TestTheModelsMatchTheMigratedSchema(t *testing.T) {
	t.Parallel()
	migrated := testkit.DB(t)
	reflected := testkit.EmptyDB(t)
	err := reflected.Tx(t.Context(), func(tx *gorm.DB) error { return tx.AutoMigrate(models...) })
	if err != nil {
		t.Fatal(err)
	}
	modelled := shapeOf(t, migrated)
	delete(modelled, "commit_markers") // of package database itself, which uses no model for it
	if diff := cmp.Diff(modelled, shapeOf(t, reflected)); diff != "" {
		t.Errorf("the migrations (-) and the models (+) differ:\n%s", diff)
	}
}

// TestForeignKeysCascadeAsDocumented holds what the models leave to the migrations.
func TestForeignKeysCascadeAsDocumented(t *testing.T) {
	t.Parallel()
	want := []string{
		"activities.movie_id → movies CASCADE",
		"activities.user_id → users CASCADE",
		"blocks.blocked_id → users CASCADE",
		"blocks.user_id → users CASCADE",
		"comments.review_id → reviews CASCADE",
		"comments.user_id → users SET NULL",
		"emails.user_id → users CASCADE",
		"follow_requests.follower_id → users CASCADE",
		"follow_requests.following_id → users CASCADE",
		"follows.follower_id → users CASCADE",
		"follows.following_id → users CASCADE",
		"idempotency_keys.user_id → users CASCADE",
		"import_chunks.import_id → imports CASCADE",
		"import_rows.import_id → imports CASCADE",
		"import_sources.user_id → users CASCADE",
		"imports.user_id → users CASCADE",
		"invites.user_id → users CASCADE",
		"list_items.list_id → lists CASCADE",
		"list_items.movie_id → movies CASCADE",
		"list_likes.list_id → lists CASCADE",
		"list_likes.user_id → users CASCADE",
		"lists.user_id → users CASCADE",
		"movie_external_ids.movie_id → movies CASCADE",
		"movie_genres.movie_id → movies CASCADE",
		"movie_merges.into_id → movies CASCADE",
		"movie_people.movie_id → movies CASCADE",
		"movie_ratings.movie_id → movies CASCADE",
		"movie_ratings.user_id → users CASCADE",
		"movie_reactions.movie_id → movies CASCADE",
		"movie_reactions.user_id → users CASCADE",
		"movie_titles.movie_id → movies CASCADE",
		"movies.created_by → users SET NULL",
		"mutes.muted_id → users CASCADE",
		"mutes.user_id → users CASCADE",
		"notification_groups.user_id → users CASCADE",
		"notification_states.user_id → users CASCADE",
		"notifications.actor_id → users SET NULL",
		"notifications.user_id → users CASCADE",
		"outgoing_mails.user_id → users CASCADE",
		"password_resets.user_id → users CASCADE",
		"personal_tokens.user_id → users CASCADE",
		"rating_histograms.movie_id → movies CASCADE",
		"recovery_codes.user_id → users CASCADE",
		"reports.author_id → users SET NULL",
		"reports.closed_by → users SET NULL",
		"reports.reporter_id → users SET NULL",
		"review_likes.review_id → reviews CASCADE",
		"review_likes.user_id → users CASCADE",
		"reviews.movie_id → movies CASCADE",
		"reviews.user_id → users CASCADE",
		"sessions.user_id → users CASCADE",
		"totps.user_id → users CASCADE",
		"viewing_tags.viewing_id → viewings CASCADE",
		"viewings.movie_id → movies CASCADE",
		"viewings.user_id → users CASCADE",
		"watched_films.movie_id → movies CASCADE",
		"watched_films.user_id → users CASCADE",
		"watchlist_films.movie_id → movies CASCADE",
		"watchlist_films.user_id → users CASCADE",
	}
	if diff := cmp.Diff(want, foreignKeys(t, testkit.DB(t))); diff != "" {
		t.Errorf("foreign keys (-want +got):\n%s", diff)
	}
}

func TestMigrationsCanBeRevertedAndAppliedAgain(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	before := shapeOf(t, db)
	for {
		m, err := db.MigrateDown(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m == nil {
			break
		}
	}
	if left := shapeOf(t, db); len(left) != 0 {
		t.Errorf("after going down there is still %v", left)
	}
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, shapeOf(t, db)); diff != "" {
		t.Errorf("up again is not what it was:\n%s", diff)
	}
}

// Statements that list columns, indexes and foreign keys, by driver. Every value is text.
var catalogue = map[string]struct{ columns, indexes, foreignKeys string }{
	database.SQLite: {
		columns: `SELECT m.name, p.name || ' ' || lower(p.type) || CASE WHEN p."notnull" OR p.pk THEN ' not null' ELSE '' END || CASE WHEN p.pk THEN ' key' ELSE '' END
			FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'`,
		indexes: `SELECT m.name, CASE WHEN l."unique" THEN 'unique ' ELSE '' END || 'index ' || l.name || ' (' ||
				(SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno)) || ')'
			FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'c'`,
		foreignKeys: `SELECT m.name, f."from" || ' → ' || f."table" || ' ' || f.on_delete
			FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`,
	},
	database.MySQL: {
		columns: `SELECT table_name, CONCAT(column_name, ' ', lower(column_type), IF(is_nullable = 'NO', ' not null', ''), IF(column_key = 'PRI', ' key', ''))
			FROM information_schema.columns WHERE table_schema = DATABASE()`,
		indexes: `SELECT table_name, CONCAT(IF(non_unique, '', 'unique '), 'index ', index_name, ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ', '), ')')
			FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name LIKE 'idx%' GROUP BY table_name, index_name, non_unique`,
		foreignKeys: `SELECT k.table_name, CONCAT(k.column_name, ' → ', k.referenced_table_name, ' ', r.delete_rule)
			FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
			ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name WHERE k.table_schema = DATABASE()`,
	},
}

// shapeOf returns the columns and indexes of all tables except that of the migrations.
func shapeOf(t *testing.T, db *database.DB) map[string][]string {
	t.Helper()
	statements := catalogue[db.Driver()]
	shape := map[string][]string{}
	for _, statement := range []string{statements.columns, statements.indexes} {
		for _, row := range listing(t.Context(), t, db, statement) {
			shape[row[0]] = append(shape[row[0]], row[1])
		}
	}
	for name := range shape {
		if strings.HasPrefix(name, "goose_") || strings.HasPrefix(name, "sqlite_") {
			delete(shape, name)
		}
	}
	for _, lines := range shape {
		slices.Sort(lines)
	}
	return shape
}

func foreignKeys(t *testing.T, db *database.DB) []string {
	t.Helper()
	var keys []string
	for _, row := range listing(t.Context(), t, db, catalogue[db.Driver()].foreignKeys) {
		keys = append(keys, row[0]+"."+row[1])
	}
	slices.Sort(keys)
	return keys
}

func listing(ctx context.Context, t *testing.T, db *database.DB, statement string) [][2]string {
	t.Helper()
	var all [][2]string
	err := db.Reader(ctx).Connection(func(tx *gorm.DB) error {
		rows, err := tx.Raw(statement).Rows()
		if err != nil {
			return fmt.Errorf("list: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var row [2]string
			if err := rows.Scan(&row[0], &row[1]); err != nil {
				return err
			}
			all = append(all, row)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
