package list

import (
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/recount"
)

// Counters are the stored counters of lists and their films.
func Counters() []recount.Counter {
	return append(recount.Of("users", [2]string{"list_count", "lists WHERE lists.user_id = users.id AND lists.is_public AND NOT lists.hidden"}),
		recount.Of("lists",
			[2]string{"item_count", "list_items WHERE list_items.list_id = lists.id AND list_items.movie_id NOT IN " + movie.HiddenIDs},
			[2]string{"hidden_items", "list_items WHERE list_items.list_id = lists.id AND list_items.movie_id IN " + movie.HiddenIDs})...)
}
