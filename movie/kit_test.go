package movie_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// The users of the tests.
const (
	adder = 1
	other = 2
	admin = 3
	ghost = 4 // has a session, but no row
)

// roles is a fake of auth.Sessions: every user in it has an active session.
type roles map[int64]auth.Role

func (r roles) Active(_ context.Context, userID, _ int64) (auth.Account, error) {
	role, ok := r[userID]
	if !ok {
		return auth.Account{}, auth.ErrUserGone
	}
	return auth.Account{Role: role}, nil
}

// stage is the service with its API and three users.
type stage struct {
	*testkit.Kit
	*testkit.API
	movies *movie.Service
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k, movies: movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})}
	k.Join(t, 3)
	s.API = k.API(roles{adder: auth.RoleMember, other: auth.RoleMember, admin: auth.RoleAdmin, ghost: auth.RoleMember})
	s.movies.Routes(s.Router, k.Zone)
	return s
}

// object is a JSON object.
type object = map[string]any

// film returns a valid request with some fields replaced. Nil removes a field.
func film(changes object) object {
	f := object{"title": "기생충", "plot": "가족 이야기", "cast": []object{}, "playtime": 131, "genre": "Drama"}
	for name, value := range changes {
		if f[name] = value; value == nil {
			delete(f, name)
		}
	}
	return f
}

// add adds a film over HTTP and returns its path.
func (s *stage) add(t testing.TB, by int64, changes object) string {
	t.Helper()
	return s.POST(t, "/movies", s.As(t, by), testkit.JSON(film(changes))).Want(201).Header.Get("Location")
}

// addDirectly adds a film without HTTP.
func (s *stage) addDirectly(t testing.TB, d movie.Draft) movie.Movie {
	t.Helper()
	if d.Genre == "" {
		d.Genre = "Drama"
	}
	m, err := s.movies.Create(t.Context(), 0, d)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return m
}

func (s *stage) count(t testing.TB, id int64, c movie.Counts) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return movie.AddCounts(tx, id, c) })
}

func (s *stage) rows(t testing.TB) int64 {
	t.Helper()
	var n int64
	if err := s.DB.Reader(t.Context()).Model(&movie.Movie{}).Count(&n).Error; err != nil {
		t.Fatalf("count: %v", err)
	}
	return n
}

func testImage(t testing.TB, width, height int) image.Image {
	t.Helper()
	return image.NewRGBA(image.Rect(0, 0, width, height))
}

func pngBytes(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatalf("encode: %v", err)
	}
	return b.Bytes()
}

func jpegBytes(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatalf("encode: %v", err)
	}
	return b.Bytes()
}

// vastGIF claims to be larger than 40 megapixels.
func vastGIF(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, testImage(t, 1, 1), nil); err != nil {
		t.Fatalf("encode: %v", err)
	}
	data := b.Bytes()
	binary.LittleEndian.PutUint16(data[6:], 8000)
	binary.LittleEndian.PutUint16(data[8:], 5001)
	return data
}

func poster(name string, data []byte) testkit.Option {
	return testkit.Multipart(testkit.Part{Name: "image", FileName: name, Data: data})
}

// trash returns the keys of stored files that are no longer used.
func (s *stage) trash(t testing.TB) []string {
	t.Helper()
	var keys []string
	if err := s.DB.Reader(t.Context()).Model(&media.Trash{}).Order("storage_key").Pluck("storage_key", &keys).Error; err != nil {
		t.Fatalf("read trash: %v", err)
	}
	return keys
}

func titles(t testing.TB, list []object) []string {
	t.Helper()
	out := make([]string, len(list))
	for i, m := range list {
		out[i], _ = m["title"].(string)
	}
	return out
}

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return string(b)
}

// enumsWith returns every enum of a JSON document that has value.
func enumsWith(t testing.TB, document []byte, value string) [][]string {
	t.Helper()
	var root any
	if err := json.Unmarshal(document, &root); err != nil {
		t.Fatalf("decode document: %v", err)
	}
	var found [][]string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, child := range v {
				if list, ok := child.([]any); ok && name == "enum" {
					if words := texts(list); slices.Contains(words, value) {
						found = append(found, words)
					}
				}
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(root)
	return found
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i], _ = v.(string)
	}
	return out
}
