package user

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
