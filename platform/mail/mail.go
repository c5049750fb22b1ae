// Package mail sends mail that must not be lost. A message is written into an outbox in the transaction of what it is about;
// a worker sends it afterwards, and tries again while the server of the operator does not take it.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// The values of [Server.TLS].
const (
	StartTLS = "starttls" // a connection that is encrypted before anything is said
	TLS      = "tls"      // encrypted from the first byte
	NoTLS    = "none"     // for a server on the same machine
)

// Server is the SMTP server that takes the mail.
type Server struct {
	Host               string
	Port               int
	Username, Password string // "" for a server that asks for none
	TLS                string
	From               string // an address, with or without a name

	roots *x509.CertPool // whose certificates are trusted; nil: those of the system
}

// Message is a mail to a member, of plain text.
type Message struct {
	UserID  int64  // with whose account it is deleted
	To      string // an address that [ParseAddress] accepted
	Subject string
	Text    string
	Expires time.Time // it is not sent any more
}

// MaxAddress is the limit of an address, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const MaxAddress = 254

// ParseAddress returns an address without a name or a comment, and whether it is one.
func ParseAddress(text string) (string, bool) {
	a, err := netmail.ParseAddress(text)
	if err != nil || a.Name != "" || a.Address != text || len(text) > MaxAddress || strings.ContainsAny(text, "\r\n\x00\"") {
		return "", false
	}
	local, domain, _ := strings.Cut(a.Address, "@")
	if len(local) > 64 || strings.HasPrefix(domain, "[") {
		return "", false
	}
	return a.Address, true
}

// attemptTimeout is the limit of one attempt.
const attemptTimeout = 30 * time.Second

// errRefused means that the server will never take a message.
var errRefused = errors.New("the server refused the message")

// errUnreachable means that the server takes no message at present.
var errUnreachable = errors.New("the server cannot be reached")

// send hands a message to the server. id is the same for every attempt at it.
func (s Server) send(ctx context.Context, id string, m Message) error {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(message.From(s.From), message.To(m.To)); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	message.Subject(m.Subject)
	message.SetMessageIDWithValue(id + "@" + s.domain())
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answer of an absent person
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	client, err := gomail.NewClient(s.Host, s.options(ctx)...)
	if err != nil {
		return err
	}
	return explain(client.DialAndSendWithContext(ctx, message))
}

// options returns what the client has to know of the server, for an attempt that ends with ctx.
func (s Server) options(ctx context.Context) []gomail.Option {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(attemptTimeout), gomail.WithDialContextFunc(s.dialer(ctx))}
	login := gomail.SMTPAuthAutoDiscover
	switch s.TLS {
	case TLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic)) // the dialer has done it
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		login = gomail.SMTPAuthPlainNoEnc
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(s.tlsConfig()))
	}
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(login), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	return options
}

func (s Server) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}

// dialer returns a function that connects to the server. The connection is closed when ctx ends: the client itself waits for a
// server that says nothing, and leaves connections open whose greeting fails.
func (s Server) dialer(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		var conn net.Conn
		var err error
		if s.TLS == TLS {
			conn, err = (&tls.Dialer{Config: s.tlsConfig()}).DialContext(dialing, network, address)
		} else {
			conn, err = new(net.Dialer).DialContext(dialing, network, address)
		}
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
}

// domain returns the domain of the sender.
func (s Server) domain() string {
	if a, err := netmail.ParseAddress(s.From); err == nil {
		if _, domain, found := strings.Cut(a.Address, "@"); found {
			return domain
		}
	}
	return "localhost"
}

// explain adds what an error of the client means for later attempts.
func explain(err error) error {
	if err == nil {
		return nil
	}
	refused, ok := errors.AsType[*gomail.SendError](err)
	switch {
	case !ok:
		return fmt.Errorf("%w: %w", errUnreachable, err)
	case !refused.IsTemp() && refused.ErrorCode() >= 500:
		// Not the error itself, which has the address.
		return fmt.Errorf("%w with status %d %s", errRefused, refused.ErrorCode(), refused.EnhancedStatusCode())
	}
	return fmt.Errorf("the server did not take the message yet: status %d %s", refused.ErrorCode(), refused.EnhancedStatusCode())
}
