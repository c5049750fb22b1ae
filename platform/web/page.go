package web

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// What follows is for those who answer people with pages and not programs with documents.

// NoRoute returns what the engine answers where no route does: OPTIONS itself, otherwise with [ErrMethodNotAllowed],
// whose Allow it sets, or apperr.ErrNotFound.
func NoRoute(e *gin.Engine) Handler { return noRoute(e) }

// Explain returns the error that a client may see for err, [ErrInternal] for one that it may not.
func Explain(c *gin.Context, err error) *apperr.Error { return explain(c, err) }

// WantsKorean reports whether an Accept-Language header prefers Korean to English.
func WantsKorean(header string) bool { return wantsKorean(header) }

// ParseID reads an id as in a path: positive and decimal; one that is too large is an id that nothing has.
func ParseID(text string) (int64, bool) { return parseID(text) }
