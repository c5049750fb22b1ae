package notify

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify/live"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// bearerProtocol is the subprotocol by which a browser sends a token, as the next subprotocol.
const bearerProtocol = "bearer"

type socketQuery struct {
	Since *int64 `query:"since" binding:"omitempty,min=0" example:"12" description:"Sends all notifications after this seq first. By default only new ones are sent."`
}

// connect answers GET /notifications. It returns once the socket is open; the socket outlives the request.
//
// If only since is invalid, the socket opens and is closed with 4002, once the token is good: scripts of a browser cannot
// see a 422, and take it for a lost connection.
func (h handler) connect(c *gin.Context) error {
	badQuery := web.QueryError(c)
	if badQuery != nil && (!websocket.IsWebSocketUpgrade(c.Request) || !onlySince(badQuery)) {
		return badQuery
	}
	if err := handshake(c); err != nil {
		return err
	}
	tokens, byCookie, tokenErr := auth.Credentials(c.Request, protocolToken)
	if byCookie && h.s.Origin.Foreign(c.Request) {
		return web.ErrCrossOrigin
	}
	slot, err := h.s.hub.Reserve()
	if err != nil {
		return err
	}
	defer slot.Release()
	viewer, err := h.authenticate(c, tokens, tokenErr)
	if err != nil {
		return refuse(c, slot, err)
	}
	web.SetViewerID(c, viewer.UserID)
	if viewer.Status == auth.StatusSuspended {
		prepareUpgrade(c)
		return slot.Refuse(c.Writer, c.Request, suspended)
	}
	if badQuery != nil {
		prepareUpgrade(c)
		return slot.Refuse(c.Writer, c.Request, badSince)
	}
	if err := slot.Join(c.Request.Context(), viewer, web.Query[socketQuery](c).Since); err != nil {
		return err
	}
	prepareUpgrade(c)
	return slot.Upgrade(c.Writer, c.Request)
}

// suspended closes a socket of a member who may not have one.
var suspended = live.Close{Code: 4003, Reason: "Account suspended"}

// badSince closes a socket with an invalid since. The reason in a close frame has at most 123 bytes (RFC 6455 §5.5).
var badSince = live.Close{Code: 4002, Reason: "since must be one integer of 0 or more: the seq of a notification"}

// onlySince reports whether err is about the parameter since and nothing else.
func onlySince(err error) bool {
	e, ok := errors.AsType[*apperr.Error](err)
	return ok && len(e.Fields) > 0 && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name != "since" })
}

var errHandshake = apperr.New(apperr.Malformed, "malformed",
	"This is not a WebSocket handshake: the Sec-WebSocket-Key header is missing or invalid.",
	"올바른 WebSocket 핸드셰이크가 아닙니다. Sec-WebSocket-Key 헤더를 확인해 주세요.")

// handshake checks what RFC 6455 §4.2.1 requires of a client.
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

// protocolToken returns the token in the subprotocols, "" if there is none. Scripts of a browser cannot set
// headers, and a URL ends up in logs.
func protocolToken(r *http.Request) string {
	protocol, token, _ := strings.Cut(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	if strings.TrimSpace(protocol) != bearerProtocol {
		return ""
	}
	return strings.TrimSpace(token)
}

func (h handler) authenticate(c *gin.Context, tokens []string, tokenErr error) (auth.Viewer, error) {
	if tokenErr != nil {
		return auth.Viewer{}, tokenErr
	}
	return h.s.Auth.Authenticate(c.Request.Context(), tokens...)
}

// refuse closes the socket with the reason if the token is not valid. Any other error fails the request.
func refuse(c *gin.Context, slot *live.Slot, why error) error {
	reason := refusal(why)
	if reason == "" {
		return fmt.Errorf("authenticate a socket: %w", why)
	}
	prepareUpgrade(c)
	return slot.Refuse(c.Writer, c.Request, live.Close{Code: 4001, Reason: reason})
}

// refusal returns the reason that goes with close code 4001, "" if err says nothing about the token.
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

// prepareUpgrade sets status 101 and removes the headers of ordinary responses except X-Request-Id.
func prepareUpgrade(c *gin.Context) {
	for name := range c.Writer.Header() {
		if name != "X-Request-Id" {
			c.Writer.Header().Del(name)
		}
	}
	c.Status(http.StatusSwitchingProtocols)
}
