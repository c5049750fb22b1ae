package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxTokens limits the personal tokens of an account.
const maxTokens = 100

// noteUsesEvery is how exact last_used_at of personal tokens is: the uses of this long are written together.
const noteUsesEvery = time.Minute

// The errors of personal tokens.
var (
	ErrNoToken = apperr.New(apperr.NotFound, "not_found",
		"There is no such token.", "해당 개인 토큰을 찾을 수 없습니다.")
	ErrTooManyTokens = apperr.New(apperr.Conflict, "too_many_tokens",
		fmt.Sprintf("You have %d personal tokens already. Delete one first.", maxTokens),
		fmt.Sprintf("개인 토큰은 %d개까지 만들 수 있습니다. 먼저 하나를 삭제해 주세요.", maxTokens))
)

// Token is a personal token, by which a program acts for a member. The token itself is not stored.
type Token struct {
	ID         int64      `gorm:"primaryKey;autoIncrement;index:idx_personal_tokens_user,priority:2"`
	UserID     int64      `gorm:"not null;index:idx_personal_tokens_user,priority:1"`
	Name       string     `gorm:"size:50;not null"` // of the program, for its owner
	Scope      auth.Scope `gorm:"size:5;not null"`
	TokenHash  string     `gorm:"size:64;not null;uniqueIndex:idx_personal_tokens_hash"`
	CreatedAt  time.Time  `gorm:"not null;precision:6"`
	ExpiresAt  *time.Time `gorm:"precision:6;index:idx_personal_tokens_expires"` // nil: it does not expire
	LastUsedAt *time.Time `gorm:"precision:6"`
}

// TableName implements [schema.Tabler].
func (Token) TableName() string { return "personal_tokens" }

// TokenDraft holds the values of a new personal token.
type TokenDraft struct {
	Name     string
	Scope    auth.Scope
	Lifetime time.Duration // 0: it does not expire
}

// CreateToken adds a personal token to an account and returns it with its text, which nothing returns again. It returns
// [ErrTooManyTokens] or [ErrNotFound].
func (s *Service) CreateToken(ctx context.Context, userID int64, d TokenDraft) (Token, string, error) {
	text, now := auth.NewPersonalToken(), s.now()
	t := Token{UserID: userID, Name: d.Name, Scope: d.Scope, TokenHash: auth.HashToken(text), CreatedAt: now}
	if d.Lifetime > 0 {
		t.ExpiresAt = new(now.Add(d.Lifetime))
	}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		t.ID = 0 // Tx may run the function again
		if err := Lock(tx, userID); err != nil {
			return err
		}
		var count int64
		if err := tx.Model(&Token{}).Where("user_id = ?", userID).Count(&count).Error; err != nil {
			return err
		}
		if count >= maxTokens {
			return ErrTooManyTokens
		}
		return tx.Create(&t).Error
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("create a personal token of user %d: %w", userID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "personal_token_created", userID, slog.Int64("token_id", t.ID), slog.String("scope", string(t.Scope)))
	return t, text, nil
}

// Tokens returns a page of the personal tokens of an account that have not expired, newest first, and the key of the next
// page, or nil on the last page.
func (s *Service) Tokens(ctx context.Context, userID int64, p page.Page) ([]Token, *page.Key, error) {
	q := s.db.Reader(ctx).Where("user_id = ? AND (expires_at IS NULL OR expires_at > ?)", userID, s.now()).Order("id DESC").Limit(p.Fetch())
	if p.After != nil {
		q = q.Where("id < ?", p.After.ID)
	}
	var rows []Token
	if err := q.Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list the personal tokens of user %d: %w", userID, err)
	}
	rows, next := page.Cut(rows, p, func(t Token) page.Key { return page.Key{ID: t.ID} })
	for i, t := range rows {
		if used, ok := s.uses.of(t.ID); ok {
			rows[i].LastUsedAt = &used
		}
	}
	return rows, next, nil
}

// DeleteToken deletes a personal token, and closes the sockets that it opened. It returns [ErrNoToken].
func (s *Service) DeleteToken(ctx context.Context, userID, tokenID int64) error {
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ?", userID).Delete(&Token{ID: tokenID})
		if gone.Error != nil {
			return fmt.Errorf("delete personal token %d: %w", tokenID, gone.Error)
		}
		if gone.RowsAffected == 0 {
			return ErrNoToken
		}
		s.notifyEnded(tx, userID, []int64{auth.Viewer{TokenID: tokenID}.Credential()})
		return nil
	})
	if err == nil {
		web.LogEvent(ctx, s.log, slog.LevelInfo, "personal_token_deleted", userID, slog.Int64("token_id", tokenID))
	}
	return err
}

