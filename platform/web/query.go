package web

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"reflect"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Paging is embedded in the query struct of every list.
type Paging struct {
	Limit  *int   `query:"limit" binding:"omitempty,min=1,max=200" default:"50" description:"At most so many rows."`
	Cursor string `query:"cursor" description:"Where the page begins: follow the Link header of the page before."`
}

// BindTarget makes a middleware that checks the path ids and the query of a route. query is a value
// of the struct that describes the query, or nil when the route takes none. Handlers read the
// result by [PathID], [Query] and [PageOf].
func BindTarget(ids []string, query any) Handler {
	t := reflect.TypeOf(query)
	return func(c *gin.Context) error {
		var found []apperr.Field
		for _, name := range ids {
			if _, ok := parseID(c.Param(name)); !ok {
				found = append(found, badID(name))
			}
		}
		return bindQuery(c, t, found)
	}
}

func bindQuery(c *gin.Context, t reflect.Type, found []apperr.Field) error {
	if t == nil && c.Request.URL.RawQuery == "" && len(found) == 0 {
		return nil
	}
	if t == nil {
		t = reflect.TypeFor[struct{}]()
	}
	dst := reflect.New(t)
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w (%w)", apperr.Validation(append(found, BadFormat("query"))...), err)
	}
	b := textBinder{tag: tagQuery, found: found}
	b.fill(dst.Elem(), values)
	if p, ok := pagingOf(dst.Elem()); ok {
		b.found = append(b.found, bindPage(c, p)...)
	}
	if err := check(dst.Interface(), b.found); err != nil {
		return err
	}
	visitOf(c).query = dst.Interface()
	return nil
}

func pagingOf(v reflect.Value) (Paging, bool) {
	f := v.FieldByName("Paging")
	if !f.IsValid() {
		return Paging{}, false
	}
	return reflect.TypeAssert[Paging](f)
}

func bindPage(c *gin.Context, p Paging) []apperr.Field {
	out := page.Page{Limit: page.DefaultLimit}
	if p.Limit != nil {
		out.Limit = *p.Limit
	}
	if p.Cursor != "" {
		key, ok := decodeCursor(c, p.Cursor)
		if !ok {
			return []apperr.Field{badCursor}
		}
		out.After = &key
	}
	visitOf(c).page = &out
	return nil
}

// PathID returns the id in the path parameter name, a positive number.
func PathID(c *gin.Context, name string) int64 {
	id, _ := parseID(c.Param(name)) // BindTarget has looked
	return id
}

// parseID reads a positive decimal number. One that is too large for an id becomes the largest
// there is, which nothing has: it is unknown, not invalid.
func parseID(s string) (int64, bool) {
	if s == "" || s[0] == '0' {
		return 0, false
	}
	var id int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		if id > (math.MaxInt64-9)/10 {
			id = (math.MaxInt64 - 9) / 10 // stay at the end without wrapping round
		}
		id = id*10 + int64(r-'0')
	}
	return id, true
}

func badID(name string) apperr.Field {
	return apperr.Field{Name: name, Code: "type", Text: apperr.Text{
		EN: "An id is a positive whole number.", KO: "id는 양의 정수여야 합니다.",
	}}
}

// A cursor is the base64url of eight bytes that name the list, and the JSON of a page.Key.

func encodeCursor(c *gin.Context, k page.Key) string {
	body, err := json.Marshal(k)
	if err != nil {
		return "" // a struct of numbers and a string always encodes
	}
	return base64.RawURLEncoding.EncodeToString(append(listName(c), body...))
}

func decodeCursor(c *gin.Context, cursor string) (page.Key, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 8 || string(raw[:8]) != string(listName(c)) {
		return page.Key{}, false
	}
	var k page.Key
	if err := json.Unmarshal(raw[8:], &k); err != nil || k.ID <= 0 || encodeCursor(c, k) != cursor {
		return page.Key{}, false // not as we write it
	}
	if _, ok := cleanString(k.Text, true); !ok {
		return page.Key{}, false
	}
	return k, true
}

// listName tells lists apart by their path and by everything in the query that shapes them.
func listName(c *gin.Context) []byte {
	q := c.Request.URL.Query()
	q.Del("cursor")
	q.Del("limit")
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.Request.URL.Path + "?" + q.Encode())) // a hash never fails
	return binary.BigEndian.AppendUint64(nil, h.Sum64())
}
