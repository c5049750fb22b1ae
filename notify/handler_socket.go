package notify

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// bearerProtocol is the subprotocol by which a browser sends a token, which it names right after.
const bearerProtocol = "bearer"

type socketQuery struct {
	Since *int64 `query:"since" binding:"omitempty,min=0" example:"12" description:"Replays everything newer than this seq first. Without it nothing is sent that was there before."`
}

// connect opens a socket. It returns once the socket is open, which then has goroutines of its own:
// the request, its context and its place among those in flight do not live as long as the socket.
func (h handler) connect(c *gin.Context) error {
	if err := handshake(c); err != nil {
		return err
	}
	token, byCookie, err := auth.Credentials(c.Request, protocolToken)
	if byCookie && h.s.Edge.Foreign(c.Request) {
		return web.ErrCrossOrigin
	}
	if err := h.s.reserve(); err != nil {
		return err
	}
	taken := false
	defer func() {
		if !taken {
			h.s.release()
		}
	}()
	var viewer auth.Viewer
	if err == nil {
		viewer, err = h.s.Auth.Authenticate(c.Request.Context(), token)
	}
	if err != nil {
		taken, err = h.refuse(c, err)
		return err
	}
	web.SetViewerID(c, viewer.UserID)
	taken, err = h.accept(c, newSocket(viewer), web.Query[socketQuery](c).Since)
	return err
}

// errHandshake is malformed as any request that cannot be read, in words of its own.
var errHandshake = apperr.New(apperr.Malformed, "malformed",
	"This is not a WebSocket handshake: Sec-WebSocket-Key is missing or no key.",
	"올바른 WebSocket 핸드셰이크가 아닙니다. Sec-WebSocket-Key 헤더를 확인해 주세요.")

// handshake checks what RFC 6455 §4.2.1 asks of a client.
func handshake(c *gin.Context) error {
	r := c.Request
	if r.Method != http.MethodGet || !websocket.IsWebSocketUpgrade(r) || r.Header.Get("Sec-WebSocket-Version") != "13" {
		c.Header("Connection", "Upgrade")
		c.Header("Upgrade", "websocket")
		c.Header("Sec-WebSocket-Version", "13")
		return web.ErrUpgradeRequired
	}
	if key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key")); err != nil || len(key) != 16 {
		return errHandshake
	}
	return nil
}

// protocolToken finds the token of a browser, whose scripts cannot set headers, in the subprotocols. A token
// is never in the URL, which ends up in logs.
func protocolToken(r *http.Request) string {
	protocol, token, _ := strings.Cut(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	if strings.TrimSpace(protocol) != bearerProtocol {
		return ""
	}
	return strings.TrimSpace(token)
}

// refusal returns the contract's reason for closing with 4001, "" when err says nothing about the token.
func refusal(err error) string {
	switch {
	case errors.Is(err, auth.ErrUnauthorized):
		return "Authorization header required"
	case errors.Is(err, auth.ErrUserGone):
		return "User not found"
	case errors.Is(err, auth.ErrInvalidToken), errors.Is(err, auth.ErrTokenExpired):
		return "Invalid token"
	}
	return ""
}

// refuse accepts a socket only to close it with the reason, because browsers show scripts nothing of
// a handshake that failed. It reports whether the reserved place was taken.
func (h handler) refuse(c *gin.Context, why error) (taken bool, err error) {
	reason := refusal(why)
	if reason == "" {
		return false, fmt.Errorf("authenticate a socket: %w", why)
	}
	switching(c)
	conn, err := h.s.melody.Upgrader.Upgrade(c.Writer, c.Request, c.Writer.Header())
	if err != nil {
		return false, fmt.Errorf("open a socket to refuse it: %w", err)
	}
	go func() {
		defer h.s.release()
		defer h.s.recovered("refuse")
		defer func() { _ = conn.Close() }() // nothing was promised
		goodbye(conn, verdict{4001, reason}, func() { linger(conn) })
	}()
	return true, nil
}

// accept opens a socket. From add on no wake is missed, and what was committed before is in the state
// that is read then: so whatever commits after the upgrade arrives. It reports whether the reserved
// place was taken.
func (h handler) accept(c *gin.Context, k *socket, since *int64) (taken bool, err error) {
	h.s.hub.add(k)
	state, err := h.s.state(c.Request.Context(), k.userID)
	if err != nil {
		h.s.hub.remove(k)
		return false, err
	}
	h.s.hub.place(k, state.LastSeq, since)
	switching(c)
	opened := make(chan error, 1)
	k.opened = opened
	go h.s.serve(c.Writer, c.Request, k)
	if err := <-opened; err != nil {
		return true, fmt.Errorf("open a socket: %w", err)
	}
	return true, nil
}

// switching prepares the response for 101: of the headers that answers have, only the id is for sockets.
func switching(c *gin.Context) {
	for name := range c.Writer.Header() {
		if name != "X-Request-Id" {
			c.Writer.Header().Del(name)
		}
	}
	c.Status(http.StatusSwitchingProtocols)
}

// serve upgrades and reads until the socket has ended. It uses w and r before k.answer only.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, k *socket) {
	defer s.release()
	defer s.hub.remove(k)
	defer k.answer(errNotOpened) // which nobody hears if it was opened
	defer s.recovered("serve")
	if err := s.melody.HandleRequest(lineWriter{w, s, k}, r); err != nil {
		k.answer(err)
	}
}

var errNotOpened = errors.New("the socket was not opened")
