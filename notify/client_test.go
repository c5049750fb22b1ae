package notify_test

import (
	"fmt"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
)

var (
	eventually = sockettest.Eventually
	header     = sockettest.Header
	protocols  = sockettest.Protocols
)

// frame is what a client reads.
type frame struct {
	ID        int64         `json:"id"`
	Seq       int64         `json:"seq"`
	Type      string        `json:"type"`
	Message   string        `json:"message"`
	Actor     *notify.Actor `json:"actor"`
	ReviewID  *int64        `json:"review_id"`
	ListID    *int64        `json:"list_id"`
	CommentID *int64        `json:"comment_id"`
	MovieID   *int64        `json:"movie_id"`
	ReportID  *int64        `json:"report_id"`
	ImportID  *int64        `json:"import_id"`
	Action    string        `json:"action"`
	Note      string        `json:"note"`
	CreatedAt time.Time     `json:"created_at"`
	ReadAt    *time.Time    `json:"read_at"`
}

// client is a socket that is read in the background.
type client struct{ *sockettest.Client }

func (c client) next() (f frame) {
	c.Next(&f)
	return f
}

func bearer(token string) sockettest.Option { return header("Authorization", "Bearer "+token) }

func since(seq int64) sockettest.Option { return sockettest.Query(fmt.Sprintf("?since=%d", seq)) }

func (in *instance) dial(options ...sockettest.Option) (*websocket.Conn, sockettest.Response, error) {
	return sockettest.Dial(in.server.URL+"/notifications", options...)
}

func (in *instance) open(options ...sockettest.Option) client {
	in.t.Helper()
	return client{sockettest.Open(in.t, in.server.URL+"/notifications", options...)}
}

// connect opens a socket of a user.
func (in *instance) connect(userID int64, options ...sockettest.Option) client {
	in.t.Helper()
	return in.open(append(options, bearer(in.token(userID)))...)
}

// raw opens a socket and returns the connection beneath WebSocket.
func (in *instance) raw(token string) net.Conn {
	in.t.Helper()
	conn, _ := sockettest.Raw(in.t, in.server.URL+"/notifications", "Authorization: Bearer "+token)
	return conn
}
