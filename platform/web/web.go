// Package web is the border between HTTP and the domains: it binds requests strictly, writes
// responses and problem documents, and holds the only table that maps an error to a status.
//
// A handler is a func(*gin.Context) error: it binds, calls its service, writes, and returns nil.
// Any error that it returns is rendered by [Fail]. The package knows no domain.
package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Handler is a gin handler that returns its error instead of rendering it.
type Handler func(*gin.Context) error

// Handle adapts h to gin.
func Handle(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			Fail(c, err)
		}
	}
}

// Fail ends the request with the problem document of err, see [Explain].
func Fail(c *gin.Context, err error) {
	c.Abort()
	_ = c.Error(err) // for the access log; gin only returns it
	if c.Writer.Written() {
		return // the answer has begun
	}
	writeProblem(c, Explain(c, err))
}

// Explain returns the part of err that a client may see: the *apperr.Error in it, or [ErrInternal], whose cause is
// written to the log only.
func Explain(c *gin.Context, err error) *apperr.Error {
	if e, ok := errors.AsType[*apperr.Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return ErrTooLarge
	}
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		return errClientGone
	}
	if errors.Is(err, context.DeadlineExceeded) { // what was begun is rolled back
		return apperr.ErrBusy.After(slotTimeout)
	}
	return ErrInternal
}

// The errors of HTTP itself.
var (
	ErrInternal = apperr.New(apperr.Internal, "internal",
		"Something went wrong on our side. Please try again later.",
		"서버에 문제가 발생했습니다. 잠시 후 다시 시도해 주세요.")
	ErrMalformed = apperr.New(apperr.Malformed, "malformed",
		"The request body cannot be read.", "요청 본문을 읽을 수 없습니다.")
	ErrTooLarge = apperr.New(apperr.TooLarge, "too_large",
		"The request body is too large.", "요청 본문이 너무 큽니다.")
	ErrUnsupportedMedia = apperr.New(apperr.UnsupportedMedia, "unsupported_media_type",
		"This content type is not supported.", "지원하지 않는 콘텐츠 형식입니다.")
	ErrMethodNotAllowed = apperr.New(apperr.MethodNotAllowed, "method_not_allowed",
		"This method is not allowed here.", "허용되지 않는 메서드입니다.")
	ErrCrossOrigin = apperr.New(apperr.Forbidden, "cross_origin",
		"This request came from another site and was refused.", "다른 사이트에서 보낸 요청은 받지 않습니다.")
	ErrUpgradeRequired = apperr.New(apperr.UpgradeRequired, "upgrade_required",
		"This path accepts WebSocket connections only.", "WebSocket 연결만 받는 주소입니다.")

	errClientGone = apperr.New(apperr.Unavailable, "unavailable",
		"The request was cancelled.", "요청이 취소되었습니다.")
)
