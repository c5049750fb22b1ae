package mail

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// received is a message that the server took.
type received struct {
	from, to, text string
	encrypted      bool // the connection
}

// postOffice is an SMTP server of the tests.
type postOffice struct {
	mu     sync.Mutex
	taken  []received     // guarded by mu
	rcpt   func() error   // the answer to a recipient; guarded by mu
	data   func() error   // the answer to a text; guarded by mu
	tries  int            // at a recipient; guarded by mu
	logins map[string]int // of good passwords; guarded by mu
}

// open starts the server and returns how to reach it without TLS.
func (p *postOffice) open(t *testing.T) Server {
	t.Helper()
	return p.serve(t, NoTLS)
}

// serve is open with a value of [Server.TLS]. The result trusts the certificate of the server.
func (p *postOffice) serve(t *testing.T, encrypted string) Server {
	t.Helper()
	server := smtp.NewServer(p)
	server.AllowInsecureAuth = encrypted == NoTLS
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if encrypted != NoTLS {
		donor := httptest.NewTLSServer(nil) // which has a certificate for 127.0.0.1
		server.TLSConfig = &tls.Config{Certificates: donor.TLS.Certificates, MinVersion: tls.VersionTLS12}
		roots.AddCert(donor.Certificate())
		donor.Close()
	}
	if encrypted == TLS {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close() // the server does not know it yet when a test ends at once
		<-done
	})
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	n, _ := strconv.Atoi(port)
	return Server{Host: "127.0.0.1", Port: n, TLS: encrypted, From: "영화 모임 <circle@film.example>", roots: roots}
}

func (p *postOffice) answers(rcpt, data func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rcpt, p.data = rcpt, data
}

func (p *postOffice) got() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]received(nil), p.taken...)
}

func (p *postOffice) attempts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries
}

// NewSession implements smtp.Backend.
func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, encrypted := c.TLSConnectionState()
	return &visit{office: p, encrypted: encrypted}, nil
}

// visit is a connection.
type visit struct {
	office    *postOffice
	from, to  string
	encrypted bool
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != "mailer" || password != "m4il" {
			return smtp.ErrAuthFailed
		}
		v.office.mu.Lock()
		defer v.office.mu.Unlock()
		if v.office.logins == nil {
			v.office.logins = map[string]int{}
		}
		v.office.logins[username]++
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error { v.from = from; return nil }

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	v.office.mu.Lock()
	v.office.tries++
	answer := v.office.rcpt
	v.office.mu.Unlock()
	if answer != nil {
		return answer()
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.office.mu.Lock()
	answer := v.office.data
	v.office.mu.Unlock()
	if answer != nil {
		if err := answer(); err != nil {
			return err
		}
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.taken = append(v.office.taken, received{v.from, v.to, string(text), v.encrypted})
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }
