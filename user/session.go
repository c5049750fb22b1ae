package user

import "time"

// maxSessions is how many devices an account can be signed in on; one more ends the oldest.
const maxSessions = 50

// Session is a device that is signed in, and the family of refresh tokens that it uses one after
// the other.
type Session struct {
	ID           int64     `gorm:"primaryKey;autoIncrement;index:idx_sessions_user,priority:2"`
	UserID       int64     `gorm:"not null;index:idx_sessions_user,priority:1"`
	Generation   int64     `gorm:"not null"`             // how often it was refreshed
	TokenHash    string    `gorm:"size:64;not null"`     // of the refresh token that is good now
	PreviousHash string    `gorm:"size:64;not null"`     // of the one before, "" before the first refresh
	RotatedAt    time.Time `gorm:"not null;precision:6"` // when the present token was minted
	CreatedAt    time.Time `gorm:"not null;precision:6"` // the login
	LastUsedAt   time.Time `gorm:"not null;precision:6"` // the last login or refresh
	ExpiresAt    time.Time `gorm:"not null;precision:6;index:idx_sessions_expires"`
	UserAgent    string    `gorm:"size:255;not null"`
	IP           string    `gorm:"size:45;not null"`
}

// Device is what a session remembers of where it was used.
type Device struct{ UserAgent, IP string }

// SignedIn is what a client gets for good credentials.
type SignedIn struct {
	UserID          int64
	Access, Refresh string
	ExpiresIn       time.Duration // of the access token
}
