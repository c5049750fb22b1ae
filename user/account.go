package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Draft holds the values of a new account.
type Draft struct {
	Username string
	Password string
	Age      int64 // minAge to maxAge
	Gender   Gender
	Role     auth.Role // "" means member
	Address  string    // of the client, for the queue of hashes; "" on the command line

	Invite      string // the code of an invite, "" without one
	Application string // for moderators, in the mode approval
	Operator    bool   // by whoever runs the service, whom the rules of registration do not bind
}

// Create adds an account. It returns [ErrUsernameTaken], [ErrRegistrationClosed], apperr.ErrBusy when too many passwords are being
// hashed, or apperr.ErrValidation with every invalid field of the draft.
func (s *Service) Create(ctx context.Context, d Draft) (User, error) {
	how, refused := s.admit(ctx, d)
	if errors.Is(refused, ErrRegistrationClosed) { // before what is wrong with the draft
		return User{}, refused
	}
	name, err := d.check()
	if err != nil {
		return User{}, err
	}
	if err := s.checkRules(ctx, d, name); err != nil {
		return User{}, err
	}
	if refused != nil {
		return User{}, refused
	}
	if err := s.checkFree(ctx, name, 0); err != nil { // before the expensive hash
		return User{}, err
	}
	hash, err := s.hasher.Hash(ctx, d.Address, d.Password)
	if err != nil {
		return User{}, err
	}
	now := s.now()
	u := User{
		Username: name.String(), UsernameKey: name.Key(), SearchKey: textindex.Key(name.String()), PasswordHash: hash,
		Age: d.Age, Gender: d.Gender, Role: d.Role, CreatedAt: now, UpdatedAt: now,
		Preferences: DefaultPreferences(), Status: how.status,
	}
	if how.status == auth.StatusPending {
		u.Application = d.Application
	}
	if how.invite != nil {
		u.InvitedBy = &how.invite.UserID
	}
	if u.Role == "" {
		u.Role = auth.RoleMember
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		u.ID = 0 // Tx may run the function again
		if err := s.insert(tx, &u, how.invite); err != nil || !how.first {
			return err
		}
		return stayFirst(tx)
	})
	if errors.Is(err, errNotFirst) {
		return s.Create(ctx, d) // as the mode says
	}
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

// checkRules checks what binds all but the operator, and the minimum age.
func (s *Service) checkRules(ctx context.Context, d Draft, name Username) error {
	if field := s.checkMinAge(d); field != nil {
		return apperr.Validation(*field)
	}
	if d.Operator {
		return nil
	}
	return s.checkReserved(ctx, name, 0)
}

// insert writes the account, claims its name and uses the invite, which may be nil.
func (s *Service) insert(tx *gorm.DB, u *User, by *Invite) error {
	if err := nameTaken(tx.Create(u).Error); err != nil {
		return err
	}
	if err := s.claim(tx, u.UsernameKey, u.ID); err != nil {
		return err
	}
	if by != nil {
		if err := s.useInvite(tx, by.ID); err != nil {
			return err
		}
	}
	return s.index.Announce(tx, u.ID)
}

func (d Draft) check() (Username, error) {
	var wrong []apperr.Field
	name, field := ParseUsername(d.Username)
	if field != nil {
		wrong = append(wrong, *field)
	}
	if field := checkPassword(d.Password, name.Key()); field != nil {
		wrong = append(wrong, *field)
	}
	if field := checkAge(d.Age); field != nil {
		wrong = append(wrong, *field)
	}
	if d.Gender != Male && d.Gender != Female {
		wrong = append(wrong, genderField())
	}
	if len(wrong) > 0 {
		return Username{}, apperr.Validation(wrong...)
	}
	return name, nil
}

// checkPassword returns the error of a new password of the account whose name has this key, nil if it is valid.
func checkPassword(password, nameKey string) *apperr.Field {
	if field := auth.CheckPassword(password); field != nil {
		return field
	}
	if usernameKey(strings.TrimSpace(password)) == nameKey {
		return auth.TooCommon()
	}
	return nil
}

// checkFree returns [ErrUsernameTaken] when an account other than self has the name. It only avoids
// needless work: the unique index is what guarantees it.
func (s *Service) checkFree(ctx context.Context, name Username, self int64) error {
	u, err := byName(s.db.Reader(ctx), name.String())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case u.ID == self:
		return nil
	}
	return ErrUsernameTaken
}

// nameTaken translates a violation of the only unique index of users.
func nameTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrUsernameTaken
	}
	return err
}

func checkAge(age int64) *apperr.Field {
	switch {
	case age < minAge:
		return ageField("min")
	case age > maxAge:
		return ageField("max")
	}
	return nil
}

func ageField(code string) *apperr.Field {
	return &apperr.Field{Name: "age", Code: code, Text: apperr.Text{
		EN: fmt.Sprintf("The age must be between %d and %d.", minAge, maxAge),
		KO: fmt.Sprintf("나이는 %d세에서 %d세 사이여야 합니다.", minAge, maxAge),
	}}
}

func checkBio(bio string) *apperr.Field {
	if utf8.RuneCountInString(bio) <= maxBio {
		return nil
	}
	return &apperr.Field{Name: "bio", Code: "max", Text: apperr.Text{
		EN: fmt.Sprintf("This must be at most %d characters.", maxBio), KO: fmt.Sprintf("%d자 이하여야 합니다.", maxBio),
	}}
}

func genderField() apperr.Field {
	return apperr.Field{Name: "gender", Code: "enum", Text: apperr.Text{
		EN: "The gender must be male or female.", KO: "성별은 male 또는 female이어야 합니다.",
	}}
}
