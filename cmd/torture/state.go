package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
)

// subject returns the member's id in an access token, without verifying the token.
func subject(token string) int64 {
	_, rest, _ := strings.Cut(token, ".")
	claims, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		return 0
	}
	var c struct {
		Sub string `json:"sub"`
	}
	if json.Unmarshal(text, &c) != nil {
		return 0
	}
	id, _ := strconv.ParseInt(c.Sub, 10, 64)
	return id
}

// state is the content of the database and of the image folder.
type state struct {
	cells    map[string]string
	notified map[action]int
	last     map[int64]int64 // seq of each member's last notification
	images   []string        // that rows name, with their smaller copies
	trash    []string        // images to be removed, and those that are being hidden or brought back
	wrong    []string        // contradictions
}

// contradictions are queries that count nothing when the database is consistent. The counters are looked at besides.
var contradictions = map[string]string{
	"lists with a gap in their positions":       "SELECT count(*) FROM lists l WHERE item_count > 0 AND (item_count <> (SELECT max(position) FROM list_items i WHERE i.list_id = l.id) OR item_count <> (SELECT count(DISTINCT position) FROM list_items i WHERE i.list_id = l.id))",
	"members with a gap in their notifications": "SELECT count(*) FROM notification_states s WHERE last_seq <> (SELECT count(*) FROM notifications n WHERE n.user_id = s.user_id) OR last_seq <> (SELECT max(seq) FROM notifications n WHERE n.user_id = s.user_id)",
	"follows or requests across a block":        "SELECT count(*) FROM blocks b WHERE EXISTS (SELECT 1 FROM follows f WHERE f.is_following AND (f.follower_id = b.user_id AND f.following_id = b.blocked_id OR f.follower_id = b.blocked_id AND f.following_id = b.user_id)) OR EXISTS (SELECT 1 FROM follow_requests r WHERE r.follower_id = b.user_id AND r.following_id = b.blocked_id OR r.follower_id = b.blocked_id AND r.following_id = b.user_id)",
	"requests to accounts that are not private": "SELECT count(*) FROM follow_requests r JOIN users u ON u.id = r.following_id WHERE NOT u.is_private",
	"deleted comments without replies":          "SELECT count(*) FROM comments c WHERE user_id IS NULL AND NOT EXISTS (SELECT 1 FROM comments r WHERE r.reply_to = c.id)",
	"replies to nothing":                        "SELECT count(*) FROM comments c WHERE reply_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comments a WHERE a.id = c.reply_to AND a.review_id = c.review_id)",
	"imports with rows that count twice or not": "SELECT count(*) FROM imports WHERE status <> 'failed' AND row_count <> created_count + unchanged_count + kept_count + needs_review_count + not_a_film_count + bad_count AND status NOT IN ('running', 'undoing')",
	"parts of files of imports that are over":   "SELECT count(*) FROM import_chunks WHERE import_id IN (SELECT id FROM imports WHERE status IN ('done', 'failed', 'undone'))",
	"reviews of nobody or nothing":              "SELECT count(*) FROM reviews r WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = r.user_id) OR NOT EXISTS (SELECT 1 FROM movies m WHERE m.id = r.movie_id)",
}

// look reads the state from a database that nobody writes to.
func (h *instance) look(ctx context.Context, c database.Config, images string) (s *state, err error) {
	snap, err := database.OpenSnapshot(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	s = &state{cells: map[string]string{}, notified: map[action]int{}, last: map[int64]int64{}}
	r := reader{ctx: ctx, snap: snap}
	r.readCells(s, func(keys ...string) string { return h.shade(images, keys) })
	r.readNotifications(s)
	for _, what := range slices.Sorted(maps.Keys(contradictions)) {
		r.each(contradictions[what], func(v []string) {
			if v[0] != "0" {
				s.wrong = append(s.wrong, v[0]+" "+what)
			}
		})
	}
	for _, counter := range app.Counters(c.Driver) {
		r.each(counter.CountWrong(), func(v []string) {
			if v[0] != "0" {
				s.wrong = append(s.wrong, fmt.Sprintf("%s wrong rows of %s.%s", v[0], counter.Table, counter.Column))
			}
		})
	}
	if c.Driver == database.SQLite {
		r.each("PRAGMA integrity_check", func(v []string) {
			if v[0] != "ok" {
				s.wrong = append(s.wrong, "integrity_check: "+v[0])
			}
		})
	}
	return s, r.err
}

// shade returns the grey level of a stored image, which identifies it. Its file has one of several keys.
func (h *instance) shade(folder string, keys []string) string {
	key := keys[0]
	if key == "" {
		return "none"
	}
	if known, ok := h.shades[key]; ok {
		return known
	}
	data, err := []byte(nil), error(nil)
	for _, key := range keys {
		if data, err = os.ReadFile(filepath.Join(folder, filepath.FromSlash(key))); err == nil {
			break
		}
	}
	if err != nil {
		return "without its file"
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return "that is broken"
	}
	h.shades[key] = strconv.Itoa(int(color.GrayModel.Convert(img.At(0, 0)).(color.Gray).Y))
	return h.shades[key]
}

// reader queries a snapshot and keeps the first error.
type reader struct {
	ctx  context.Context
	snap *database.Snapshot
	err  error
}

// each calls fn with every row as texts; NULL is "".
func (r *reader) each(query string, fn func(row []string)) {
	if r.err != nil {
		return
	}
	rows, err := r.snap.QueryContext(r.ctx, query)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", query, err)
		return
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		r.err = err
		return
	}
	row, into := make([]*string, len(columns)), make([]any, len(columns))
	for k := range row {
		into[k] = &row[k]
	}
	for rows.Next() {
		if r.err = rows.Scan(into...); r.err != nil {
			return
		}
		texts := make([]string, len(row))
		for k, text := range row {
			if text != nil {
				texts[k] = *text
			}
		}
		fn(texts)
	}
	r.err = rows.Err()
}

