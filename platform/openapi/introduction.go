package openapi

// introduction is the first page of the documentation.
const introduction = "The API of a film community: members, films, reviews, likes, follows, and notifications in real time.\n\n" +
	"**Signing in.** `POST /users/login` answers with an access token (send it as `Authorization: Bearer …`) and a refresh token, " +
	"and sets both as cookies for browsers. Access tokens live for minutes; `POST /users/refresh` trades the refresh token for a new pair. " +
	"Every refresh token is good once: using an older one ends the session.\n\n" +
	"**Errors** are RFC 9457 problem documents. Programs read `code`, people read `detail`, which is English or Korean after `Accept-Language`; " +
	"with 422, `errors` names every field that is wrong. Unknown fields and query parameters are errors, too.\n\n" +
	"**Lists** are arrays, paged by `limit` and the `Link: <…>; rel=\"next\"` header. Follow the link as it is; the last page has none.\n\n" +
	"**Caching.** Reads carry an `ETag`; send it as `If-None-Match` and get 304 while nothing changed.\n\n" +
	"**Notifications.** Open a WebSocket at `/notifications`; every frame is one Notification. Give the `seq` of the last one you saw as " +
	"`?since=` and nothing is missed or repeated. Close codes: 4001 no good token, 4003 signed out, 4008 too slow, 4009 too many sockets, " +
	"4029 too many frames, 1009 frame too large, 1012 the server restarts.\n\n" +
	"**Times** are RFC 3339 in the zone of the community. **Ids** are positive integers, never used twice."
