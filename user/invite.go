package user

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// ErrNoInvite means that an invite does not exist or is not the viewer's.
var ErrNoInvite = apperr.New(apperr.NotFound, "not_found",
	"There is no such invite.", "초대장을 찾을 수 없습니다.")

// inviteLength is the length of a code: 80 random bits, which sign-up rates keep from being guessed.
const inviteLength = 16

// Invite lets members sign up, whatever the mode of registration.
type Invite struct {
	ID        int64      `gorm:"primaryKey;autoIncrement;index:idx_invites_user,priority:2"`
	UserID    int64      `gorm:"not null;index:idx_invites_user,priority:1"` // who invites
	Code      string     `gorm:"size:32;not null;uniqueIndex:idx_invites_code"`
	UsesLeft  int64      `gorm:"not null"`
	CreatedAt time.Time  `gorm:"not null;precision:6"`
	ExpiresAt *time.Time `gorm:"precision:6"` // nil: it does not expire
}

// InviteDraft holds the values of a new invite.
type InviteDraft struct {
	Uses     int64
	Lifetime time.Duration // 0: it does not expire
}

// MayInvite reports whether a viewer may make invites.
func (s *Service) MayInvite(v auth.Viewer) bool {
	return v.Moderates() || v.UserID != 0 && s.registration.MembersMayInvite
}

// CreateInvite makes an invite by a member.
func (s *Service) CreateInvite(ctx context.Context, by auth.Viewer, d InviteDraft) (Invite, error) {
	now := s.now()
	i := Invite{UserID: by.UserID, Code: rand.Text()[:inviteLength], UsesLeft: d.Uses, CreatedAt: now}
	if d.Lifetime > 0 {
		i.ExpiresAt = new(now.Add(d.Lifetime))
	}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		i.ID = 0 // Tx may run the function again
		return tx.Create(&i).Error
	})
	if err != nil {
		return Invite{}, fmt.Errorf("create an invite of user %d: %w", by.UserID, err)
	}
	return i, nil
}

// InviteURL returns the address at which people sign up with an invite, absolute where the public URL is known.
func (s *Service) InviteURL(i Invite) string {
	return s.registration.PublicURL + "/join?invite=" + i.Code
}

// Invites returns a page of the invites of the viewer, all for moderators, newest first, and the key of the next page, or
// nil on the last page.
func (s *Service) Invites(ctx context.Context, viewer auth.Viewer, p page.Page) ([]Invite, *page.Key, error) {
	q := s.db.Reader(ctx).Order("id DESC").Limit(p.Fetch())
	if !viewer.Moderates() {
		q = q.Where("user_id = ?", viewer.UserID)
	}
	if p.After != nil {
		q = q.Where("id < ?", p.After.ID)
	}
	var rows []Invite
	if err := q.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list invites: %w", err)
	}
	rows, next := page.Cut(rows, p, func(i Invite) page.Key { return page.Key{ID: i.ID} })
	return rows, next, nil
}

// Invited returns those who joined with the invites of a member, the last to join first, at most n.
func (s *Service) Invited(ctx context.Context, id int64, n int) ([]User, error) {
	var rows []User
	err := s.db.Reader(ctx).Where("invited_by = ?", id).Order("id DESC").Limit(n).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list whom user %d invited: %w", id, err)
	}
	return rows, nil
}

// DeleteInvite deletes an invite of the viewer, any for moderators. It returns [ErrNoInvite].
func (s *Service) DeleteInvite(ctx context.Context, viewer auth.Viewer, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		q := tx
		if !viewer.Moderates() {
			q = q.Where("user_id = ?", viewer.UserID)
		}
		gone := q.Delete(&Invite{ID: id})
		if gone.Error != nil {
			return fmt.Errorf("delete invite %d: %w", id, gone.Error)
		}
		if gone.RowsAffected == 0 {
			return ErrNoInvite
		}
		return nil
	})
}

// errInviteInvalid is the error of a code that is unknown, expired or used up, whichever it is.
func errInviteInvalid() error {
	return apperr.Validation(apperr.Field{Name: "invite", Code: "invite_invalid", Text: apperr.Text{
		EN: "This invite is not valid, or not any more.", KO: "유효하지 않거나 이미 사용된 초대장입니다.",
	}})
}

func errInviteRequired() error {
	return apperr.Validation(apperr.Field{Name: "invite", Code: "invite_required", Text: apperr.Text{
		EN: "You need an invite to sign up.", KO: "초대를 받아야 가입할 수 있습니다.",
	}})
}

// inviteBy returns the invite with a code, in any case. One of a suspended member is not valid: it would let in more of
// those that the member was suspended with.
func (s *Service) inviteBy(db *gorm.DB, code string) (Invite, error) {
	var i Invite
	err := db.Where("code = ?", strings.ToUpper(strings.TrimSpace(code))).Take(&i).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Invite{}, errInviteInvalid()
	case err != nil:
		return Invite{}, fmt.Errorf("load an invite: %w", err)
	case i.UsesLeft < 1 || i.ExpiresAt != nil && !i.ExpiresAt.After(s.now()):
		return Invite{}, errInviteInvalid()
	}
	by, err := one(db, "id = ?", i.UserID)
	switch {
	case errors.Is(err, ErrNotFound):
		return Invite{}, errInviteInvalid() // deleted meanwhile, and the invite with it
	case err != nil:
		return Invite{}, err
	case by.StatusAt(s.now()) == auth.StatusSuspended:
		return Invite{}, errInviteInvalid()
	}
	return i, nil
}

// useInvite takes one use of an invite.
func (s *Service) useInvite(tx *gorm.DB, id int64) error {
	done := tx.Exec("UPDATE invites SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0", id)
	if done.Error != nil {
		return fmt.Errorf("use invite %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 { // another sign-up was faster, or it is deleted
		return errInviteInvalid()
	}
	return nil
}

// isEmpty reports whether there is no account.
func isEmpty(db *gorm.DB) (bool, error) {
	none := true
	err := database.Each(db, "SELECT id FROM users LIMIT 1", nil, func(row database.Scanner) error {
		none = false
		var id int64
		return row.Scan(&id)
	})
	return none, err
}
