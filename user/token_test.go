package user_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// newToken is the response to the creation of a personal token.
type newToken struct {
	ID        int64
	Name      string
	Scope     string
	Token     string
	ExpiresAt *time.Time `json:"expires_at"`
	CreatedAt time.Time  `json:"created_at"`
}

func (k *kit) newToken(t *testing.T, access, scope string, more ...any) newToken {
	t.Helper()
	body := map[string]any{"name": "a program", "scope": scope}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	var out newToken
	k.api.POST(t, "/users/me/tokens", testkit.As(access), testkit.JSON(body)).Want(http.StatusCreated).Decode(&out)
	return out
}

func TestPersonalTokensAreShownOnceAndKeptAsHashes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	made := k.newToken(t, in.Access, "read", "name", "  Kodi  ", "expires_in_days", 90)
	if !strings.HasPrefix(made.Token, "cct_") || len(made.Token) < 30 || made.Name != "Kodi" || made.Scope != "read" {
		t.Errorf("made %+v", made)
	}
	if want := made.CreatedAt.AddDate(0, 0, 90); made.ExpiresAt == nil || !made.ExpiresAt.Equal(want) {
		t.Errorf("it expires at %v, want %v", made.ExpiresAt, want)
	}
	list := k.api.GET(t, "/users/me/tokens", testkit.As(in.Access)).Want(http.StatusOK)
	if strings.Contains(string(list.Body), made.Token) || strings.Contains(string(list.Body), "hash") {
		t.Errorf("the list shows the token: %s", list.Body)
	}
	if got := list.List(); len(got) != 1 || got[0]["last_used_at"] != nil || got[0]["name"] != "Kodi" {
		t.Errorf("listed %v", got)
	}
	var stored user.Token
	if err := k.DB.Reader(t.Context()).Take(&stored, made.ID).Error; err != nil || stored.TokenHash != auth.HashToken(made.Token) || stored.UserID != id {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func TestScopesOfPersonalTokens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	read, write := k.newToken(t, in.Access, "read").Token, k.newToken(t, in.Access, "write").Token
	age := testkit.JSON(map[string]any{"age": 40})
	k.me(t, read).Want(http.StatusOK)
	k.api.Do(t, http.MethodHead, "/users/me", testkit.As(read)).Want(http.StatusOK)
	k.api.PATCH(t, "/users/me", testkit.As(read), age).WantProblem(http.StatusForbidden, "insufficient_scope")
	k.api.PATCH(t, "/users/me", testkit.As(write), age).Want(http.StatusOK)
	for _, token := range []string{read, write} {
		for _, body := range []map[string]any{{"password": "another good one", "current_password": password}, {"current_password": password}} {
			k.api.PATCH(t, "/users/me", testkit.As(token), testkit.JSON(body)).WantProblem(http.StatusForbidden, "insufficient_scope")
		}
		k.api.POST(t, "/users/me/tokens", testkit.As(token), testkit.JSON(map[string]any{"name": "x", "scope": "write"})).
			WantProblem(http.StatusForbidden, "insufficient_scope")
		k.api.GET(t, "/users/me/tokens", testkit.As(token)).WantProblem(http.StatusForbidden, "insufficient_scope")
		k.api.DELETE(t, "/users/me", testkit.As(token)).WantProblem(http.StatusForbidden, "insufficient_scope")
		k.api.GET(t, "/users/me", testkit.Cookie(auth.AccessCookie, token)).WantProblem(http.StatusUnauthorized, "unauthorized")
		k.refresh(t, token).WantProblem(http.StatusUnauthorized, "invalid_token")
	}
	k.login(t, "alice")
}

func TestAnAdminsTokenSetsNoPasswordOfAnother(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.admin(t, "root")
	other := k.signUp(t, "alice")
	token := k.newToken(t, in.Access, "write").Token
	k.api.PATCH(t, path(other), testkit.As(token), testkit.JSON(map[string]any{"age": 41})).Want(http.StatusOK)
	k.api.PATCH(t, path(other), testkit.As(token), testkit.JSON(map[string]any{"password": "another good one"})).
		WantProblem(http.StatusForbidden, "insufficient_scope")
	k.api.DELETE(t, path(other), testkit.As(token)).WantProblem(http.StatusForbidden, "insufficient_scope")
	k.login(t, "alice")
}

