package user_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

func (k *kit) names(t *testing.T, target string) []string {
	t.Helper()
	out := []string{}
	for _, u := range k.api.GET(t, target).Want(http.StatusOK).List() {
		out = append(out, u["username"].(string))
	}
	return out
}

func TestSearchCombinesConditions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, u := range []struct {
		name   string
		age    int
		gender string
	}{
		{"Alice", 20, "female"},
		{"alicia", 30, "female"},
		{"Malik", 20, "male"},
		{"영화광", 30, "male"},
		{"100%_fan", 40, "female"},
		{"José", 40, "male"},
		{`a\b'c"d`, 50, "male"},
	} {
		k.api.POST(t, "/users", testkit.JSON(map[string]any{
			"username": u.name, "password": password, "age": u.age, "gender": u.gender,
		})).Want(http.StatusCreated)
	}
	all := []string{"Alice", "alicia", "Malik", "영화광", "100%_fan", "José", `a\b'c"d`}
	for _, c := range []struct {
		query []string
		want  []string
	}{
		{nil, all},
		{[]string{"username", "ALICE"}, []string{"Alice"}},
		{[]string{"username", " ａｌｉｃｅ "}, []string{"Alice"}},
		{[]string{"username", "ali"}, []string{}},
		{[]string{"username", "jose\u0301"}, []string{"José"}},
		{[]string{"username", "x"}, []string{}},
		{[]string{"q", "ALI"}, []string{"Alice", "alicia", "Malik"}},
		{[]string{"q", "화"}, []string{"영화광"}},
		{[]string{"q", "%"}, []string{"100%_fan"}},
		{[]string{"q", "_"}, []string{"100%_fan"}},
		{[]string{"q", `\`}, []string{`a\b'c"d`}},
		{[]string{"q", `' OR 1=1 --`}, []string{}},
		{[]string{"age", "20"}, []string{"Alice", "Malik"}},
		{[]string{"age", "1000"}, []string{}},
		{[]string{"gender", "female"}, []string{"Alice", "alicia", "100%_fan"}},
		{[]string{"q", "ali", "age", "20", "gender", "female"}, []string{"Alice"}},
		{[]string{"username", "alice", "q", "z"}, []string{}},
		{[]string{"username", "alice", "age", "30"}, []string{}},
	} {
		values := url.Values{}
		for i := 0; i < len(c.query); i += 2 {
			values.Set(c.query[i], c.query[i+1])
		}
		if diff := cmp.Diff(c.want, k.names(t, "/users/search?"+values.Encode())); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.query, diff)
		}
	}
	if diff := cmp.Diff(all, k.names(t, "/users")); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
}

func TestSearchReportsInvalidParameters(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, c := range []struct{ query, field, code string }{
		{"age=0", "age", "min"},
		{"age=-1", "age", "min"},
		{"age=old", "age", "type"},
		{"age=99999999999999999999", "age", "type"},
		{"gender=Female", "gender", "enum"},
		{"username=", "username", "min"},
		{"q=", "q", "min"},
		{"q=%ff", "q", "format"},
		{"q=%00", "q", "format"},
		{"q=a&q=b", "q", "repeated"},
		{"name=alice", "name", "unknown"},
		{"limit=0", "limit", "min"},
		{"limit=201", "limit", "max"},
		{"cursor=garbage", "cursor", "format"},
	} {
		k.api.GET(t, "/users/search?"+c.query).WantField(c.field, c.code)
	}
	k.api.GET(t, "/users?q=a").WantField("q", "unknown")
}

func TestPagesStayCorrectWhileUsersAreAddedAndDeleted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ids := map[string]int64{}
	for i := range 7 {
		name := fmt.Sprintf("user %d", i)
		ids[name] = k.signUp(t, name)
	}
	first := k.api.GET(t, "/users/search?q=user&limit=3").Want(http.StatusOK)
	for _, gone := range []string{"user 1", "user 2", "user 3"} { // before the cursor, at the cursor, after the cursor
		if err := k.users.Delete(t.Context(), ids[gone]); err != nil {
			t.Fatalf("delete: %v", err)
		}
	}
	k.signUp(t, "user 7")
	got := k.names(t, first.Next())
	if diff := cmp.Diff([]string{"user 4", "user 5", "user 6"}, got); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	last := k.api.GET(t, k.api.GET(t, first.Next()).Next()).Want(http.StatusOK)
	if rows := last.List(); len(rows) != 1 || rows[0]["username"] != "user 7" || last.Next() != "" {
		t.Errorf("last page %v, next %q", rows, last.Next())
	}
	other := url.QueryEscape(queryOf(t, first.Next()).Get("cursor"))
	k.api.GET(t, "/users/search?q=other&cursor="+other).WantField("cursor", "format")
	k.api.GET(t, "/users?cursor="+other).WantField("cursor", "format")
}

func queryOf(t *testing.T, target string) url.Values {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatalf("parse %q: %v", target, err)
	}
	return u.Query()
}
