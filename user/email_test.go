package user_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// mailing gives the service an outbox, from which nothing is sent.
func mailing(k *kit) {
	k.registration.PublicURL, k.registration.Name = "https://film.example", "영화 모임"
	k.mail = mail.NewOutbox(k.DB, mail.Server{Host: "127.0.0.1", Port: 1, TLS: mail.NoTLS, From: "a@film.example"}, k.Tokens, k.Clock.Now, k.Log)
}

// letter is a mail in the outbox.
type letter struct{ To, Subject, Text string }

// letters takes the mails out of the outbox.
func (k *kit) letters(t *testing.T) []letter {
	t.Helper()
	var rows []mail.Outgoing
	if err := k.DB.Reader(t.Context()).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	var out []letter
	for _, r := range rows {
		text, err := k.Tokens.Open(r.Body, "mail to "+r.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, letter{r.Recipient, r.Subject, text})
	}
	if err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("DELETE FROM outgoing_mails").Error }); err != nil {
		t.Fatal(err)
	}
	return out
}

// linkIn returns the token of the link in a mail.
func linkIn(t *testing.T, l letter, page string) string {
	t.Helper()
	_, token, found := strings.Cut(l.Text, "https://film.example"+page+"?token=")
	if !found {
		t.Fatalf("no link in %q", l.Text)
	}
	token, _, _ = strings.Cut(token, "\n")
	return token
}

func (k *kit) putEmail(t *testing.T, in tokens, email string) *testkit.Response {
	t.Helper()
	return k.api.PUT(t, "/users/me/email", testkit.As(in.Access), testkit.JSON(map[string]any{"email": email, "current_password": password}))
}

func (k *kit) confirmEmail(t *testing.T, token string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/email_confirm", testkit.JSON(map[string]any{"token": token}))
}

func (k *kit) forgot(t *testing.T, field, value string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/password_forgotten", testkit.JSON(map[string]any{field: value}))
}

