package feed

import "context"

// Fill fills the index, as Run does when a reader needs it.
func (s *Service) Fill(ctx context.Context) error { return s.index.fill(ctx) }

// IndexAlways uses the index for any number of members.
func (s *Service) IndexAlways() { s.many = 0 }
