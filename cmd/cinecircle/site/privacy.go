package site

import (
	"net/http"
	"slices"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// privacyPage is who sees what of the viewer, and what the viewer wants to hear of.
type privacyPage struct {
	Private        bool
	Prefs          user.Preferences
	Spoilers       []user.Spoilers
	SpoilersChosen user.Spoilers
	Languages      []user.Language
	LanguageChosen user.Language
	Notices        []noticeChoice
}

// noticeChoice is a type of notifications that can be switched off.
type noticeChoice struct {
	Type notify.Type
	On   bool
}

// The choices of the page, in its order.
var (
	spoilerChoices  = []user.Spoilers{user.UnlessWatched, user.HideSpoilers, user.ShowSpoilers}
	languageChoices = []user.Language{user.LanguageAuto, user.Korean, user.English}
	noticeChoices   = []notify.Type{
		notify.TypeFollow, notify.TypeFollowRequest, notify.TypeFollowAccepted, notify.TypeReviewLike, notify.TypeReviewComment,
		notify.TypeCommentReply, notify.TypeListLike,
	}
)

func (s *Site) privacy(c *pageContext) error {
	me, err := c.me()
	if err != nil {
		return err
	}
	if me.ID == 0 {
		return auth.ErrUserGone
	}
	p := privacyPage{
		Private: me.IsPrivate, Prefs: me.Preferences, Spoilers: spoilerChoices, SpoilersChosen: me.Preferences.Spoilers,
		Languages: languageChoices, LanguageChosen: me.Preferences.Language,
	}
	for _, one := range noticeChoices {
		p.Notices = append(p.Notices, noticeChoice{Type: one, On: me.Preferences.Hears(string(one))})
	}
	return c.show(http.StatusOK, "privacy", meta{Title: c.text("privacy.title"), Hidden: true, Private: true, Section: "me"}, p)
}

// changePrivacy stores what the form says. Only a changed account becomes private or public, because going public accepts
// all requests.
func (s *Site) changePrivacy(c *pageContext) error {
	if err := c.readForm(0); err != nil {
		return err
	}
	ctx, id := c.Request.Context(), c.viewer.UserID
	spoilers, language, facts := user.Spoilers(c.field("spoilers")), user.Language(c.field("language")), c.field("show_facts") != ""
	patch := user.PreferencesPatch{Spoilers: &spoilers, Language: &language, ShowFacts: &facts, Notifications: map[string]bool{}}
	for _, one := range noticeChoices {
		patch.Notifications[string(one)] = slices.Contains(c.sent.Values["notice"], string(one))
	}
	before, err := s.Users.ChangePreferences(ctx, id, patch)
	if err != nil {
		return err
	}
	if private := c.field("is_private") != ""; private != before.IsPrivate {
		if _, err := s.Users.Change(ctx, c.viewer, c.ClientIP(), id, user.Patch{IsPrivate: &private}); err != nil {
			return err
		}
	}
	c.setToast("settings.saved", "")
	return c.redirectTo("/settings/privacy")
}
