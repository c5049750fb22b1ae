package page

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// Cursor returns the key as an opaque text for an address: the base64url of the name of its list and of its JSON. A list
// without a name has cursors that any such list accepts.
func (k Key) Cursor(list []byte) string {
	body, err := json.Marshal(k)
	if err != nil {
		return "" // numbers and a string always encode
	}
	return base64.RawURLEncoding.EncodeToString(append(slices.Clip(list), body...))
}

// ParseCursor returns the key in a cursor of the list. It returns false for any text that [Key.Cursor] does not return.
func ParseCursor(list []byte, cursor string) (Key, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < len(list) || string(raw[:len(list)]) != string(list) {
		return Key{}, false
	}
	var k Key
	if err := json.Unmarshal(raw[len(list):], &k); err != nil || k.ID <= 0 || k.Cursor(list) != cursor {
		return Key{}, false
	}
	return k, !strings.ContainsRune(k.Text, 0) // databases do not store NUL
}
