package user

import "context"

// Named returns the account with a username, in any case and Unicode form, or [ErrNotFound].
func (s *Service) Named(ctx context.Context, username string) (User, error) {
	return byName(s.db.Reader(ctx), username)
}
