package openapi

// introduction is the description of the whole API.
const introduction = "The API of a film community: users, films, reviews, likes, follows and real-time notifications.\n\n" +
	"**Signing in.** `POST /users/login` returns an access token (send it as `Authorization: Bearer …`) and a refresh token, " +
	"and sets both as cookies for browsers: `access_token` and `refresh_token`, behind https `__Host-cinecircle_access` and " +
	"`__Secure-cinecircle_refresh`. Both pairs of names are accepted. `expires_in` is the lifetime of the access token. `POST /users/refresh` exchanges the " +
	"refresh token for a new pair. Each refresh token is valid once; reusing an old one ends the session.\n\n" +
	"**Errors** are RFC 9457 problem documents. Programs should rely on `code`; `detail` is for people, in English or Korean according " +
	"to `Accept-Language`. With 422, `errors` lists every invalid field. Unknown fields and query parameters are errors.\n\n" +
	"**Texts.** Line ends become LF, the Unicode form NFC, and the white space around a text is removed; then its characters (code " +
	"points) are counted. A text that shows nothing, such as one of spaces or invisible characters, counts as empty. Passwords are " +
	"only brought to NFC.\n\n" +
	"**Repeating a POST.** Operations that take the header `Idempotency-Key` do their work once: for 24 hours the same key and request " +
	"of a member get the same response again, with `Idempotency-Replayed: true`. Another request with that key is 422 " +
	"`idempotency_key_reused`, and one whose first is still running 409 `idempotency_key_in_use`.\n\n" +
	"**Repeating after a 503.** A 503 with `Retry-After` has changed nothing, or may be repeated like every request with a key. " +
	"`outcome_unknown` without it means that the database was lost while it committed: look whether the change was made before you repeat it.\n\n" +
	"**Lists** are arrays, paged by `limit` and `cursor`. The header `Link: <…>; rel=\"next\"` contains the URL of the next page, " +
	"`X-Next-Cursor` its cursor; the last page has neither.\n\n" +
	"**Limits.** Too many requests are answered with 429 and `Retry-After`. `RateLimit` and `RateLimit-Policy` say in every response " +
	"of a limited operation how many are left. Requests are counted per user for writes and uploads, otherwise per address. " +
	"A search counts as one more request for every 1,000 rows that it has to look up.\n\n" +
	"**Request ids.** Every response has an `X-Request-ID`: the one of the request, if it is valid, or else a new one.\n\n" +
	"**Caching.** Responses to GET carry an `ETag`. Send it in `If-None-Match` to get 304 while the resource is unchanged.\n\n" +
	"**Notifications.** Open a WebSocket at `/notifications`; every frame is one notification. To continue after a reconnect without a " +
	"gap or a duplicate, pass the `seq` of the last notification as `?since=`. Close codes: 4001 missing, invalid or expired token, " +
	"4002 invalid `since`, 4003 session ended, 4008 client too slow, 4009 too many sockets, 4029 too many frames, 1009 frame too large, 1012 service restarting.\n\n" +
	"**Times** are RFC 3339 with the offset of the configured time zone. **Ids** are positive integers and are never reused."
