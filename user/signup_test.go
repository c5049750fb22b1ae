package user_test

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func TestSignUpReturnsTheUserAndItsLocation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	res := k.api.POST(t, "/users", testkit.JSON(signUpBody("  영화광🍿 "))).Want(http.StatusCreated)
	id := res.ID()
	want := map[string]any{
		"id": float64(id), "username": "영화광🍿", "age": 27.0, "gender": "female", "profile_image_url": nil,
		"created_at":     k.Clock.Now().In(k.Zone).Format(time.RFC3339Nano),
		"follower_count": 0.0, "following_count": 0.0, "review_count": 0.0, "rating_count": 0.0, "watched_count": 0.0, "list_count": 0.0, "bio": "",
		"is_private": false,
	}
	if diff := cmp.Diff(want, res.Map()); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	location := "/users/" + strconv.FormatInt(id, 10)
	if got := res.Header.Get("Location"); got != location {
		t.Errorf("Location %q, want %q", got, location)
	}
	if diff := cmp.Diff(want, k.api.GET(t, location).Want(http.StatusOK).Map()); diff != "" {
		t.Errorf("user by Location (-want +got):\n%s", diff)
	}
	if u := k.stored(t, id); u.Role != "member" || !strings.HasPrefix(u.PasswordHash, "$2a$") || u.LastLogin != nil {
		t.Errorf("stored %+v, want a member with a bcrypt hash who never logged in", u)
	}
	wantNoCookies(t, res)
}

func TestSignUpReportsInvalidFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, c := range []struct {
		name  string
		field string
		value any // nil omits the field
		code  string
	}{
		{"no username", "username", nil, "required"},
		{"empty username", "username", "", "required"},
		{"blank username", "username", "   ", "required"},
		{"invisible username", "username", "\u3164\u3164", "required"},
		{"username of marks", "username", "\u0301\u0301", "required"},
		{"one character", "username", "한", "min"},
		{"51 characters", "username", strings.Repeat("가", 51), "max"},
		{"a line break", "username", "ali\nce", "format"},
		{"a name that folds to more than fits", "username", strings.Repeat("\ufdfa", 50), "max"},
		{"a number for a name", "username", 5, "type"},
		{"no password", "password", nil, "required"},
		{"7 characters", "password", "1234567", "min"},
		{"129 characters", "password", strings.Repeat("x", 129), "max"},
		{"a common password", "password", "baseball", "password_too_common"},
		{"the username as the password", "password", "ＳomeBody", "password_too_common"},
		{"no age", "age", nil, "required"},
		{"age 0", "age", 0, "min"},
		{"age 151", "age", 151, "max"},
		{"negative age", "age", -1, "min"},
		{"half a year", "age", 27.5, "type"},
		{"age in words", "age", "27", "type"},
		{"no gender", "gender", nil, "required"},
		{"another gender", "gender", "Male", "enum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := signUpBody("somebody")
			if body[c.field] = c.value; c.value == nil {
				delete(body, c.field)
			}
			k.api.POST(t, "/users", testkit.JSON(body)).WantField(c.field, c.code)
		})
	}
	if got := k.api.GET(t, "/users").Want(http.StatusOK).List(); len(got) != 0 {
		t.Errorf("users were added: %v", got)
	}
}

func TestSignUpAcceptsLimitValues(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for i, change := range []map[string]any{
		{"username": "가나"},
		{"username": strings.Repeat("각", 50)},
		{"age": 1},
		{"age": 150},
		{"gender": "male"},
		{"password": "비밀번호여덟글자"},
		{"password": strings.Repeat("🍣", 128)},
		{"password": "        "},
	} {
		body := signUpBody("user " + strconv.Itoa(i))
		maps.Copy(body, change)
		k.api.POST(t, "/users", testkit.JSON(body)).Want(http.StatusCreated)
		k.tryLogin(t, body["username"].(string), body["password"].(string)).Want(http.StatusOK)
	}
}