// answer lets the worker answer what is waiting.
func (k *kit) answer(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.users.AnswerRequests(ctx) }()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for deadline := time.After(20 * time.Second); ; {
		var n int64
		if err := k.DB.Reader(t.Context()).Model(&user.PasswordRequest{}).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("%d requests are not answered", n)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// withEmail adds a member with a confirmed address.
func (k *kit) withEmail(t *testing.T, name, email string) (int64, tokens) {
	t.Helper()
	id, in := k.member(t, name)
	k.putEmail(t, in, email).Want(http.StatusAccepted)
	k.confirmEmail(t, linkIn(t, k.letters(t)[0], "/email")).Want(http.StatusNoContent)
	return id, in
}

func (k *kit) wantEmail(t *testing.T, in tokens, address, pending any) {
	t.Helper()
	if got := k.api.GET(t, "/users/me/email", testkit.As(in.Access)).Want(http.StatusOK).Map(); got["email"] != address || got["pending"] != pending {
		t.Errorf("the member reads %v, want %v and %v", got, address, pending)
	}
}

func TestAnAddressIsConfirmedByALink(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	_, in := k.member(t, "alice")
	k.wantEmail(t, in, nil, nil)
	k.api.PUT(t, "/users/me/email", testkit.As(in.Access), testkit.JSON(map[string]any{"email": "a@film.example", "current_password": "wrong"})).WantField("current_password", "invalid")
	k.putEmail(t, in, "not an address").WantField("email", "format")
	if got := k.letters(t); len(got) != 0 {
		t.Fatalf("sent %v", got)
	}
	if got := k.putEmail(t, in, "Alice@film.example").Want(http.StatusAccepted).Map(); got["email"] != nil || got["pending"] != "Alice@film.example" {
		t.Errorf("answered %v", got)
	}
	sent := k.letters(t)
	if len(sent) != 1 || sent[0].To != "Alice@film.example" || sent[0].Subject != "[영화 모임] 이메일 주소 확인" || !strings.HasPrefix(sent[0].Text, "alice님, ") {
		t.Fatalf("sent %q", sent)
	}
	k.forgot(t, "username", "alice").Want(http.StatusAccepted)
	k.answer(t)
	if got := k.letters(t); len(got) != 0 {
		t.Errorf("sent to an address that is not confirmed: %v", got)
	}
	token := linkIn(t, sent[0], "/email")
	k.confirmEmail(t, token+"x").WantProblem(http.StatusUnprocessableEntity, "email_token_invalid")
	k.confirmEmail(t, token).Want(http.StatusNoContent)
	k.confirmEmail(t, token).WantProblem(http.StatusUnprocessableEntity, "email_token_invalid")
	k.wantEmail(t, in, "Alice@film.example", nil)
	if body := k.api.GET(t, "/users/search?username=alice").Body; strings.Contains(string(body), "film.example") {
		t.Errorf("others read %s", body)
	}
}

func TestAnAddressIsChangedByALinkToTheNewOneAndTheOldOneIsTold(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	_, in := k.withEmail(t, "alice", "old@film.example")
	k.putEmail(t, in, "new@film.example").Want(http.StatusAccepted)
	k.wantEmail(t, in, "old@film.example", "new@film.example")
	first := linkIn(t, k.letters(t)[0], "/email")
	k.putEmail(t, in, "newer@film.example").Want(http.StatusAccepted)
	second := linkIn(t, k.letters(t)[0], "/email")
	k.confirmEmail(t, first).WantProblem(http.StatusUnprocessableEntity, "email_token_invalid")
	k.confirmEmail(t, second).Want(http.StatusNoContent)
	k.wantEmail(t, in, "newer@film.example", nil)
	if sent := k.letters(t); len(sent) != 1 || sent[0].To != "old@film.example" || !strings.Contains(sent[0].Subject, "변경") {
		t.Errorf("sent %q", sent)
	}
	k.api.DELETE(t, "/users/me/email", testkit.As(in.Access), testkit.JSON(map[string]any{"current_password": "wrong"})).WantField("current_password", "invalid")
	for range 2 {
		k.api.DELETE(t, "/users/me/email", testkit.As(in.Access), testkit.JSON(map[string]any{"current_password": password})).Want(http.StatusNoContent)
	}
	k.wantEmail(t, in, nil, nil)
	if sent := k.letters(t); len(sent) != 1 || sent[0].To != "newer@film.example" {
		t.Errorf("sent %q", sent)
	}
}

func TestALinkToConfirmAnAddressExpires(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	_, in := k.member(t, "alice")
	k.putEmail(t, in, "a@film.example").Want(http.StatusAccepted)
	token := linkIn(t, k.letters(t)[0], "/email")
	k.Clock.Advance(24 * time.Hour)
	k.confirmEmail(t, token).WantProblem(http.StatusUnprocessableEntity, "email_token_invalid")
	k.wantEmail(t, k.login(t, "alice"), nil, nil)
}

func TestAnAddressThatAnotherMemberHasTellsNothing(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	k.withEmail(t, "alice", "family@film.example")
	_, in := k.member(t, "bob")
	k.putEmail(t, in, "FAMILY@film.example").Want(http.StatusAccepted)
	sent := k.letters(t)
	if len(sent) != 1 || strings.Contains(sent[0].Text, "alice") {
		t.Fatalf("sent %q", sent)
	}
	k.confirmEmail(t, linkIn(t, sent[0], "/email")).Want(http.StatusNoContent)
	k.forgot(t, "email", "family@FILM.example").Want(http.StatusAccepted)
	k.answer(t)
	if sent := k.letters(t); len(sent) != 2 || !strings.HasPrefix(sent[0].Text, "alice") || !strings.HasPrefix(sent[1].Text, "bob") {
		t.Errorf("sent %q", sent)
	}
}

func TestAForgottenPasswordIsSetByALinkInAMail(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	_, in := k.withEmail(t, "alice", "alice@film.example")
	k.api.PATCH(t, "/users/me/preferences", testkit.As(in.Access), testkit.JSON(map[string]any{"language": "en"})).Want(http.StatusOK)
	admins := k.resetToken(t, "alice")
	k.forgot(t, "username", " ALICE ").Want(http.StatusAccepted)
	k.answer(t)
	sent := k.letters(t)
	if len(sent) != 1 || sent[0].To != "alice@film.example" || sent[0].Subject != "[영화 모임] Set a new password" || !strings.HasPrefix(sent[0].Text, "Hello alice,") {
		t.Fatalf("sent %q", sent)
	}
	token := linkIn(t, sent[0], "/reset")
	k.reset(t, token, newPassword).Want(http.StatusNoContent)
	k.reset(t, token, password).WantProblem(http.StatusUnprocessableEntity, "reset_invalid")
	k.reset(t, admins, password).WantProblem(http.StatusUnprocessableEntity, "reset_invalid")
	k.tryLogin(t, "alice", newPassword).Want(http.StatusOK)
	if sent := k.letters(t); len(sent) != 1 || sent[0].Subject != "[영화 모임] Your password was changed" {
		t.Errorf("sent %q", sent)
	}
}

func TestWhoAsksForALinkLearnsNothing(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	k.withEmail(t, "alice", "alice@film.example")
	k.signUp(t, "bob")
	var bodies []string
	for _, ask := range [][2]string{{"username", "alice"}, {"username", "bob"}, {"username", "nobody"}, {"email", "alice@film.example"}, {"email", "eve@film.example"}, {"email", "no address"}} {
		r := k.forgot(t, ask[0], ask[1]).Want(http.StatusAccepted)
		bodies = append(bodies, string(r.Body))
		if len(k.letters(t)) != 0 { // nothing that depends on the account happens in the request
			t.Errorf("a mail about %v was made in the request", ask)
		}
	}
	if slices.Sort(bodies); len(slices.Compact(bodies)) != 1 {
		t.Errorf("answered %q", bodies)
	}
	k.answer(t)
	if sent := k.letters(t); len(sent) != 2 {
		t.Errorf("sent %q", sent)
	}
	k.api.POST(t, "/users/password_forgotten", testkit.JSON(map[string]any{})).WantField("username", "required")
	k.api.POST(t, "/users/password_forgotten", testkit.JSON(map[string]any{"username": "a", "email": "b"})).WantField("username", "required")
}

func TestNobodyIsFloodedWithMail(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, func(k *kit) { mailing(k); limited(k.Kit) })
	_, alice := k.withEmail(t, "alice", "alice@film.example")
	for range 6 {
		k.forgot(t, "username", "alice").Want(http.StatusAccepted)
	}
	k.answer(t)
	if sent := k.letters(t); len(sent) != 2 { // one was the confirmation
		t.Errorf("%d links were sent", len(sent))
	}
	k.putEmail(t, alice, "victim@film.example").WantProblem(http.StatusTooManyRequests, "too_many_requests")
	k.Clock.Advance(time.Hour)
	alice = k.login(t, "alice")
	for range 3 {
		k.putEmail(t, alice, "victim@film.example").Want(http.StatusAccepted)
	}
	_, bob := k.member(t, "bob")
	k.putEmail(t, bob, "Victim@film.example").WantProblem(http.StatusTooManyRequests, "too_many_requests")
	k.putEmail(t, bob, "bob@film.example").Want(http.StatusAccepted)
}

