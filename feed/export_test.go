package feed

import "context"

// Fill fills the index, as Run does when a reader needs it.
func (s *Service) Fill(ctx context.Context) error { return s.index.fill(ctx) }

// IndexAlways fills the index for any number of members but one.
func (s *Service) IndexAlways() { s.many = 0 }

// NeverIndex asks the database for the newest activity of every member.
func (s *Service) NeverIndex() { s.index.over = true }
