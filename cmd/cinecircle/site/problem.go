package site

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// problem is the data of an error page.
type problem struct {
	Status     int
	Detail     string
	Suspension *auth.Restriction // of a viewer whom it keeps from what they asked for
	RequestID  string            // of a fault of the service, for whoever asks about it
}

func (c *pageContext) explain(err error) *apperr.Error { return web.Explain(c.Context, err) }

// translate returns a text in the language of the viewer.
func (c *pageContext) translate(t apperr.Text) string {
	if c.prefs.Lang == "ko" {
		return t.KO
	}
	return t.EN
}

// fail answers with an error. Guests who need to sign in are sent to the sign-in page and return afterwards.
func (c *pageContext) fail(err error) {
	c.Abort()
	_ = c.Error(err) // for the access log
	if c.Writer.Written() {
		return // the answer has begun
	}
	e := c.explain(err)
	if e.Kind == apperr.Unauthorized {
		c.redirectToSignIn()
		return
	}
	web.SetRetryAfter(c.Writer.Header(), e)
	if c.partial() {
		c.failPartial(e)
		return
	}
	c.Header("Cache-Control", "no-store")
	status := web.Status(e.Kind)
	if status >= http.StatusInternalServerError {
		c.viewer, c.self = auth.Viewer{}, user.User{} // the page must not query what has just failed
	}
	p := problem{Status: status, Detail: c.problemDetail(e)}
	if errors.Is(e, auth.ErrAccountSuspended) {
		p.Suspension = &c.viewer.Restriction
	}
	if status >= http.StatusInternalServerError {
		p.RequestID = web.RequestID(c.Context)
	}
	err = c.show(status, "problem", meta{Title: c.text("problem.title." + problemGroup(status)), Hidden: true}, p)
	if err != nil {
		c.site.Log.ErrorContext(c.Request.Context(), "show a problem", "request_id", web.RequestID(c.Context), "error", err)
		c.String(http.StatusInternalServerError, "%s", c.translate(web.ErrInternal.Text))
	}
}

// problemDetail returns the sentence about an error. The API speaks of resources to programs, the pages do not.
func (c *pageContext) problemDetail(e *apperr.Error) string {
	if e.Text == apperr.ErrNotFound.Text {
		return c.text("problem.not_found")
	}
	return c.translate(e.Text)
}

// notOwn returns the error for a viewer who may not change something, with a text of the catalogue that says who may.
func (c *pageContext) notOwn(key string) error {
	e := *apperr.ErrForbidden
	all := c.site.pages.texts
	e.Text = apperr.Text{EN: all["en"][key], KO: all["ko"][key]}
	return &e
}

// failPartial answers htmx with an error, which the script shows as a toast without changing the page.
func (c *pageContext) failPartial(e *apperr.Error) {
	c.Header("HX-Reswap", "none")
	c.sendToast(toast{Text: c.translate(e.Text), Bad: true})
	c.Status(web.Status(e.Kind))
	c.Writer.WriteHeaderNow()
}

func (c *pageContext) redirectToSignIn() {
	to := c.Request.URL.RequestURI()
	if c.Request.Method != http.MethodGet {
		to = c.returnPath("/")
	}
	_ = c.redirectTo(signInFor(to)) // it only writes headers
}

// problemGroup returns the key of the title for a status.
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
