package site

import (
	"math"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// problem is what a page shows when there is nothing else to show.
type problem struct {
	Status    int
	Code      string // of the error, for the words that help
	Detail    string
	RequestID string
}

func (v *visit) explain(err error) *apperr.Error { return web.Explain(v.Context, err) }

// say returns a sentence in the language of the visitor.
func (v *visit) say(t apperr.Text) string {
	if v.prefs.Lang == "ko" {
		return t.KO
	}
	return t.EN
}

// fail shows what went wrong. Who is not signed in may sign in, and comes back afterwards.
func (v *visit) fail(err error) {
	v.Abort()
	_ = v.Error(err) // the access log writes it; gin only hands it back
	if v.Writer.Written() {
		return // too late to say anything else
	}
	e := v.explain(err)
	if e.Kind == apperr.Unauthorized {
		v.askToSignIn()
		return
	}
	if e.RetryAfter > 0 {
		v.Header("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if v.partial() {
		v.failPart(e)
		return
	}
	v.Header("Cache-Control", "no-store")
	status := web.Status(e.Kind)
	if status >= http.StatusInternalServerError {
		v.viewer, v.self = auth.Viewer{}, user.User{} // the page must not ask what has just failed to answer
	}
	err = v.show(status, "problem", meta{Title: v.text("problem.title." + problemGroup(status)), Hidden: true}, problem{
		Status: status, Code: e.Code, Detail: v.say(e.Text), RequestID: web.RequestID(v.Context),
	})
	if err != nil {
		v.site.Log.ErrorContext(v.Request.Context(), "show a problem", "request_id", web.RequestID(v.Context), "error", err)
		v.String(http.StatusInternalServerError, "%s", v.say(web.ErrInternal.Text))
	}
}

// failPart tells the script on the page, which shows the sentence as a toast and leaves the page as it was.
func (v *visit) failPart(e *apperr.Error) {
	v.Header("HX-Reswap", "none")
	v.toastNow(toast{Text: v.say(e.Text), Bad: true})
	v.Status(web.Status(e.Kind))
	v.Writer.WriteHeaderNow()
}

func (v *visit) askToSignIn() {
	to := v.Request.URL.RequestURI()
	if v.Request.Method != http.MethodGet {
		to = v.back("/")
	}
	_ = v.goTo(signInFor(to)) // only writes headers
}

// problemGroup names the words for a status.
func problemGroup(status int) string {
	switch status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return strconv.Itoa(status)
	case http.StatusServiceUnavailable:
		return "503"
	}
	if status >= http.StatusInternalServerError {
		return "500"
	}
	return "400"
}
