package site

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/page"
)

// encodeCursor writes where a page ends into an address. Unlike the cursors of the API it does not name its
// list: in the address of another list it shows that list from some place on, which harms nobody.
func encodeCursor(k page.Key) string {
	body, err := json.Marshal(k)
	if err != nil {
		return "" // numbers and a string always encode
	}
	return base64.RawURLEncoding.EncodeToString(body)
}

func decodeCursor(text string) (page.Key, bool) {
	if text == "" {
		return page.Key{}, false
	}
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(body) {
		return page.Key{}, false
	}
	var k page.Key
	if err := json.Unmarshal(body, &k); err != nil || k.ID <= 0 {
		return page.Key{}, false
	}
	return k, true
}
