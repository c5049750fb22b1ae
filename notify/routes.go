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

const socketDescription = "A WebSocket (RFC 6455). Every frame is one JSON object, the same as an entry of the inbox, in the order of `seq`. " +
	"Frames from the client are ignored.\n\n" +
	"Send the access token in `Authorization: Bearer <token>`, in `Sec-WebSocket-Protocol: bearer, <token>` (in a browser: " +
	"`new WebSocket(url, [\"bearer\", token])`), or in the cookie, which is accepted only from the same or an allowed origin. " +
	"A token in the URL is not accepted.\n\n" +
	"By default only new notifications are sent. With `since=<seq>` all notifications after that seq are sent first, then new ones, " +
	"without a loss or a duplicate. A `seq` is missing where the notification is hidden, because of a block or a mute.\n\n" +
	"Close codes:\n\n" +
	"- 4001: the access token is missing, invalid or expired (`Authorization header required`, `Invalid token`, `User not found`, `Token expired`)\n" +
	"- 4002: `since` is invalid\n" +
	"- 4003: the session has ended\n" +
	"- 4008: the client reads too slowly\n" +
	"- 4009: the user has too many sockets\n" +
	"- 4029: the client sends too many frames\n" +
	"- 1009: the client sent a frame larger than 4 KiB\n" +
	"- 1012: the service is restarting\n\n" +
	"After 1006, 1012, 4008, and after 4001 with a new token, reconnect with `since`."

// Routes registers the routes of this package. Times in the inbox are in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	r.GET("/notifications", auth.Socket, h.connect, openapi.Op{
		Tag: tag, ID: "connectNotifications", Summary: "Open a notification stream (WebSocket)", Description: socketDescription, Class: auth.ClassSocket,
		Query: socketQuery{}, LateQuery: true, Status: http.StatusSwitchingProtocols,
		Errors: []*apperr.Error{web.ErrUpgradeRequired, errHandshake, web.ErrCrossOrigin, apperr.ErrUnavailable},
	})
	r.GET("/notifications/inbox", auth.Member, h.inbox, openapi.Op{
		Tag: tag, ID: "listNotifications", Summary: "List your notifications",
		Description: "Newest first, without those by users whom you have blocked or muted, or who have blocked you, also after that has ended.\n\n" +
			"With `grouped=true` it lists `NotificationGroup`s, that with the newest notification first (`x-variants` of the response).",
		Query: inboxQuery{}, Response: []notificationResponse{}, Variants: map[string]any{"grouped=true": []notificationGroupResponse{}},
		Headers: map[string]string{"X-Unread-Count": "The number of unread notifications on all pages."},
	})
	r.POST("/notifications/read", auth.Member, h.read, openapi.Op{
		Tag: tag, ID: "markNotificationsRead", Summary: "Mark notifications as read", Description: "Set exactly one of `ids` and `up_to`. Idempotent.",
		JSON: readRequest{}, Status: http.StatusNoContent,
	})
}
