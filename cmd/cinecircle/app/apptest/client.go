package apptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Patience bounds every wait of a test. A passing test stays far below it.
const Patience = 30 * time.Second

// Content types of request bodies.
const (
	JSON = "application/json"
	Form = "application/x-www-form-urlencoded"
)

// Client sends requests to a running program and fails its test if the response is not the expected one.
type Client struct {
	T    testing.TB
	Base string // URL before the path
}

// Answer is a response with its complete body.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON decodes an object.
func (a Answer) JSON(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.Body, &m); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return m
}

// ID returns the id of the object.
func (a Answer) ID(t testing.TB) int64 {
	t.Helper()
	id, ok := a.JSON(t)["id"].(float64)
	if !ok {
		t.Fatalf("no id: %s", a.Body)
	}
	return int64(id)
}

// List decodes a list of objects.
func (a Answer) List(t testing.TB) []map[string]any {
	t.Helper()
	var l []map[string]any
	if err := json.Unmarshal(a.Body, &l); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return l
}

// Try sends a request. The error means that there was no response. The target may also be a complete URL, such as that of
// an image in an S3 store.
func (c *Client) Try(token, method, target, contentType, body string) (Answer, error) {
	return c.TryWith(nil, token, method, target, contentType, body)
}

// TryWith is Try with further headers.
func (c *Client) TryWith(header http.Header, token, method, target, contentType, body string) (Answer, error) {
	if !strings.Contains(target, "://") {
		target = c.Base + target
	}
	r, err := http.NewRequestWithContext(c.T.Context(), method, target, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	maps.Copy(r.Header, header)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return Answer{}, err
	}
	data, err := io.ReadAll(res.Body)
	return Answer{Status: res.StatusCode, Header: res.Header, Body: data}, errors.Join(err, res.Body.Close())
}

// Want sends a request and fails the test unless the response has this status.
func (c *Client) Want(status int, token, method, target, contentType, body string) Answer {
	c.T.Helper()
	a, err := c.Try(token, method, target, contentType, body)
	if err != nil {
		c.T.Fatalf("%s %s: %v", method, target, err)
	}
	if a.Status != status {
		c.T.Fatalf("%s %s: status %d, want %d\n%s", method, target, a.Status, status, a.Body)
	}
	return a
}

// Get sends a GET request and expects status 200.
func (c *Client) Get(token, target string) Answer {
	c.T.Helper()
	return c.Want(http.StatusOK, token, http.MethodGet, target, "", "")
}

// Post sends a POST request with a body.
func (c *Client) Post(status int, token, target, contentType, body string) Answer {
	c.T.Helper()
	return c.Want(status, token, http.MethodPost, target, contentType, body)
}

// SignUp creates a member and returns the id and an access token.
func (c *Client) SignUp(name string) (id int64, token string) {
	c.T.Helper()
	body, err := json.Marshal(map[string]any{"username": name, "password": "correct horse", "age": 30, "gender": "female"})
	if err != nil {
		c.T.Fatal(err)
	}
	id = c.Post(http.StatusCreated, "", "/users", JSON, string(body)).ID(c.T)
	return id, c.SignIn(name)
}

// SignIn returns an access token of a member that SignUp created.
func (c *Client) SignIn(name string) (token string) {
	c.T.Helper()
	form := url.Values{"username": {name}, "password": {"correct horse"}, "grant_type": {"password"}}
	token, _ = c.Post(http.StatusOK, "", "/users/login", Form, form.Encode()).JSON(c.T)["access_token"].(string)
	return token
}

// Film creates a film and returns its id.
func (c *Client) Film(token, title string) int64 {
	c.T.Helper()
	body := fmt.Sprintf(`{"title": %q, "plot": "", "cast": [{"name": "송강호"}], "playtime": 132, "genre": "Thriller"}`, title)
	return c.Post(http.StatusCreated, token, "/movies", JSON, body).ID(c.T)
}

// Upload returns a multipart body with text fields and one file.
func Upload(t testing.TB, texts map[string]string, field, fileName string, file []byte) (contentType, body string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range texts {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, fileName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.String()
}

// Socket opens a WebSocket for the notifications of the owner of the token.
func (c *Client) Socket(token, query string) *websocket.Conn {
	c.T.Helper()
	header := http.Header{"Authorization": {"Bearer " + token}}
	conn, res, err := websocket.DefaultDialer.Dial(strings.Replace(c.Base, "http", "ws", 1)+"/notifications"+query, header)
	if err != nil {
		c.T.Fatal(err)
	}
	_ = res.Body.Close() // an upgrade has no body
	c.T.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		c.T.Fatal(err)
	}
	return conn
}

// Frame reads the next notification from a socket.
func Frame(t testing.TB, conn *websocket.Conn) map[string]any {
	t.Helper()
	var m map[string]any
	if err := conn.ReadJSON(&m); err != nil {
		t.Fatal(err)
	}
	return m
}
