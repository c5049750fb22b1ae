package web

import (
	"encoding/binary"
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
	Limit  *int   `query:"limit" binding:"omitempty,min=1,max=200" default:"50" description:"The maximum number of entries on the page."`
	Cursor string `query:"cursor" description:"The position where the page begins. Take it from the Link header of the previous page."`
}

// BindTarget returns a handler that checks the path ids and the query of a route. query is a value
// of the struct that describes the query, or nil if the route takes none. Later handlers read the
// result with [PathID], [Query] and [PageOf].
func BindTarget(ids []string, query any) Handler {
	t := reflect.TypeOf(query)
	return func(c *gin.Context) error {
		var found []apperr.Field
		for _, name := range ids {
			if _, ok := ParseID(c.Param(name)); !ok {
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
	requestOf(c).query = dst.Interface()
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
		key, ok := page.ParseCursor(listName(c), p.Cursor)
		if !ok {
			return []apperr.Field{badCursor}
		}
		out.After = &key
	}
	requestOf(c).page = &out
	return nil
}

// PathID returns the id in the path parameter name, a positive number.
func PathID(c *gin.Context, name string) int64 {
	id, _ := ParseID(c.Param(name)) // BindTarget checked it
	return id
}

// ParseID reads a positive decimal number. A number too large for an id becomes the largest id, which no row has, so it is
// unknown and not invalid.
func ParseID(s string) (int64, bool) {
	if s == "" || s[0] == '0' {
		return 0, false
	}
	var id int64
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		if id > (math.MaxInt64-9)/10 {
			id = (math.MaxInt64 - 9) / 10 // saturate instead of wrapping round
		}
		id = id*10 + int64(r-'0')
	}
	return id, true
}

func badID(name string) apperr.Field {
	return apperr.Field{Name: name, Code: "type", Text: apperr.Text{
		EN: "The id must be a positive whole number.", KO: "id는 양의 정수여야 합니다.",
	}}
}

// listName identifies a list by its path and the part of its query that says what it has in which order. A cursor is good for one list only.
func listName(c *gin.Context) []byte {
	q := c.Request.URL.Query()
	q.Del("cursor")
	q.Del("limit")
	q.Del("spoilers") // masks texts, and leaves out nothing
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.Request.URL.Path + "?" + q.Encode())) // never fails
	return binary.BigEndian.AppendUint64(nil, h.Sum64())
}
