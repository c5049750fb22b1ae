package web

import "net/http"

// permissionsPolicy refuses the features that pages do not use, so that no script of a page can ask for them.
const permissionsPolicy = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"

// SetHTMLHeaders sets the security headers of a page for people, which may load what contentPolicy allows.
func SetHTMLHeaders(h http.Header, contentPolicy string) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", permissionsPolicy)
	// Not no-referrer: with it browsers may send "Origin: null", which counts as another origin.
	h.Set("Referrer-Policy", "same-origin")
}
