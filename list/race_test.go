package list_test

import (
	"fmt"
	"testing"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestSixteenConcurrentAddsHaveSixteenPositions(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 16)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	atOnce(16, func(i int) {
		s.POST(t, at(id, "/items"), me, body(`{'movie_id': %d, 'position': 1}`, f[i])).Want(201)
	})
	s.wantFilms(t, id)
	if n := s.row(t, id).ItemCount; n != 16 {
		t.Errorf("%d films, want 16", n)
	}
}

func TestOfSixteenConcurrentAddsOfOneFilmOneSucceeds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 1)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	statuses := make([]int, 16)
	atOnce(16, func(i int) {
		statuses[i] = s.POST(t, at(id, "/items"), me, body(`{'movie_id': %d}`, f[0])).Status
	})
	made := 0
	for _, status := range statuses {
		switch status {
		case 201:
			made++
		case 409:
		default:
			t.Errorf("status %d", status)
		}
	}
	if made != 1 {
		t.Errorf("%d were made, want 1", made)
	}
	s.wantFilms(t, id, f[0])
}

func TestConcurrentChangesOfOneListLeaveNoGap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 24)
	id, other := s.list(t, ids[0], true, f[:12]...), s.list(t, ids[0], true, f[6:18]...)
	ctx := t.Context()
	entries := make([]list.Entry, 0, 24)
	for _, film := range f {
		entries = append(entries, list.Entry{MovieID: film})
	}
	do := []func(i int) error{
		func(i int) error {
			_, err := s.lists.Add(ctx, id, list.Entry{MovieID: f[12+i%6]}, new(int64(i+1)))
			return err
		},
		func(i int) error { return s.lists.Remove(ctx, id, f[i%12]) },
		func(i int) error {
			_, err := s.lists.UpdateItem(ctx, id, f[(i*5)%12], list.ItemPatch{Position: new(int64(i%9 + 1))})
			return err
		},
		func(i int) error { return s.movies.Delete(ctx, f[18+i%3], auth.Viewer{}) },
		func(i int) error { return s.movies.Delete(ctx, f[8+i%3], auth.Viewer{}) },
		func(i int) error { _, err := s.lists.Replace(ctx, other, entries[i%5:8], always); return err },
		func(i int) error {
			_, err := s.lists.Update(ctx, id, list.Patch{IsPublic: new(i%2 == 0), Title: new(fmt.Sprint(i))})
			return err
		},
		func(i int) error {
			_, err := s.lists.UpdateItem(ctx, other, f[6+i%12], list.ItemPatch{Position: new(int64(i%5 + 1))})
			return err
		},
	}
	atOnce(48, func(i int) {
		err := do[i%len(do)](i / 2)
		if err != nil && !known(err) {
			t.Errorf("%d: %v", i%len(do), err)
		}
	})
	s.wantFilms(t, id)
	s.wantFilms(t, other)
	public := 1 // the other one
	if s.row(t, id).IsPublic {
		public++
	}
	s.wantCount(t, ids[0], public)
}

func TestOfSixteenConcurrentReplacementsOfOneVersionOneSucceeds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 1), s.films(t, 16)
	me, id := s.As(t, ids[0]), s.list(t, ids[0], true)
	tag := testkit.Header("If-Match", s.GET(t, at(id), me).Want(200).Header.Get("ETag"))
	statuses := make([]int, 16)
	atOnce(16, func(i int) {
		statuses[i] = s.PUT(t, at(id, "/items"), me, tag, body(`{'items': [{'movie_id': %d}]}`, f[i])).Status
	})
	won := -1
	for i, status := range statuses {
		switch {
		case status == 200 && won < 0:
			won = i
		case status != 412:
			t.Errorf("status %d", status)
		}
	}
	if won < 0 {
		t.Fatal("none succeeded")
	}
	s.wantFilms(t, id, f[won])
}

func TestAListAndItsAuthorAreDeletedAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, f := s.Join(t, 4), s.films(t, 3)
	var lists []int64
	for _, author := range ids {
		lists = append(lists, s.list(t, author, true, f...))
	}
	atOnce(16, func(i int) {
		var err error
		switch i % 4 {
		case 0:
			err = s.users.Delete(t.Context(), ids[i/4%2])
		case 1:
			err = s.lists.Delete(t.Context(), lists[i/4])
		case 2:
			err = s.movies.Delete(t.Context(), f[0], auth.Viewer{})
		case 3:
			_, err = s.lists.Update(t.Context(), lists[i/4], list.Patch{IsPublic: new(false)})
		}
		if err != nil && !known(err) {
			t.Errorf("%d: %v", i%4, err)
		}
	})
	s.wantCount(t, ids[2], 0)
	s.wantCount(t, ids[3], 0)
}