func TestPersonalTokensWorkUntilTheyExpireOrAreDeleted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	k.member(t, "bob")
	brief, lasting := k.newToken(t, in.Access, "read", "expires_in_days", 1), k.newToken(t, in.Access, "write")
	k.Clock.Advance(24*time.Hour - time.Second)
	k.me(t, brief.Token).Want(http.StatusOK)
	k.Clock.Advance(time.Second)
	k.me(t, brief.Token).WantProblem(http.StatusUnauthorized, "token_expired")
	in = k.login(t, "alice")
	if got := k.api.GET(t, "/users/me/tokens", testkit.As(in.Access)).Want(http.StatusOK).List(); len(got) != 1 {
		t.Errorf("an expired token is listed: %v", got)
	}
	k.me(t, lasting.Token+"A").WantProblem(http.StatusUnauthorized, "invalid_token")

	one := fmt.Sprintf("/users/me/tokens/%d", lasting.ID)
	others := k.login(t, "bob")
	k.api.DELETE(t, one, testkit.As(others.Access)).WantProblem(http.StatusNotFound, "not_found")
	k.me(t, lasting.Token).Want(http.StatusOK)
	k.ended.take()
	k.api.DELETE(t, one, testkit.As(in.Access)).Want(http.StatusNoContent)
	k.me(t, lasting.Token).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.api.DELETE(t, one, testkit.As(in.Access)).WantProblem(http.StatusNotFound, "not_found")
	if got := k.ended.take(); len(got) != 1 || got[0].UserID != id || !slices.Equal(got[0].Sessions, []int64{-lasting.ID}) {
		t.Errorf("ended %v, want the sockets of token %d", got, lasting.ID)
	}

	token := k.newToken(t, in.Access, "read").Token
	k.api.DELETE(t, "/users/me", testkit.As(in.Access)).Want(http.StatusNoContent)
	k.me(t, token).WantProblem(http.StatusUnauthorized, "invalid_token")
}

func TestAllPersonalTokensAreRevokedAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	_, others := k.member(t, "bob")
	a, b, bobs := k.newToken(t, in.Access, "read"), k.newToken(t, in.Access, "write", "expires_in_days", 1), k.newToken(t, others.Access, "read")
	count := func(want int64) {
		t.Helper()
		if got, err := k.users.CountTokens(t.Context(), id); err != nil || got != want {
			t.Errorf("%d tokens work, want %d: %v", got, want, err)
		}
	}
	count(2)
	k.ended.take()
	for range 2 {
		if err := k.users.RevokeTokens(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	count(0)
	for _, token := range []string{a.Token, b.Token} {
		k.me(t, token).WantProblem(http.StatusUnauthorized, "invalid_token")
	}
	k.me(t, in.Access).Want(http.StatusOK)
	k.me(t, bobs.Token).Want(http.StatusOK)
	if got := k.ended.take(); len(got) != 1 || got[0].UserID != id || !slices.Equal(slices.Sorted(slices.Values(got[0].Sessions)), []int64{-b.ID, -a.ID}) {
		t.Errorf("ended %v, want the sockets of both tokens", got)
	}
}

func TestSocketsOfPersonalTokensEndWithThem(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	brief, lasting, gone := k.newToken(t, in.Access, "read", "expires_in_days", 1), k.newToken(t, in.Access, "read"), k.newToken(t, in.Access, "read")
	k.api.DELETE(t, fmt.Sprintf("/users/me/tokens/%d", gone.ID), testkit.As(in.Access)).Want(http.StatusNoContent)
	session := k.sessionID(t, in.Access)
	ids := []int64{session, -brief.ID, -lasting.ID, -gone.ID, 999}
	active := func() []int64 {
		got, err := k.users.ActiveSessions(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got, want := active(), []int64{-lasting.ID, -brief.ID, session}; !slices.Equal(got, want) {
		t.Errorf("active %v, want %v", got, want)
	}
	k.Clock.Advance(25 * time.Hour)
	if got, want := active(), []int64{-lasting.ID, session}; !slices.Equal(got, want) {
		t.Errorf("a day later active %v, want %v", got, want)
	}
}

// The use of a token is noted without a write of its own.
func TestTheLastUseOfATokenIsKept(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	made := k.newToken(t, in.Access, "read")
	stored := func() *time.Time {
		var one user.Token
		if err := k.DB.Reader(t.Context()).Take(&one, made.ID).Error; err != nil {
			t.Fatal(err)
		}
		return one.LastUsedAt
	}
	k.Clock.Advance(time.Minute)
	k.me(t, made.Token).Want(http.StatusOK)
	used := k.Clock.Now()
	if at := stored(); at != nil {
		t.Errorf("the request wrote %v", at)
	}
	rows, _, err := k.users.Tokens(t.Context(), id, page.Page{Limit: 5})
	if err != nil || len(rows) != 1 || rows[0].LastUsedAt == nil || !rows[0].LastUsedAt.Equal(used) {
		t.Errorf("listed %+v, %v; want the use at %v", rows, err, used)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := k.users.Run(ctx); err != nil { // what shuts down writes
		t.Fatal(err)
	}
	if at := stored(); at == nil || !at.Equal(used) {
		t.Errorf("stored %v, want %v", at, used)
	}
}

func TestPersonalTokensAreLimitedInNumberAndFields(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	for _, c := range []struct{ body, field, code string }{
		{`{"scope":"read"}`, "name", "required"},
		{`{"name":"","scope":"read"}`, "name", "required"},
		{`{"name":"` + strings.Repeat("가", 51) + `","scope":"read"}`, "name", "max"},
		{`{"name":"x"}`, "scope", "required"},
		{`{"name":"x","scope":"admin"}`, "scope", "enum"},
		{`{"name":"x","scope":"read","expires_in_days":0}`, "expires_in_days", "min"},
		{`{"name":"x","scope":"read","expires_in_days":366}`, "expires_in_days", "max"},
		{`{"name":"x","scope":"read","user_id":1}`, "user_id", "unknown"},
	} {
		k.api.POST(t, "/users/me/tokens", testkit.As(in.Access), testkit.Body("application/json", c.body)).WantField(c.field, c.code)
	}
	k.Write(t, func(tx *gorm.DB) error {
		many := make([]user.Token, 99)
		for i := range many {
			many[i] = user.Token{UserID: id, Name: "x", Scope: auth.ScopeRead, TokenHash: fmt.Sprint(i), CreatedAt: k.Clock.Now()}
		}
		return tx.Create(&many).Error
	})
	made := atOnce(4, func(int) int {
		return k.api.POST(t, "/users/me/tokens", testkit.As(in.Access), testkit.JSON(map[string]any{"name": "x", "scope": "read"})).Status
	})
	slices.Sort(made)
	if want := []int{201, 409, 409, 409}; !slices.Equal(made, want) {
		t.Errorf("with 99 tokens four requests at once got %v, want %v", made, want)
	}
	first := k.api.GET(t, "/users/me/tokens?limit=60", testkit.As(in.Access)).Want(http.StatusOK)
	second := k.api.GET(t, first.Next(), testkit.As(in.Access)).Want(http.StatusOK)
	if len(first.List()) != 60 || len(second.List()) != 40 || second.Next() != "" {
		t.Errorf("pages of %d and %d tokens", len(first.List()), len(second.List()))
	}
}

func TestTokenQueriesUseAnIndex(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	made := k.newToken(t, in.Access, "read")
	others := k.Join(t, 50) // planners ignore the indexes of small tables
	k.Write(t, func(tx *gorm.DB) error {
		many := make([]user.Token, 0, 20*len(others))
		for i := range cap(many) {
			many = append(many, user.Token{UserID: others[i%len(others)], Name: "x", Scope: auth.ScopeRead, TokenHash: fmt.Sprint(i), CreatedAt: k.Clock.Now()})
		}
		return tx.CreateInBatches(&many, 500).Error
	})
	for _, after := range []*page.Key{nil, {ID: 500}} {
		testkit.WantIndexed(t, k.DB, "idx_personal_tokens_user", func() {
			if _, _, err := k.users.Tokens(t.Context(), id, page.Page{Limit: 5, After: after}); err != nil {
				t.Error(err)
			}
		})
	}
	testkit.WantIndexed(t, k.DB, "idx_personal_tokens_hash", func() { k.me(t, made.Token).Want(http.StatusOK) })
}
