package moderation

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of reports and of moderating. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	const tag = "moderation"
	r.POST("/reports", auth.Member, h.report, openapi.Op{
		Tag: tag, ID: "report", Summary: "Report a review, comment, user, film or list", JSON: reportRequest{},
		Description: "Moderators get a snapshot of it as it is now. Reporting it again while your report is open changes nothing and responds with that report and 200. " +
			"What you do not see is 404; yourself and what you wrote is 422 with `self_report`. Members can have " + strconv.Itoa(maxOpen) + " open reports; one more is 409 with `too_many_reports`.",
		Status: http.StatusCreated, Response: reportResponse{}, Also: map[int]any{http.StatusOK: reportResponse{}},
		Errors: []*apperr.Error{review.ErrNotFound, ErrSelf, ErrTooMany},
	})
	r.GET("/moderation/reports", auth.Moderator, h.reports, openapi.Op{
		Tag: tag, ID: "listReports", Summary: "List reports, oldest first", Query: reportsQuery{}, Response: []queuedReportResponse{},
	})
	r.POST("/moderation/reports/:report_id/close", auth.Moderator, h.close, openapi.Op{
		Tag: tag, ID: "closeReport", Summary: "Close a report", JSON: closeRequest{}, Response: queuedReportResponse{},
		Description: closeDescription, Errors: []*apperr.Error{ErrNotFound, ErrClosed},
	})
	r.POST("/moderation/hide", auth.Moderator, h.setHidden(true), openapi.Op{
		Tag: tag, ID: "hide", Summary: "Hide a review, comment, film or list", JSON: hideRequest{}, Status: http.StatusNoContent,
		Description: "From everybody but its author and moderators. A hidden film takes its reviews along. Idempotent.", Errors: []*apperr.Error{comment.ErrNotFound},
	})
	r.POST("/moderation/restore", auth.Moderator, h.setHidden(false), openapi.Op{
		Tag: tag, ID: "restore", Summary: "Restore what was hidden", JSON: hideRequest{}, Status: http.StatusNoContent,
		Description: "Idempotent.", Errors: []*apperr.Error{comment.ErrNotFound},
	})
	r.POST("/moderation/users/:user_id/remove_content", auth.Moderator, h.removeContent, openapi.Op{
		Tag: tag, ID: "removeUserContent", Summary: "Delete what a user has posted", JSON: removeRequest{}, Response: removedResponse{},
		Description: "Up to 200 things a request; repeat it until `done`. Films that others have reviewed stay. Allowed to whoever may suspend the user, for whom suspending comes first.",
		Errors:      []*apperr.Error{user.ErrNotFound},
	})
	r.GET("/moderation/log", auth.Moderator, h.log, openapi.Op{
		Tag: tag, ID: "listModerationLog", Summary: "List what moderators and operators did, newest first", Query: logQuery{}, Response: []logResponse{},
		Description: "Nothing ever leaves the log.",
	})
}

const closeDescription = "Closes all open reports of the same target and tells their reporters whether something was done, and the author what and why. " +
	"`dismiss`, `warn` and `suspend` are for all targets, the last two if a member is behind them: moderators warn and suspend members, admins moderators as well. " +
	"`hide` and `delete` are for reviews, comments, films and lists, `mark_spoiler` for reviews and comments. Another action is 422."
