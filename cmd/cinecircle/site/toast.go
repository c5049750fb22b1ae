package site

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/web"
)

// toast is a message about the last action, with an undo if there is one.
type toast struct {
	Text string `json:"text"`
	Bad  bool   `json:"bad,omitempty"`
	Undo *undo  `json:"undo,omitempty"`
}

// undo is a form that reverts something.
type undo struct {
	Label  string `json:"label"`
	Action string `json:"action"`
	Name   string `json:"name"`
	Value  string `json:"value"`
}

const toastCookie = "toast"

// undos are the undo forms by the key of the toast. The argument of the toast replaces % in the path.
var undos = map[string]undo{
	"unfollowed":       {Action: "/member/%/follow", Name: "on", Value: "true"},
	"unblocked":        {Action: "/member/%/block", Name: "on", Value: "true"},
	"muted":            {Action: "/member/%/mute", Name: "on", Value: "false"},
	"unmuted":          {Action: "/member/%/mute", Name: "on", Value: "true"},
	"want":             {Action: "/film/%/want", Name: "on", Value: "false"},
	"unwant":           {Action: "/film/%/want", Name: "on", Value: "true"},
	"watch":            {Action: "/film/%/watch", Name: "on", Value: "false"},
	"hidden.review":    {Action: "/moderate/hide/review/%", Name: "hidden", Value: "false"},
	"hidden.comment":   {Action: "/moderate/hide/comment/%", Name: "hidden", Value: "false"},
	"hidden.movie":     {Action: "/moderate/hide/movie/%", Name: "hidden", Value: "false"},
	"hidden.list":      {Action: "/moderate/hide/list/%", Name: "hidden", Value: "false"},
	"member.suspended": {Action: "/moderate/members/%/decide", Name: "do", Value: "unsuspend"},
	"unwatch":          {Action: "/film/%/watch", Name: "on", Value: "true"},
}

// setToast makes the next page show a toast. key is one of the texts toast.*, arg the id of the member whom it names.
func (c *pageContext) setToast(key, arg string) {
	c.setCookie(toastCookie, key+"~"+arg, 60)
}

// takeToast returns the toast that setToast left, nil for none, and deletes it. The cookie holds only the key of a
// text, so that it cannot show foreign words.
func (c *pageContext) takeToast() *toast {
	values := c.cookies(toastCookie)
	if len(values) == 0 {
		return nil
	}
	c.setCookie(toastCookie, "", -1)
	for _, value := range values {
		if key, arg, _ := strings.Cut(value, "~"); c.site.pages.has("toast." + key) {
			t := c.toast(key, arg)
			return &t
		}
	}
	return nil
}

func (c *pageContext) toast(key, arg string) toast {
	t := toast{Text: c.text("toast." + key)}
	id, isID := web.ParseID(arg)
	if strings.Contains(t.Text, "{}") {
		t.Text = c.text("toast."+key, c.memberName(id))
	}
	u, ok := undos[key]
	if ok && isID {
		u.Action, u.Label = strings.Replace(u.Action, "%", arg, 1), c.text("undo")
		t.Undo = &u
	}
	return t
}

// memberName returns the name of a member for a toast, which does without an account that is gone or a database that is
// down.
func (c *pageContext) memberName(id int64) string {
	if u, err := c.site.Users.Get(c.Request.Context(), id); err == nil {
		return u.Username
	}
	return c.text("notice.gone")
}

// sendToast makes the script on the page show a toast. Headers are ASCII, so the JSON is escaped.
func (c *pageContext) sendToast(t toast) {
	body, err := json.Marshal(map[string]toast{"toast": t})
	if err == nil {
		c.Header("HX-Trigger", ascii(string(body)))
	}
}

// ascii escapes everything beyond ASCII in a JSON text as \u.
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
