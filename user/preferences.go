package user

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Language is the language of the texts that a member is sent.
type Language string

// The values of [Language].
const (
	LanguageAuto Language = "auto" // the one of the community
	Korean       Language = "ko"
	English      Language = "en"
)

// Spoilers says which reviews and comments that give away a film a member reads at once.
type Spoilers string

// The values of [Spoilers].
const (
	HideSpoilers  Spoilers = "hide"
	UnlessWatched Spoilers = "unless_watched" // only those of films that the member has marked watched
	ShowSpoilers  Spoilers = "show"
)

// Preferences are what members decide for themselves, as the row of an account has it.
type Preferences struct {
	Language  Language `gorm:"size:5;not null"`
	Spoilers  Spoilers `gorm:"size:15;not null"`
	Silenced  string   `gorm:"size:255;not null"`                                                         // the types of notifications that are switched off, separated by commas
	ShowFacts bool     `gorm:"not null;index:idx_users_age,priority:2;index:idx_users_gender,priority:2"` // others see age and gender
}

// DefaultPreferences are those of a new member.
func DefaultPreferences() Preferences {
	return Preferences{Language: LanguageAuto, Spoilers: UnlessWatched, ShowFacts: true}
}

// switches are the types of notifications that members may switch off, in the order in which they are stored. They are
// those of package notify.
var switches = []string{
	"follow", "follow_request", "follow_accepted", "review_like", "review_comment", "comment_reply", "list_like",
}

// Hears reports whether a type of notification is not switched off.
func (p Preferences) Hears(kind string) bool {
	return !slices.Contains(strings.Split(p.Silenced, ","), kind)
}

// Switches reports of each type of notification that can be switched off whether it is on.
func (p Preferences) Switches() map[string]bool {
	on := map[string]bool{}
	for _, kind := range switches {
		on[kind] = p.Hears(kind)
	}
	return on
}

// PreferencesPatch holds the preferences to change. Nil fields and absent types stay as they are.
type PreferencesPatch struct {
	Language      *Language
	Spoilers      *Spoilers
	ShowFacts     *bool
	Notifications map[string]bool // whether a type of notification is on
}

// check returns apperr.ErrValidation with every invalid field.
func (p PreferencesPatch) check() error {
	var wrong []apperr.Field
	if p.Language != nil && !slices.Contains([]Language{LanguageAuto, Korean, English}, *p.Language) {
		wrong = append(wrong, unknownChoice("language", "auto, ko, en"))
	}
	if p.Spoilers != nil && !slices.Contains([]Spoilers{HideSpoilers, UnlessWatched, ShowSpoilers}, *p.Spoilers) {
		wrong = append(wrong, unknownChoice("spoilers", "hide, unless_watched, show"))
	}
	if len(wrong) > 0 {
		return apperr.Validation(wrong...)
	}
	return nil
}

func unknownChoice(field, choices string) apperr.Field {
	return apperr.Field{Name: field, Code: "enum", Text: apperr.Text{
		EN: fmt.Sprintf("This must be one of: %s.", choices), KO: fmt.Sprintf("다음 중 하나여야 합니다: %s.", choices),
	}}
}

// apply changes the preferences.
func (p PreferencesPatch) apply(to *Preferences) {
	if p.Language != nil {
		to.Language = *p.Language
	}
	if p.Spoilers != nil {
		to.Spoilers = *p.Spoilers
	}
	if p.ShowFacts != nil {
		to.ShowFacts = *p.ShowFacts
	}
	var off []string
	for _, kind := range switches {
		on, given := p.Notifications[kind]
		if given && !on || !given && !to.Hears(kind) {
			off = append(off, kind)
		}
	}
	to.Silenced = strings.Join(off, ",")
}

// ChangePreferences changes the preferences of an account and returns it. It returns [ErrNotFound], or
// apperr.ErrValidation for values that do not exist.
func (s *Service) ChangePreferences(ctx context.Context, userID int64, p PreferencesPatch) (User, error) {
	if err := p.check(); err != nil {
		return User{}, err
	}
	var after User
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		before, err := lockOne(tx, userID)
		if err != nil {
			return err
		}
		after = before
		if p.apply(&after.Preferences); after.Preferences == before.Preferences {
			return nil
		}
		after.UpdatedAt = s.now()
		err = tx.Model(&after).Select("language", "spoilers", "silenced", "show_facts", "updated_at").Updates(&after).Error
		if err != nil {
			return fmt.Errorf("change the preferences of user %d: %w", userID, err)
		}
		return s.index.Change(tx, before.text(), after.text())
	})
	return after, err
}