func TestSignUpRefusesFieldsThatClientsMayNotSet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.admin(t, "root")
	for _, field := range []string{
		"id", "role", "is_admin", "admin", "password_hash", "username_key", "profile_image", "profile_image_url",
		"created_at", "updated_at", "last_login", "follower_count", "following_count", "review_count", "watched_count", "Username", "AGE",
	} {
		body := signUpBody("mallory")
		body[field] = 1
		k.api.POST(t, "/users", testkit.JSON(body)).WantField(field, "unknown")
		k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{field: 1})).WantField(field, "unknown")
	}
}

func TestSignUpRefusesMalformedBodies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.api.POST(t, "/users", testkit.Form("username", "bob")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	k.api.POST(t, "/users", testkit.Body("application/json", "")).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users", testkit.Body("application/json", `{"username":`)).WantProblem(http.StatusBadRequest, "malformed")
	k.api.POST(t, "/users", testkit.Body("application/json", `"`+strings.Repeat("x", 300<<10)+`"`)).
		WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	k.api.POST(t, "/users?role=admin", testkit.JSON(signUpBody("bob"))).WantField("role", "unknown")
}

func TestUsernameIsUniqueAcrossCaseAndUnicodeForms(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, c := range []struct{ first, second string }{
		{"Alice", "alice"},
		{"Jos\u00e9", "JOSE\u0301"},
		{"ａｄｍｉｎ", "admin"},
		{"Straße", "STRASSE"},
		{"한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"},
		{"ﬁlm fan", "Film Fan"},
		{"Σίσυφος", "σίσυφοσ"},
		{"❤️팬", "❤팬"},
		{"kelvin", "\u212Aelvin"},
	} {
		k.signUp(t, c.first)
		k.api.POST(t, "/users", testkit.JSON(signUpBody(c.second))).WantProblem(http.StatusConflict, "username_taken")
		k.login(t, c.second)
	}
	for _, c := range []struct{ first, second string }{{"bob", "böb"}, {"sushi 🍣", "sushi 🍺"}, {"ㅎㅏㄴ", "한한"}} {
		k.signUp(t, c.first)
		k.signUp(t, c.second)
	}
}

func TestConcurrentSignUpsForOneNameMakeOneAccount(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	names := []string{"Racer", "racer", "RACER", "ｒａｃｅｒ"}
	got := map[int]int{}
	for _, res := range atOnce(16, func(i int) *testkit.Response {
		return k.api.POST(t, "/users", testkit.JSON(signUpBody(names[i%4])))
	}) {
		if got[res.Status]++; res.Status == http.StatusConflict {
			res.WantProblem(http.StatusConflict, "username_taken")
		}
	}
	if diff := cmp.Diff(map[int]int{201: 1, 409: 15}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if got := k.api.GET(t, "/users").List(); len(got) != 1 {
		t.Errorf("%d users, want 1", len(got))
	}
}

func TestErrorsAreInTheRequestedLanguage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.signUp(t, "영화광")
	for language, want := range map[string]string{
		"ko-KR,ko;q=0.9": "이미 사용 중인 닉네임입니다.", "en": "This username is already taken.", "": "This username is already taken.",
	} {
		got := k.api.POST(t, "/users", testkit.JSON(signUpBody("영화광")), testkit.Header("Accept-Language", language)).Problem().Detail
		if got != want {
			t.Errorf("Accept-Language %q: %q, want %q", language, got, want)
		}
	}
}

func TestCreateValidatesDrafts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, err := k.users.Create(t.Context(), user.Draft{Username: "x", Password: "short", Age: 0, Gender: "?"})
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrValidation) {
		t.Fatalf("error %v, want a validation error", err)
	}
	var got []string
	for _, f := range e.Fields {
		got = append(got, f.Name+" "+f.Code)
	}
	if diff := cmp.Diff([]string{"username min", "password min", "age min", "gender enum"}, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	u, err := k.users.Create(t.Context(), user.Draft{Username: "root", Password: password, Age: 40, Gender: user.Male, Role: "admin"})
	if err != nil || u.ID == 0 || u.Role != "admin" {
		t.Errorf("created %+v, %v, want an admin", u, err)
	}
}