// CountTokens returns how many personal tokens of an account work.
func (s *Service) CountTokens(ctx context.Context, userID int64) (count int64, err error) {
	err = s.db.Reader(ctx).Model(&Token{}).Where("user_id = ? AND (expires_at IS NULL OR expires_at > ?)", userID, s.now()).Count(&count).Error
	if err != nil {
		return 0, fmt.Errorf("count the personal tokens of user %d: %w", userID, err)
	}
	return count, nil
}

// RevokeTokens deletes all personal tokens of an account, and closes the sockets that they opened.
func (s *Service) RevokeTokens(ctx context.Context, userID int64) error {
	var ids []int64
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		ids = nil // Tx may run the function again
		if err := Lock(tx, userID); err != nil {
			return err // with the lock under which tokens are made, none stays that is not reported
		}
		if err := tx.Model(&Token{}).Where("user_id = ?", userID).Pluck("id", &ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		if err := tx.Where("user_id = ?", userID).Delete(&Token{}).Error; err != nil {
			return err
		}
		credentials := make([]int64, len(ids))
		for i, id := range ids {
			credentials[i] = auth.Viewer{TokenID: id}.Credential()
		}
		s.notifyEnded(tx, userID, credentials)
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke the personal tokens of user %d: %w", userID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "personal_tokens_revoked", userID, slog.Int("tokens", len(ids)))
	return nil
}

const selectPersonal = `SELECT ` + accountColumns + `, users.id, personal_tokens.id, personal_tokens.scope, personal_tokens.expires_at
	FROM personal_tokens JOIN users ON users.id = personal_tokens.user_id WHERE personal_tokens.token_hash = ?`

// Personal implements auth.PersonalTokens.
func (s *Service) Personal(ctx context.Context, token string) (auth.Personal, error) {
	hash := auth.HashToken(token)
	known, found, asked := s.personal.Get(ctx, hash)
	if found {
		p := known.Personal
		if now := s.now(); known.holds(now) && (p.ExpiresAt.IsZero() || p.ExpiresAt.After(now)) {
			p.Account = s.account(&known.scannedAccount, now)
			s.uses.note(p.TokenID, now)
			return p, nil
		}
	}
	var p auth.Personal
	var account scannedAccount
	var expires sql.NullTime
	since := s.now()
	err := s.db.Row(ctx, selectPersonal, since.Add(-s.newFor), hash).Scan(account.targets(&p.UserID, &p.TokenID, &p.Scope, &expires)...)
	now := s.now()
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return auth.Personal{}, auth.ErrInvalidToken
	case err != nil:
		return auth.Personal{}, fmt.Errorf("look up a personal token: %w", err)
	case expires.Valid && !expires.Time.After(now):
		return auth.Personal{}, auth.ErrTokenExpired
	}
	p.ExpiresAt = expires.Time
	if !account.New {
		s.personal.Put(asked, hash, personalToken{remembered{account, since}, p})
	}
	p.Account = s.account(&account, now)
	s.uses.note(p.TokenID, now)
	return p, nil
}

// personalToken is a personal token that had not expired, with its account.
type personalToken struct {
	remembered
	auth.Personal
}

// activeTokens returns those of ids, the negated ids of personal tokens, that have neither expired nor been deleted. It runs
// every second while a socket of such a token is open.
func (s *Service) activeTokens(ctx context.Context, ids []int64) ([]int64, error) {
	active := make([]int64, 0, len(ids))
	for some := range slices.Chunk(ids, idsPerQuery) {
		tokens := make([]int64, len(some))
		for i, id := range some {
			tokens[i] = -id
		}
		list, args := s.idList(tokens)
		query := "SELECT -id FROM personal_tokens WHERE id IN " + list + " AND (expires_at IS NULL OR expires_at > ?)" +
			notSuspended + " ORDER BY id DESC"
		now := s.now()
		err := database.Each(s.db.Reader(ctx), query, append(args, now, now), func(row database.Scanner) error {
			var id int64
			err := row.Scan(&id)
			active = append(active, id)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look up %d personal tokens: %w", len(some), err)
		}
	}
	return active, nil
}

// writeUses stores when personal tokens were used, of those that this instance has seen since the last call.
func (s *Service) writeUses(ctx context.Context) error {
	uses := s.uses.take()
	if len(uses) == 0 {
		return nil
	}
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		for _, id := range slices.Sorted(maps.Keys(uses)) {
			err := tx.Exec("UPDATE personal_tokens SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
				uses[id], id, uses[id]).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write when %d personal tokens were used: %w", len(uses), err)
	}
	return nil
}
