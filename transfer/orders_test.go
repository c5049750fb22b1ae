package transfer_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// mixed are files of several services that tell of the same films, by the names that they have.
func mixed(t testing.TB) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"letterboxd.zip": letterboxd(t),
		"watchlist.csv":  []byte(header + "\r\n2019-01-05,The Lantern Ferry,2011,https://boxd.it/aaaa\r\n2019-01-06,Salt,1997,https://boxd.it/bbbb\r\n"),
		"imdb-watchlist.csv": []byte("Position,Const,Created,Title,Title Type,Year,Your Rating,Date Rated\n" +
			"1,tt0000076,2018-01-01,The Lantern Ferry,Movie,2011,,\n2,tt0000077,2018-01-01,Salt,Movie,1997,9,2018-02-01\n3,tt0000078,2018-01-02,Harbour,Movie,2004,,\n"),
		"history.csv": []byte("title,year,tmdbId,imdbId,watchedAt\nThe Lantern Ferry,2011,,,2023-02-10\nHarbour,2004,,,\nSalt,1997,,,2023-02-11\n"),
		"trakt.zip": archive(t, "watched-history-1.json",
			`[{"id":7,"watched_at":"2022-03-01T12:00:00.000Z","type":"movie","movie":{"title":"Harbour","year":2004,"ids":{"trakt":9}}}]`,
			"lists-watchlist.json", `[{"id":8,"listed_at":"2021-03-01T12:00:00.000Z","type":"movie","movie":{"title":"Salt","year":1997,"ids":{"trakt":10}}}]`,
			"ratings-movies.json", `[{"rated_at":"2021-04-01T12:00:00.000Z","rating":7,"type":"movie","movie":{"title":"Harbour","year":2004,"ids":{"trakt":9}}}]`),
		"letterboxd-import.csv": []byte("Title,Year,Rating,WatchedDate,Review,Tags\nSalt,1997,3.5,2020-05-05,Salty.,sea\nHarbour,2004,2,2021-05-05,,\n"),
		"ferries.csv":           []byte(listCSV),
		"own.zip": archive(t, "cinecircle.json", ownHeader, "profile.jsonl", strings.Replace(ownProfile(""), `"bio":""`, `"bio":"b"`, 1), "watched.jsonl",
			`{"movie":{"title":"Salt","year":1997,"external_ids":{}},"marked_at":"2017-01-01T00:00:00Z"}`+"\n", "diary.jsonl",
			`{"movie":{"title":"Harbour","year":2004,"external_ids":{}},"watched_on":"2016-01-01","rewatch":false,"rating":3.5,"note":"n","tags":["sea"],`+
				`"created_at":"2016-01-02T00:00:00Z","updated_at":"2016-01-03T00:00:00Z"}`+"\n", "reactions.jsonl",
			`{"movie":{"title":"Salt","year":1997,"external_ids":{}},"type":"dislike","reacted_at":"2017-01-01T00:00:00Z"}`+"\n", "watchlist.jsonl",
			`{"movie":{"title":"The Lantern Ferry","year":2011,"external_ids":{}},"added_at":"2015-01-01T00:00:00Z"}`+"\n"),
		"letterboxd-later.zip": archive(t, "watched.csv", watchedCSV, "ratings.csv", ratingsCSV, "diary.csv",
			diaryCSV+"2022-01-05,Salt,1997,https://boxd.it/e3,3,,,2022-01-04\r\n", "watchlist.csv", wantedCSV, "lists/ferries.csv",
			listCSV+"3,Harbour,2004,https://boxd.it/dddd,\r\n"),
	}
}

// state returns the rows of all tables of what members have, without the versions of rows, which only grow.
func (s *stage) state(t testing.TB) map[string][]string {
	t.Helper()
	state := map[string][]string{}
	for _, table := range []string{
		"users", "movies", "watched_films", "watchlist_films", "viewings", "viewing_tags", "movie_ratings", "movie_reactions", "reviews", "lists", "list_items",
		"activities",
	} {
		var rows []map[string]any
		s.Write(t, func(tx *gorm.DB) error { return tx.Table(table).Find(&rows).Error })
		var lines []string
		for _, row := range rows {
			var cells []string
			for _, column := range slices.Sorted(maps.Keys(row)) {
				if strings.HasSuffix(column, "version") || table == "users" && column == "updated_at" {
					continue
				}
				value := row[column]
				if inner, is := value.(*any); is {
					value = *inner
				}
				cells = append(cells, fmt.Sprintf("%s=%v", column, value))
			}
			lines = append(lines, strings.Join(cells, " "))
		}
		slices.Sort(lines)
		state[table] = lines
	}
	return state
}

