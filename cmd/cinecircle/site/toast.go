package site

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/web"
)

// toast is a sentence about what was just done, and how to take it back where that can be.
type toast struct {
	Text string `json:"text"`
	Bad  bool   `json:"bad,omitempty"`
	Undo *undo  `json:"undo,omitempty"`
}

// undo is the form that takes something back.
type undo struct {
	Label  string `json:"label"`
	Action string `json:"action"`
	Name   string `json:"name"`
	Value  string `json:"value"`
}

const toastCookie = "toast"

// undos say how to take back what a toast tells of: the path that its argument is put into, and the field.
var undos = map[string]undo{
	"unfollowed": {Action: "/member/%/follow", Name: "on", Value: "true"},
}

// leaveToast has the next page say what was done: key is one of the texts toast.*, arg the id that an undo needs.
func (v *visit) leaveToast(key, arg string) {
	v.keep(toastCookie, key+"~"+arg, 60)
}

// takeToast returns what the page before left to be said, nil when that is nothing. What the cookie says is
// only the name of a text of ours.
func (v *visit) takeToast() *toast {
	value := v.cookie(toastCookie)
	if value == "" {
		return nil
	}
	v.keep(toastCookie, "", -1)
	key, arg, _ := strings.Cut(value, "~")
	if !v.site.pages.has("toast." + key) {
		return nil
	}
	t := v.toast(key, arg)
	return &t
}

func (v *visit) toast(key, arg string) toast {
	t := toast{Text: v.text("toast." + key)}
	u, ok := undos[key]
	if _, good := web.ParseID(arg); ok && good {
		u.Action, u.Label = strings.Replace(u.Action, "%", arg, 1), v.text("undo")
		t.Undo = &u
	}
	return t
}

// toastNow has the script on the page show a toast. Headers are ASCII, so JSON is escaped down to that.
func (v *visit) toastNow(t toast) {
	body, err := json.Marshal(map[string]toast{"toast": t})
	if err == nil {
		v.Header("HX-Trigger", ascii(string(body)))
	}
}

// ascii writes everything beyond ASCII in a JSON text as \u escapes.
func ascii(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < utf8.RuneSelf {
			out.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&out, "\\u%04x", unit)
		}
	}
	return out.String()
}
