package notify

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/web"
)

const tag = "notifications"

const socketDescription = "A WebSocket (RFC 6455). Every frame is one JSON object, a Notification as in the inbox, in the order of `seq`.\n\n" +
	"The access token comes in `Authorization: Bearer …`, in `Sec-WebSocket-Protocol: bearer, <token>` (from a script: " +
	"`new WebSocket(url, [\"bearer\", token])`), or in the cookie, then only from the same or an allowed origin. It is never in the URL.\n\n" +
	"Without `since` only what happens from now on is sent; with `since=<seq>` first everything newer than that, then what happens, " +
	"without a gap or a repeat. What a client sends is ignored.\n\n" +
	"Close codes: 4001 no good token (`Authorization header required`, `Invalid token`, `User not found`) or it ran out, 4003 the session ended, " +
	"4008 the reader was too slow, 4009 too many sockets of this member, 4029 too many frames from the client, 1009 a frame over 4 KiB, " +
	"1012 the service restarts. After 1006, 1012, 4001 with a new token, and 4008: come again with `since`."

// Routes registers the routes of this package. Times in the inbox are in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	r.GET("/notifications", auth.Socket, h.connect, openapi.Op{
		Tag: tag, Summary: "Be told in real time", Description: socketDescription, Class: auth.ClassSocket,
		Query: socketQuery{}, Status: http.StatusSwitchingProtocols,
		Errors: []*apperr.Error{web.ErrUpgradeRequired, errHandshake, web.ErrCrossOrigin, apperr.ErrUnavailable},
	})
	r.GET("/notifications/inbox", auth.Member, h.inbox, openapi.Op{
		Tag: tag, Summary: "List your notifications", Description: "Newest first.",
		Query: inboxQuery{}, Response: []notificationResponse{},
		Headers: map[string]string{"X-Unread-Count": "How many notifications are unread, on all pages."},
	})
	r.POST("/notifications/read", auth.Member, h.read, openapi.Op{
		Tag: tag, Summary: "Mark notifications as read", Description: "Takes exactly one of `ids` and `up_to`. Safe to repeat.",
		JSON: readRequest{}, Status: http.StatusNoContent,
	})
}
