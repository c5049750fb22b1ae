package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

// kit is an outbox with a server and an account to write to.
type kit struct {
	*testkit.Kit
	office *postOffice
	outbox *Outbox
	log    *bytes.Buffer
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{Kit: testkit.New(t), office: &postOffice{}, log: &bytes.Buffer{}}
	k.use(t, k.office.open(t))
	err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(addUser, k.Clock.Now(), k.Clock.Now()).Error })
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const addUser = `INSERT INTO users (id, username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count,
	review_count, rating_count, watched_count, diary_version, list_count, created_at, updated_at, search_key, bio, is_private, hides_count, language,
	spoilers, silenced, show_facts, status, status_reason, application)
	VALUES (1, 'a', 'a', '', 20, 'male', 'member', '', 0, 0, 0, 0, 0, 0, 0, ?, ?, '', '', 0, 0, 'auto', 'hide', '', 1, 'active', '', '')`

func (k *kit) use(t *testing.T, s Server) {
	t.Helper()
	k.outbox = NewOutbox(k.DB, s, k.Tokens, k.Clock.Now, slog.New(slog.NewTextHandler(k.log, nil)))
}

func (k *kit) send(t *testing.T, m Message) {
	t.Helper()
	m.UserID = 1
	if m.Expires.IsZero() {
		m.Expires = k.Clock.Now().Add(72 * time.Hour)
	}
	if err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return k.outbox.Send(tx, m) }); err != nil {
		t.Fatal(err)
	}
}

func (k *kit) deliver(t *testing.T) error {
	t.Helper()
	return k.outbox.sendDue(t.Context())
}

func (k *kit) left(t *testing.T) (rows []Outgoing) {
	t.Helper()
	if err := k.DB.Reader(t.Context()).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

func refuse(code int) func() error {
	return func() error { return &smtp.SMTPError{Code: code, Message: "no"} }
}

func TestAMessageArrivesOnceWithItsText(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	text := "영화광님, 안녕하세요.\n\nhttps://film.example/reset?token=ABCDEF\n.\n" + strings.Repeat("긴 줄 ", 400) + "\n"
	k.send(t, Message{To: "alice@film.example", Subject: "[영화 모임] 비밀번호 재설정\r\nBcc: eve@film.example", Text: text})
	if stored := k.left(t)[0]; strings.Contains(stored.Body, "token") || stored.Body == "" {
		t.Errorf("stored %q", stored.Body)
	}
	for range 2 {
		if err := k.deliver(t); err != nil {
			t.Fatal(err)
		}
	}
	got := k.office.got()
	if len(got) != 1 || got[0].from != "circle@film.example" || got[0].to != "alice@film.example" || len(k.left(t)) != 0 {
		t.Fatalf("%d messages: %.500v", len(got), got)
	}
	m, err := netmail.ReadMessage(strings.NewReader(got[0].text))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(m.Header.Get("Message-Id"), "@film.example>") {
		t.Errorf("headers %v", m.Header)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || !strings.HasPrefix(subject, "[영화 모임] 비밀번호 재설정") {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if got := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSpace(got) != strings.TrimSpace(text) {
		t.Errorf("text %.300q, %v", got, err)
	}
}

func TestAMessageOfATransactionThatIsRolledBackIsNotSent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	failed := errors.New("no")
	err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := k.outbox.Send(tx, Message{UserID: 1, To: "a@film.example", Expires: k.Clock.Now().Add(time.Hour)}); err != nil {
			t.Error(err)
		}
		return failed
	})
	if !errors.Is(err, failed) || len(k.left(t)) != 0 {
		t.Errorf("%v, %d messages", err, len(k.left(t)))
	}
}

func TestAMessageIsTriedAgainUntilTheServerTakesIt(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][2]func() error{
		"greylisting":           {refuse(451), nil},
		"service not available": {refuse(421), nil},
		"after the text":        {nil, refuse(452)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.office.answers(answers[0], answers[1])
			k.send(t, Message{To: "alice@film.example", Subject: "s", Text: "t"})
			var waits []float64
			for range 8 {
				before := k.Clock.Now()
				_ = k.deliver(t)
				rows := k.left(t)
				if len(rows) != 1 {
					t.Fatalf("%d messages are left; %s", len(rows), k.log)
				}
				waits = append(waits, rows[0].DueAt.Sub(before).Minutes())
				_ = k.deliver(t) // not due
				k.Clock.Advance(rows[0].DueAt.Sub(before))
			}
			want := []float64{1, 2, 4, 8, 16, 32, 60, 60}
			if !slices.Equal(waits, want) || k.office.attempts() != 8 || k.left(t)[0].Attempts != 8 {
				t.Errorf("waits %v, %d attempts", waits, k.office.attempts())
			}
			k.office.answers(nil, nil)
			if err := k.deliver(t); err != nil || len(k.office.got()) != 1 || len(k.left(t)) != 0 {
				t.Errorf("at last: %v, %d taken, %d left", err, len(k.office.got()), len(k.left(t)))
			}
			if strings.Contains(k.log.String(), "alice") {
				t.Errorf("the log names the recipient: %s", k.log)
			}
		})
	}
}

func TestARefusedMessageIsGivenUpAndTheNextOneIsSent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.office.answers(func() error {
		if k.office.attempts() == 1 {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user alice@film.example"}
		}
		return nil
	}, nil)
	k.send(t, Message{To: "alice@film.example", Subject: "1", Text: "t"})
	k.send(t, Message{To: "bob@film.example", Subject: "2", Text: "t"})
	if err := k.deliver(t); err != nil {
		t.Fatal(err)
	}
	if got := k.office.got(); len(got) != 1 || got[0].to != "bob@film.example" || len(k.left(t)) != 0 {
		t.Errorf("taken %v, %d left", got, len(k.left(t)))
	}
	if log := k.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "550") || strings.Contains(log, "alice") {
		t.Errorf("log %s", log)
	}
}

func TestAServerThatIsDownIsTriedOncePerRun(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	good := k.outbox.server
	k.use(t, Server{Host: "127.0.0.1", Port: port, TLS: NoTLS, From: "a@film.example"})
	for i := range 3 {
		k.send(t, Message{To: fmt.Sprintf("m%d@film.example", i), Subject: "s", Text: "t"})
	}
	if err := k.deliver(t); !errors.Is(err, errUnreachable) {
		t.Errorf("error %v", err)
	}
	var attempts []int64
	for _, row := range k.left(t) {
		attempts = append(attempts, row.Attempts)
	}
	if !slices.Equal(attempts, []int64{1, 0, 0}) {
		t.Errorf("attempts %v", attempts)
	}
	k.use(t, good)
	k.Clock.Advance(time.Minute)
	if err := k.deliver(t); err != nil || len(k.office.got()) != 3 {
		t.Errorf("%v, %d taken", err, len(k.office.got()))
	}
}

func TestAMessageIsNotSentTooLate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.send(t, Message{To: "a@film.example", Subject: "s", Text: "t", Expires: k.Clock.Now().Add(time.Hour)})
	k.Clock.Advance(time.Hour)
	if err := k.deliver(t); err != nil || len(k.office.got()) != 0 || len(k.left(t)) != 0 {
		t.Errorf("%v, %d taken, %d left", err, len(k.office.got()), len(k.left(t)))
	}
}

func TestSeveralInstancesSendEachMessageOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	const messages = 12
	for i := range messages {
		k.send(t, Message{To: fmt.Sprintf("m%d@film.example", i), Subject: "s", Text: "t"})
	}
	var group sync.WaitGroup
	for range 4 {
		other := NewOutbox(k.DB, k.outbox.server, k.Tokens, k.Clock.Now, k.Log)
		group.Go(func() {
			if err := other.sendDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	seen := map[string]int{}
	for _, m := range k.office.got() {
		seen[m.to]++
	}
	if len(seen) != messages || len(k.office.got()) != messages {
		t.Errorf("%d taken, to %d", len(k.office.got()), len(seen))
	}
}

func TestAnInstanceThatDiedLeavesItsMessageToOthers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.send(t, Message{To: "a@film.example", Subject: "s", Text: "t"})
	if mine, err := k.outbox.move(t.Context(), k.left(t)[0], k.Clock.Now().Add(lease).Truncate(time.Microsecond), 1); !mine || err != nil {
		t.Fatal(mine, err) // and no more is heard of it
	}
	k.Clock.Advance(lease - time.Second)
	if err := k.deliver(t); err != nil || len(k.office.got()) != 0 {
		t.Errorf("within the lease: %v, %d taken", err, len(k.office.got()))
	}
	k.Clock.Advance(time.Second)
	if err := k.deliver(t); err != nil || len(k.office.got()) != 1 {
		t.Errorf("afterwards: %v, %d taken", err, len(k.office.got()))
	}
}

func TestTheWorkerSendsAtOnceAndStops(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.outbox.poll = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.outbox.Run(ctx) }()
	k.send(t, Message{To: "a@film.example", Subject: "s", Text: "t"})
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for deadline := time.After(20 * time.Second); len(k.office.got()) == 0; {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatal("nothing arrived")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPasswordsAndEncryption(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	s := k.outbox.server
	m := Message{To: "a@film.example", Subject: "s", Text: "t"}
	s.Username, s.Password = "mailer", "m4il"
	if err := s.send(t.Context(), "1", m); err != nil || k.office.logins["mailer"] != 1 {
		t.Errorf("a good password: %v, %v", err, k.office.logins)
	}
	s.Password = "wrong"
	if err := s.send(t.Context(), "1", m); !errors.Is(err, errUnreachable) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
	s.Password = "m4il"
	for _, encrypted := range []string{StartTLS, TLS} {
		s.TLS = encrypted
		if err := s.send(t.Context(), "1", m); !errors.Is(err, errUnreachable) {
			t.Errorf("a server without %s: %v", encrypted, err)
		}
	}
	if n := len(k.office.got()); n != 1 {
		t.Errorf("%d taken", n)
	}
}

func TestMailIsEncryptedForServersThatAreTrusted(t *testing.T) {
	t.Parallel()
	for _, encrypted := range []string{StartTLS, TLS} {
		office := &postOffice{}
		s := office.serve(t, encrypted)
		s.Username, s.Password = "mailer", "m4il"
		m := Message{To: "a@film.example", Subject: "s", Text: "t"}
		if err := s.send(t.Context(), "1", m); err != nil || office.logins["mailer"] != 1 {
			t.Errorf("%s: %v, %v", encrypted, err, office.logins)
		}
		if got := office.got(); len(got) != 1 || !got[0].encrypted || got[0].to != m.To {
			t.Errorf("%s: taken %+v", encrypted, got)
		}
		s.roots = nil
		if err := s.send(t.Context(), "2", m); !errors.Is(err, errUnreachable) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s with a certificate that nobody trusts: %v", encrypted, err)
		}
		if n := len(office.got()); n != 1 {
			t.Errorf("%s: %d taken", encrypted, n)
		}
	}
}

func TestAServerThatSaysNothingIsLeft(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: NoTLS, From: "a@film.example"}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	k.use(t, s)
	k.send(t, Message{To: "a@film.example", Subject: "s", Text: "t"})
	if err := k.outbox.sendDue(ctx); err == nil {
		t.Error("no error")
	}
	if rows := k.left(t); len(rows) != 1 || rows[0].DueAt.Sub(k.Clock.Now()) != firstWait {
		t.Errorf("left %+v", rows)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a@film.example", "a.b+c@film.example", "영화@film.example", "A@FILM.example"} {
		if got, ok := ParseAddress(good); !ok || got != good {
			t.Errorf("%s: %s, %v", good, got, ok)
		}
	}
	for _, bad := range []string{
		"", "a", "@", "a@", "@b", "A <a@film.example>", "a@film.example, b@film.example", "a@film.example\r\nBcc: b@film.example", " a@film.example",
		"a b@film.example", "a@[127.0.0.1]", `"a b"@film.example`, strings.Repeat("a", 65) + "@film.example", strings.Repeat("a", 60) + "@" + strings.Repeat("b", 200) + ".example",
	} {
		if got, ok := ParseAddress(bad); ok {
			t.Errorf("%q: %q", bad, got)
		}
	}
}
