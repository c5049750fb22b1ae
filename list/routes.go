package list

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/user"
)

// Routes registers the routes of lists. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s: s, zone: zone}
	const tag = "lists"
	const private = "Your own private lists are among them."
	r.GET("/lists", auth.Optional, h.all, openapi.Op{
		Tag: tag, ID: "listLists", Summary: "List the lists of all users", Query: listsQuery{}, Response: []response{}, Description: private,
	})
	r.GET("/users/me/lists", auth.Member, h.mine, openapi.Op{
		Tag: tag, ID: "listMyLists", Summary: "List your lists", Query: listsQuery{}, Response: []response{}, Description: private,
	})
	r.GET("/users/:user_id/lists", auth.Optional, h.theirs, openapi.Op{
		Tag: tag, ID: "listUserLists", Summary: "List the lists of a user", Query: listsQuery{}, Response: []response{}, Description: private,
		Errors: []*apperr.Error{user.ErrNotFound, follow.ErrPrivateAccount},
	})
	r.GET("/movies/:movie_id/lists", auth.Optional, h.ofMovie, openapi.Op{
		Tag: tag, ID: "listMovieLists", Summary: "List the lists with a film", Query: listsQuery{}, Response: []response{}, Description: private,
		Errors: []*apperr.Error{movie.ErrNotFound},
	})
	r.POST("/lists", auth.Member, h.create, openapi.Op{
		Tag: tag, ID: "createList", Summary: "Make a list", JSON: createRequest{}, Status: http.StatusCreated, Response: response{}, Idempotent: true,
	})
	r.GET("/lists/:list_id", auth.Optional, h.get, openapi.Op{
		Tag: tag, ID: "getList", Summary: "Get a list", Response: response{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "A private list is 404 to all but its author.",
	})
	r.PATCH("/lists/:list_id", auth.Author, h.update, openapi.Op{
		Tag: tag, ID: "updateList", Summary: "Update a list", JSON: updateRequest{}, Response: response{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "Absent fields stay unchanged.",
	})
	r.DELETE("/lists/:list_id", auth.Author, h.delete, openapi.Op{
		Tag: tag, ID: "deleteList", Summary: "Delete a list", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound},
	})
	r.GET("/lists/:list_id/items", auth.Optional, h.items, openapi.Op{
		Tag: tag, ID: "listListItems", Summary: "List the films of a list", Query: itemsQuery{}, Response: []itemResponse{}, Errors: []*apperr.Error{ErrNotFound},
		Description: "In the order of the list.",
	})
	r.POST("/lists/:list_id/items", auth.Author, h.add, openapi.Op{
		Tag: tag, ID: "addListItem", Summary: "Add a film to a list", JSON: addRequest{}, Status: http.StatusCreated, Response: itemResponse{},
		Errors: []*apperr.Error{ErrNotFound, movie.ErrNotFound, ErrAlreadyInList, ErrFull},
	})
	r.PUT("/lists/:list_id/items", auth.Author, h.replace, openapi.Op{
		Tag: tag, ID: "replaceListItems", Summary: "Replace the films of a list", JSON: replaceRequest{}, Response: response{}, IfMatch: true,
		Description: "The body may have up to 2 MiB. With `If-Match` and an ETag of the list, of its films or of an earlier change, films are only replaced if neither they nor the fields of the list have changed since. Likes are no change.",
		Errors:      []*apperr.Error{ErrNotFound, movie.ErrNotFound, ErrChanged},
	})
	r.PATCH("/lists/:list_id/items/:movie_id", auth.Author, h.move, openapi.Op{
		Tag: tag, ID: "updateListItem", Summary: "Move a film in a list, or change its note", JSON: moveRequest{}, Response: itemResponse{},
		Description: "Absent fields stay unchanged.", Errors: []*apperr.Error{ErrNotFound, ErrNotInList, movie.ErrNotFound},
	})
	r.DELETE("/lists/:list_id/items/:movie_id", auth.Author, h.remove, openapi.Op{
		Tag: tag, ID: "deleteListItem", Summary: "Remove a film from a list", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNotFound, movie.ErrNotFound},
		Description: "Idempotent. The films after it move up.",
	})
}
