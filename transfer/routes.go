package transfer

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// Routes registers the routes of imports. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "imports"
	r.POST("/users/me/imports", auth.Member, h.start, openapi.Op{
		Tag: tag, ID: "startImport", Summary: "Bring your history from another service", Class: auth.ClassUpload, Idempotent: true, MaxFile: MaxFile,
		Description: "The file is read in the background. Then the import is ready: its counts and rows say what would happen, and nothing is stored " +
			"before you confirm it. What is unclear is never guessed, and no film is added to the catalogue.",
		Form: startRequest{}, Status: http.StatusAccepted, Response: importResponse{},
		Headers: map[string]string{"Location": "The path of the import."},
		Errors:  []*apperr.Error{history.ErrUnknown, ErrUnreadable, ErrRunning},
	})
	r.GET("/users/me/imports", auth.Member, h.list, openapi.Op{
		Tag: tag, ID: "listMyImports", Summary: "List your imports", Query: listQuery{}, Response: []importResponse{}, Description: "Newest first.",
	})
	r.GET("/users/me/imports/:import_id", auth.Member, h.get, openapi.Op{
		Tag: tag, ID: "getImport", Summary: "Get an import", Response: importResponse{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.GET("/users/me/imports/:import_id/rows", auth.Member, h.rows, openapi.Op{
		Tag: tag, ID: "listImportRows", Summary: "List the rows of an import", Query: rowsQuery{}, Response: []rowResponse{},
		Description: "In the order of the file. 90 days after the end of an import, the rows that have stored nothing are deleted.",
		Errors:      []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/users/me/imports/:import_id/rows/:n", auth.Member, h.resolve, openapi.Op{
		Tag: tag, ID: "resolveImportRow", Summary: "Say which film a row is about, or leave it out",
		Description: "The same holds for all rows of the import about that title and year.",
		JSON:        resolveRequest{}, Response: rowResponse{}, Errors: []*apperr.Error{ErrNotFound, ErrNotReady, movie.ErrNotFound},
	})
	r.POST("/users/me/imports/:import_id/confirm", auth.Member, h.confirm, openapi.Op{
		Tag: tag, ID: "confirmImport", Summary: "Let an import be applied", Status: http.StatusAccepted, Response: importResponse{},
		Description: "Idempotent while it is running.", Errors: []*apperr.Error{ErrNotFound, ErrNotReady},
	})
	r.DELETE("/users/me/imports/:import_id", auth.Member, h.remove, openapi.Op{
		Tag: tag, ID: "deleteImport", Summary: "Discard or undo an import", Status: http.StatusNoContent,
		Description: "Discards an import that is not confirmed. Of a finished one it takes out, in the background, what the import has stored and nobody has " +
			"changed since; the rest stays created, and its rows say why. Idempotent.",
		Errors: []*apperr.Error{ErrNotFound, ErrRunning},
	})
}
