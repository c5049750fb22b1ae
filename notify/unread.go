package notify

import "context"

// Unread returns how many notifications a member has not read, and the seq of the last one they got.
func (s *Service) Unread(ctx context.Context, userID int64) (unread, lastSeq int64, err error) {
	state, err := s.state(ctx, userID)
	return state.UnreadCount, state.LastSeq, err
}
