package app

import (
	"context"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/user"
)

// actors shows the members who caused notifications, and knows the language of those who read them.
type actors struct{ users *user.Service }

// Actors implements notify.Actors.
func (a actors) Actors(ctx context.Context, ids []int64) (map[int64]notify.Actor, error) {
	found, err := a.users.Faces(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]notify.Actor, len(found))
	for id, u := range found {
		out[id] = notify.Actor{ID: id, Username: u.Username, ProfileImageURL: a.users.ImageURL(u), Language: string(u.Language)}
	}
	return out, nil
}

// imageURL returns the URL of a profile image by its storage key, nil for "".
func (a actors) imageURL(key string) *string { return a.users.ImageURL(user.Face{ProfileImage: key}) }