func (r *reader) readCells(s *state, shadeOf func(keys ...string) string) {
	hidden := r.readHidden()
	shade := func(key string) string {
		if place := hidden.place[key]; place != "" {
			return shadeOf(key, place)
		}
		return shadeOf(key)
	}
	set := func(name, value string) {
		if old, twice := s.cells[name]; twice {
			value = old + " and " + value
		}
		s.cells[name] = value
	}
	named := func(key string) {
		there, maybe := hidden.files(key)
		s.images, s.trash = append(s.images, there...), append(s.trash, maybe...)
	}
	r.each("SELECT id, username, profile_image, is_private FROM users", func(v []string) {
		set("user "+v[1], there)
		if v[3] == "1" || v[3] == "true" { // as the drivers write it
			set("private "+v[0], "on")
		}
		if named(v[2]); v[2] != "" {
			set("profileImage "+v[0], shade(v[2]))
		}
	})
	r.each("SELECT storage_key FROM media_trash", func(v []string) { s.trash = append(s.trash, media.Files(v[0])...) })
	r.each("SELECT title, poster_image FROM movies", func(v []string) {
		named(v[1])
		set("film "+v[0], there)
	})
	r.each("SELECT id FROM reviews WHERE hidden <> 0", func(v []string) { set(hiddenCell(v[0]), "on") })
	r.each("SELECT reporter_id, target_id, CASE WHEN is_open THEN 'open' ELSE 'closed' END FROM reports", func(v []string) { set("report "+v[0]+" "+v[1], v[2]) })
	r.each("SELECT user_id, movie_id, content, image FROM reviews", func(v []string) {
		named(v[3])
		set("review "+v[0]+" "+v[1], reviewState(v[2], shade(v[3])))
	})
	r.each("SELECT user_id, content FROM comments WHERE user_id IS NOT NULL", func(v []string) { set("comment "+v[0]+" "+v[1], there) })
	r.each("SELECT user_id, review_id FROM review_likes WHERE is_liked", func(v []string) { set("like "+v[0]+" "+v[1], "on") })
	r.each("SELECT user_id, movie_id, type FROM movie_reactions", func(v []string) { set("reaction "+v[0]+" "+v[1], v[2]) })
	r.each("SELECT user_id, movie_id, rating FROM movie_ratings", func(v []string) { set("rating "+v[0]+" "+v[1], v[2]) })
	r.each("SELECT follower_id, following_id FROM follows WHERE is_following", func(v []string) { set("follow "+v[0]+" "+v[1], "on") })
	r.each("SELECT user_id, movie_id, count(*), count(DISTINCT watched_on) FROM viewings GROUP BY user_id, movie_id", func(v []string) {
		set("viewings "+v[0]+" "+v[1], viewingsState(v[2], v[3]))
	})
	r.each("SELECT user_id, title, (SELECT count(*) FROM list_items i WHERE i.list_id = lists.id) FROM lists", func(v []string) { set("list "+v[0]+" "+v[1], v[2]) })
	for name, query := range map[string]string{
		"request": "SELECT follower_id, following_id FROM follow_requests",
		"block":   "SELECT user_id, blocked_id FROM blocks",
		"mute":    "SELECT user_id, muted_id FROM mutes",
	} {
		r.each(query, func(v []string) { set(name+" "+v[0]+" "+v[1], "on") })
	}
}

func (r *reader) readNotifications(s *state) {
	number := func(text string) int64 {
		n, err := strconv.ParseInt("0"+text, 10, 64)
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("read a number: %w", err)
		}
		return n
	}
	r.each("SELECT n.user_id, seq, type, actor_id, COALESCE(review_id, r.target_id) FROM notifications n LEFT JOIN reports r ON r.id = n.report_id ORDER BY n.user_id, seq", func(v []string) {
		user := number(v[0])
		d := action{actor: number(v[3]), target: user, review: number(v[4])}
		if v[2] != "follow" && v[2] != "review_like" {
			d.kind = v[2]
		}
		if s.last[user] = number(v[1]); v[2] != "account" { // of the command that made the moderator
			s.notified[d]++
		}
	})
	r.each("SELECT actor_id, target_id, action FROM moderation_log WHERE target_type = 'review'", func(v []string) {
		s.notified[action{actor: number(v[0]), review: number(v[1]), kind: "log: " + v[2]}]++
	})
}

// filesIn lists the stored images of a folder by their keys.
func filesIn(folder string) (keys []string, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != folder {
			return fs.SkipDir // internal folder of the store
		}
		if err != nil || d.IsDir() {
			return err
		}
		key, err := filepath.Rel(folder, path)
		if key = filepath.ToSlash(key); strings.Contains(key, "/") { // other files only test whether the store works
			keys = append(keys, key)
		}
		return err
	})
	return keys, err
}