func TestMembersAreToldByMailWhatGuardsTheirAccount(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	_, admin := k.admin(t, "admin")
	id, in := k.withEmail(t, "alice", "alice@film.example")
	wantOne := func(word string) {
		t.Helper()
		if sent := k.letters(t); len(sent) != 1 || sent[0].To != "alice@film.example" || !strings.Contains(sent[0].Subject, word) {
			t.Errorf("sent %q", sent)
		}
	}
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"password": newPassword, "current_password": password})).Want(http.StatusOK)
	wantOne("비밀번호")
	k.api.PATCH(t, path(id), testkit.As(admin.Access), testkit.JSON(map[string]any{"password": password})).Want(http.StatusOK)
	wantOne("비밀번호")
	secret := k.protectAgain(t, k.login(t, "alice"))
	in = tokensOf(k.loginWith(t, "alice", "totp", k.code(t, secret)).Want(http.StatusOK))
	k.Clock.Advance(time.Minute)
	k.turnOff(t, in, map[string]any{"current_password": password, "code": k.code(t, secret)}).Want(http.StatusNoContent)
	wantOne("2단계 인증")
	k.protectAgain(t, in)
	if err := k.users.RemoveTOTP(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	wantOne("2단계 인증")
	k.api.DELETE(t, path(id), testkit.As(admin.Access)).Want(http.StatusNoContent)
	if sent := k.letters(t); len(sent) != 0 {
		t.Errorf("sent to a deleted account: %q", sent)
	}
}

func TestWithoutMailNothingIsPromised(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	k.putEmail(t, in, "a@film.example").WantProblem(http.StatusConflict, "mail_off")
	k.forgot(t, "username", "alice").WantProblem(http.StatusConflict, "mail_off")
	k.wantEmail(t, in, nil, nil)
	k.api.DELETE(t, "/users/me/email", testkit.As(in.Access), testkit.JSON(map[string]any{"current_password": password})).Want(http.StatusNoContent)
	if err := k.users.AnswerRequests(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOneOfManyInstancesAnswersARequest(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, mailing)
	k.withEmail(t, "alice", "alice@film.example")
	k.forgot(t, "username", "alice").Want(http.StatusAccepted)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	atOnce(4, func(int) error { return k.users.AnswerRequests(ctx) })
	if sent := k.letters(t); len(sent) != 1 {
		t.Errorf("%d links were sent", len(sent))
	}
}