// TestImportsInAnyOrderAreUndoneInAnyOrder imports files of several services into an account that has things of its own. When
// all imports are undone the account is as it was, and the last import leaves nothing behind at once.
func TestImportsInAnyOrderAreUndoneInAnyOrder(t *testing.T) {
	t.Parallel()
	rounds := uint64(12)
	if testing.Short() {
		rounds = 6
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, random := newStage(t), rand.New(rand.NewPCG(seed, 1))
			ferry, salt, harbour := s.catalogue(t)
			me := s.Join(t, 1)[0]
			if seed%2 == 0 {
				drop(s.diary.Want(t.Context(), me, salt))(t)
				drop(s.diary.Mark(t.Context(), me, ferry))(t)
				drop(s.diary.Want(t.Context(), me, ferry))(t) // to be seen again
				drop(s.reactions.Rate(t.Context(), me, harbour, 5))(t)
				mine := must[list.Shown](t)(s.lists.Create(t.Context(), list.Draft{UserID: me, Title: "Ferries"}))
				must[list.Placed](t)(s.lists.Add(t.Context(), mine.ID, list.Entry{MovieID: harbour}, nil))
			}
			s.Clock.Advance(time.Hour)
			base, files := s.state(t), mixed(t)
			order := slices.Sorted(maps.Keys(files))
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			var done []transfer.Import
			for _, name := range order {
				before := s.state(t)
				imp := s.start(t, me, name, files[name])
				s.work(t)
				planned := s.rows(t, me, imp.ID)
				must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
				s.work(t)
				if diff := cmp.Diff(planned, s.rows(t, me, imp.ID)); diff != "" {
					t.Errorf("%s of %v: plan and result (-want +got):\n%s", name, order, diff)
				}
				s.Clock.Advance(time.Hour)
				ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
				s.work(t)
				if diff := cmp.Diff(before, s.state(t)); diff != "" {
					t.Errorf("%s of %v undone at once (-want +got):\n%s\n%s", name, order, diff, strings.Join(s.rows(t, me, imp.ID), "\n"))
				}
				done = append(done, s.bring(t, me, name, files[name]))
				s.Clock.Advance(time.Hour)
			}
			s.counters(t)
			random.Shuffle(len(done), func(i, j int) { done[i], done[j] = done[j], done[i] })
			var names []string
			for _, imp := range done {
				names = append(names, imp.Filename)
				ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
				s.work(t)
				s.counters(t)
				s.Clock.Advance(time.Hour)
			}
			if diff := cmp.Diff(base, s.state(t)); diff != "" {
				t.Errorf("imported %v, undone %v (-want +got):\n%s", order, names, diff)
			}
		})
	}
}

// TestUndoingMakesNoAccountPublic undoes the profile of an own export: the rest of it goes.
func TestUndoingMakesNoAccountPublic(t *testing.T) {
	t.Parallel()
	for _, private := range []bool{false, true} {
		s := newStage(t)
		me := s.Join(t, 1)[0]
		profile := strings.NewReplacer(`"bio":""`, `"bio":"b"`, `"is_private":false`, fmt.Sprintf(`"is_private":%v`, private)).Replace(ownProfile(""))
		imp := s.bring(t, me, "own.zip", archive(t, "cinecircle.json", ownHeader, "profile.jsonl", profile))
		want(t, "what happened", 1, imp.Created)
		ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
		s.work(t)
		u := must[user.User](t)(s.users.Get(t.Context(), me))
		want(t, "the profile", user.User{IsPrivate: private}, user.User{Bio: u.Bio, IsPrivate: u.IsPrivate})
		said := "1 profile me: unchanged It was taken out again."
		if private {
			said = "1 profile me: created The account stays private until you make it public."
		}
		want(t, "rows", []string{said}, s.rows(t, me, imp.ID))
	}
}
