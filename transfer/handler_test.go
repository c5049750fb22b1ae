package transfer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

func upload(name, content string, fields ...string) testkit.Option {
	parts := []testkit.Part{{Name: "file", FileName: name, Data: []byte(content)}}
	for i := 0; i < len(fields); i += 2 {
		parts = append(parts, testkit.Part{Name: fields[i], Data: []byte(fields[i+1])})
	}
	return testkit.Multipart(parts...)
}

func TestTheWayOfAnImportThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	ids := s.Join(t, 2)
	me, other := s.As(t, ids[0]), s.As(t, ids[1])
	made := s.POST(t, "/users/me/imports", me, testkit.Header("Idempotency-Key", "k"), upload("watched.csv", watchedCSV)).Want(http.StatusAccepted)
	path := made.Header.Get("Location")
	if again := s.POST(t, "/users/me/imports", me, testkit.Header("Idempotency-Key", "k"), upload("watched.csv", watchedCSV)).Want(http.StatusAccepted); again.Header.Get("Location") != path {
		t.Error("the same key makes another import")
	}
	s.POST(t, "/users/me/imports", me, upload("watched.csv", watchedCSV)).WantProblem(http.StatusConflict, "import_running")
	s.POST(t, path+"/confirm", me).WantProblem(http.StatusConflict, "import_not_ready")
	s.PATCH(t, path+"/rows/1", me, testkit.JSON(map[string]any{"skip": true})).WantProblem(http.StatusNotFound, "not_found")
	s.work(t)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		s.Do(t, method, path, other).WantProblem(http.StatusNotFound, "not_found")
	}
	s.POST(t, path+"/confirm", other).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, path+"/rows", other).WantProblem(http.StatusNotFound, "not_found")
	if all := s.GET(t, "/users/me/imports", other).Want(http.StatusOK).List(); len(all) != 0 {
		t.Errorf("another member sees %v", all)
	}
	first := s.GET(t, path+"/rows?limit=2", me).Want(http.StatusOK)
	if len(first.List()) != 2 || first.Header.Get("Link") == "" {
		t.Errorf("the first page: %s", first.Body)
	}
	unclear := s.GET(t, path+"/rows?outcome=needs_review", me, testkit.Header("Accept-Language", "ko")).Want(http.StatusOK).List()
	if len(unclear) != 1 || unclear[0]["reason"] != "카탈로그에 없는 영화입니다. 영화가 등록된 뒤에 파일을 다시 가져오면 들어옵니다." {
		t.Errorf("unclear rows: %v", unclear)
	}
	row := fmt.Sprintf("%s/rows/%v", path, unclear[0]["n"])
	s.PATCH(t, row, me, testkit.JSON(map[string]any{})).WantProblem(http.StatusUnprocessableEntity, "validation_failed")
	s.PATCH(t, row, me, testkit.JSON(map[string]any{"movie_id": 999})).WantProblem(http.StatusNotFound, "not_found")
	s.PATCH(t, row, me, testkit.JSON(map[string]any{"movie_id": ferry})).Want(http.StatusOK)
	s.POST(t, path+"/confirm", me).Want(http.StatusAccepted)
	s.POST(t, path+"/confirm", me).Want(http.StatusAccepted)
	s.DELETE(t, path, me).WantProblem(http.StatusConflict, "import_running")
	s.work(t)
	done := s.GET(t, path, me).Want(http.StatusOK).Map()
	if done["status"] != "done" || done["finished_at"] == nil {
		t.Errorf("it ends as %v", done)
	}
	s.DELETE(t, path, me).Want(http.StatusNoContent)
	s.work(t)
	want(t, "marks", 0, s.count(t, "watched_films"))
}

func TestFilesThatAreNoImportAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me := s.As(t, s.Join(t, 1)[0])
	for name, of := range map[string]struct {
		file testkit.Option
		code string
	}{
		"unknown columns":  {upload("a.csv", "a,b\n1,2\n"), "import_format_unknown"},
		"unknown format":   {upload("watched.csv", watchedCSV, "format", "nothing"), "import_format_unknown"},
		"unknown encoding": {upload("watched.csv", watchedCSV, "encoding", "ebcdic"), "validation_failed"},
		"visibility":       {upload("watched.csv", watchedCSV, "visibility", "friends"), "validation_failed"},
		"NUL bytes":        {upload("watched.csv", strings.Repeat("\x00", 500)), "import_unreadable"},
		"half an archive":  {upload("a.zip", string(letterboxd(t)[:300])), "import_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.POST(t, "/users/me/imports", me, of.file).Want(http.StatusUnprocessableEntity).Map()
			want(t, "code", of.code, refused["code"].(string))
			want(t, "imports", 0, s.count(t, "imports"))
		})
	}
}

// TestTheChosenKindOfAFileHoldsUntilItIsRead has files whose name and content do not tell what they are.
func TestTheChosenKindOfAFileHoldsUntilItIsRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.As(t, s.Join(t, 1)[0])
	for format, kind := range map[string]string{"letterboxd-watchlist": "watchlist", "Letterboxd-Likes": "reaction"} {
		made := s.POST(t, "/users/me/imports", me, upload("a.csv", watchedCSV, "format", format)).Want(http.StatusAccepted)
		s.work(t)
		rows := s.GET(t, made.Header.Get("Location")+"/rows", me).Want(http.StatusOK).List()
		if len(rows) == 0 || rows[0]["kind"] != kind {
			t.Errorf("%s: %v", format, rows)
		}
		s.DELETE(t, made.Header.Get("Location"), me).Want(http.StatusNoContent)
		s.work(t)
	}
}
