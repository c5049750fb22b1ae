package user_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// TestNamesOfStandaloneLettersAreNotThoseOfSyllables signs up with names that compatibility forms (NFKC) make equal.
func TestNamesOfStandaloneLettersAreNotThoseOfSyllables(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, pair := range [][2]string{{"ㅎㅔㄸㅔ", "헤떼"}, {"ㄱㅏㄴㅏ", "가나"}, {"ㅋㅏㅋㅏ오", "카카오"}, {"x ㅇㅣ", "x 이"}} {
		for _, name := range pair {
			k.signUp(t, name)
			k.login(t, name)
			if got := k.names(t, "/users/search?username="+url.QueryEscape(name)); !slices.Equal(got, []string{name}) {
				t.Errorf("the name %s is that of %v", name, got)
			}
		}
	}
	k.api.POST(t, "/users", testkit.JSON(signUpBody("ﾾￇﾨￇ"))).WantProblem(http.StatusConflict, "username_taken") // half-width
	k.login(t, "ﾾￇﾨￇ")
}

// TestNamesAreFoundAsPeopleTypeThem searches with the index and without it.
func TestNamesAreFoundAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	names := []struct{ name, found, missed string }{
		{"ㅎㅏㅎㅏ", "ㅎ|ㅎㅏ|ㅎㅏㅎ|ㅏㅎ", "하|하하|ㅎㅎ"},
		{"하하", "ㅎ|하|ㅎㅎ|하ㅎ", "ㅎㅏ|허"},
		{"기생충 팬", "ㄱㅅㅊ|기새|깃|기생추|기생충팬|충 패|ㅊㅍ", "기사|ㅊㅋ"},
		{"Spider-Man", "spiderman|spider man|ＳＰＩＤＥＲ", "spidermen"},
		{"José İstanbul", "jose|istanbul|josei", "josé x"},
		{"kırmızı", "KIRMIZI|kirmizi", "kirmiza"},
		{"Łukasz", "lukasz|ŁUKASZ", "lukas z x"},
		{"sushi 🍣", "🍣|sushi|SUSHI 🍣", "🍺"},
		{"a.b_c", "a.b_c|abc|_|.|b c", "-|abd"},
	}
	for _, c := range names {
		k.signUp(t, c.name)
	}
	search := func() {
		for _, c := range names {
			for i, texts := range []string{c.found, c.missed} {
				for text := range strings.SplitSeq(texts, "|") {
					got := k.names(t, "/users/search?q="+url.QueryEscape(text))
					if found := slices.Contains(got, c.name); found != (i == 0) {
						t.Errorf("%q finds %q: %t", text, c.name, found)
					}
				}
			}
		}
	}
	search()
	if err := user.IndexAll(t.Context(), k.DB); err != nil {
		t.Fatal(err)
	}
	search()
}

func TestExactNamesComeFirst(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, name := range []string{"the fan", "fanny", "FAN", "Fan 2", "superfan"} {
		k.signUp(t, name)
	}
	want := []string{"FAN", "fanny", "Fan 2", "the fan", "superfan"}
	for _, limit := range []string{"1", "2", "5"} {
		var got []string
		for target := "/users/search?q=fan&limit=" + limit; target != ""; {
			res := k.api.GET(t, target).Want(http.StatusOK)
			for _, u := range res.List() {
				got = append(got, u["username"].(string))
			}
			target = res.Next()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s a page (-want +got):\n%s", limit, diff)
		}
	}
}

// TestAccountsOfAnOlderVersionStaySignedUp stores the keys of a version before schema 15 and has them stored anew.
func TestAccountsOfAnOlderVersionStaySignedUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "ㅎㅔㄸㅔ")
	k.signUp(t, "기생충 팬")
	k.Write(t, func(tx *gorm.DB) error {
		for _, statement := range []string{
			"UPDATE users SET username_key = '헤떼' WHERE id = 1", "UPDATE users SET search_key = ''",
			"DELETE FROM user_grams", "UPDATE user_gram_builds SET next_id = 1",
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		return nil
	})
	k = k.again(t)
	k.login(t, "ㅎㅔㄸㅔ")
	if res := k.tryLogin(t, "헤떼", password); res.Status != http.StatusUnauthorized {
		t.Errorf("another name signs in: %d", res.Status)
	}
	if err := k.users.Grant(t.Context(), "ㅎㅔㄸㅔ"); err != nil {
		t.Errorf("grant: %v", err)
	}
	for text, want := range map[string][]string{"충 팬": {"기생충 팬"}, "생": {"기생충 팬"}} {
		if diff := cmp.Diff(want, k.names(t, "/users/search?q="+url.QueryEscape(text))); diff != "" {
			t.Errorf("before the keys are stored anew, %s (-want +got):\n%s", text, diff)
		}
	}
	if err := k.users.BuildIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.login(t, "ㅎㅔㄸㅔ")
	// It looks like the name of an admin, so nobody else may take it.
	if _, err := k.users.Create(t.Context(), user.Draft{Username: "헤떼", Password: password, Age: 30, Gender: user.Male, Operator: true}); err != nil {
		t.Fatal(err)
	}
	k.login(t, "헤떼")
	if diff := cmp.Diff([]string{"기생충 팬"}, k.names(t, "/users/search?q="+url.QueryEscape("ㄱㅅㅊ"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
