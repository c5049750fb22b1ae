package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

const (
	pollEvery = 5 * time.Second // for messages of other processes, and for later attempts
	batch     = 50
	lease     = 2 * time.Minute // of an attempt, more than attemptTimeout: no other instance starts meanwhile

	firstWait = time.Minute // until the second attempt; it doubles
	maxWait   = time.Hour
)

// maxSubject is the size of the column, in characters.
const maxSubject = 255

// Outgoing is a row of a message that was not sent yet.
type Outgoing struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;index:idx_outgoing_mails_user"`
	Recipient string    `gorm:"size:254;not null"`
	Subject   string    `gorm:"size:255;not null"`
	Body      string    `gorm:"type:text;not null"` // sealed, because it has links that open accounts
	Attempts  int64     `gorm:"not null"`
	DueAt     time.Time `gorm:"not null;precision:6;index:idx_outgoing_mails_due"` // of the next attempt, or the end of the lease of one
	ExpiresAt time.Time `gorm:"not null;precision:6"`
	CreatedAt time.Time `gorm:"not null;precision:6"`
}

// TableName implements [schema.Tabler].
func (Outgoing) TableName() string { return "outgoing_mails" }

// Sealer encrypts the bodies of messages in the database. The tokens of package auth implement it.
type Sealer interface {
	Seal(text, owner string) string
	Open(sealed, owner string) (string, error)
}

// Outbox holds messages until the server has taken them. It is safe for concurrent use, and several instances may share its
// table. A message is sent once, unless the process dies or loses the server between the end of a message and its answer.
type Outbox struct {
	db     *database.DB
	server Server
	sealer Sealer
	clock  func() time.Time
	log    *slog.Logger
	wake   chan struct{} // of capacity 1
	poll   time.Duration
}

// NewOutbox returns an outbox for a server.
func NewOutbox(db *database.DB, server Server, sealer Sealer, clock func() time.Time, log *slog.Logger) *Outbox {
	return &Outbox{db: db, server: server, sealer: sealer, clock: clock, log: log, wake: make(chan struct{}, 1), poll: pollEvery}
}

// Send stores a message in the transaction of what it is about. It is sent once that is committed.
func (o *Outbox) Send(tx *gorm.DB, m Message) error {
	now := database.Time(o.clock())
	subject := []rune(m.Subject)
	row := Outgoing{
		UserID: m.UserID, Recipient: m.To, Subject: string(subject[:min(len(subject), maxSubject)]), Body: o.sealer.Seal(m.Text, sealOwner(m.To)),
		DueAt: now, ExpiresAt: database.Time(m.Expires), CreatedAt: now,
	}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("store a mail to user %d: %w", m.UserID, err)
	}
	database.AfterCommit(tx, func() {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	})
	return nil
}

// sealOwner is what a body is bound to, so that it cannot be sent to somebody else by a changed row.
func sealOwner(to string) string { return "mail to " + to }

// Run sends messages: at once those of this process, every few seconds all that are due. It returns nil when ctx ends; what is
// left then is sent after the next start.
func (o *Outbox) Run(ctx context.Context) error {
	ticker := time.NewTicker(o.poll)
	defer ticker.Stop()
	for {
		if err := o.sendDue(ctx); err != nil && ctx.Err() == nil {
			o.log.WarnContext(ctx, "mail waits; the next run tries again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
		case <-ticker.C:
		}
	}
}

// sendDue tries every message that is due once. It stops when the server cannot be reached, because each attempt would wait
// for a timeout.
func (o *Outbox) sendDue(ctx context.Context) error {
	until := database.Time(o.clock())
	for {
		var rows []Outgoing
		if err := o.db.Reader(ctx).Where("due_at <= ?", until).Order("due_at, id").Limit(batch).Find(&rows).Error; err != nil {
			return fmt.Errorf("list mail: %w", err)
		}
		for _, row := range rows {
			if err := o.attempt(ctx, row); err != nil {
				return err
			}
		}
		if len(rows) < batch {
			return nil
		}
	}
}

// attempt sends a message, unless another instance does. It returns errors of the database, and errUnreachable.
func (o *Outbox) attempt(ctx context.Context, row Outgoing) error {
	now := database.Time(o.clock())
	if !row.ExpiresAt.After(now) {
		o.log.WarnContext(ctx, "a mail was not sent in time", "mail_id", row.ID, "user_id", row.UserID, "attempts", row.Attempts)
		return o.remove(ctx, row.ID)
	}
	leased := now.Add(lease)
	mine, err := o.move(ctx, row, leased, row.Attempts+1)
	if err != nil || !mine {
		return err
	}
	row.DueAt, row.Attempts = leased, row.Attempts+1
	failed := o.transmit(ctx, row)
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // the outcome counts at a shutdown as well
	defer cancel()
	switch {
	case failed == nil:
		return o.remove(after, row.ID)
	case errors.Is(failed, errRefused):
		o.log.ErrorContext(ctx, "a mail is not delivered", "mail_id", row.ID, "user_id", row.UserID, "error", failed)
		return o.remove(after, row.ID)
	}
	o.log.WarnContext(ctx, "a mail is tried again later", "mail_id", row.ID, "user_id", row.UserID, "attempts", row.Attempts, "error", failed)
	if _, err := o.move(after, row, database.Time(o.clock()).Add(waitAfter(row.Attempts)), row.Attempts); err != nil {
		return err
	}
	if errors.Is(failed, errUnreachable) {
		return failed
	}
	return nil
}

// transmit opens a message and hands it to the server.
func (o *Outbox) transmit(ctx context.Context, row Outgoing) error {
	text, err := o.sealer.Open(row.Body, sealOwner(row.Recipient))
	if err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	id := fmt.Sprintf("%d.%d", row.ID, row.CreatedAt.UnixMicro())
	return o.server.send(ctx, id, Message{To: row.Recipient, Subject: row.Subject, Text: text})
}

// move makes a message due at another time, and reports whether nobody did before.
func (o *Outbox) move(ctx context.Context, row Outgoing, due time.Time, attempts int64) (mine bool, err error) {
	err = o.db.Tx(ctx, func(tx *gorm.DB) error {
		moved := tx.Model(&Outgoing{}).Where("id = ? AND due_at = ?", row.ID, row.DueAt).
			UpdateColumns(map[string]any{"due_at": due, "attempts": attempts})
		mine = moved.RowsAffected == 1
		return moved.Error
	})
	if err != nil {
		return false, fmt.Errorf("claim mail %d: %w", row.ID, err)
	}
	return mine, nil
}

func (o *Outbox) remove(ctx context.Context, id int64) error {
	if err := o.db.Tx(ctx, func(tx *gorm.DB) error { return tx.Delete(&Outgoing{ID: id}).Error }); err != nil {
		return fmt.Errorf("remove mail %d: %w", id, err)
	}
	return nil
}

// waitAfter returns how long to wait after that many attempts failed.
func waitAfter(attempts int64) time.Duration {
	wait := firstWait
	for range min(attempts-1, 10) {
		wait *= 2
	}
	return min(wait, maxWait)
}
