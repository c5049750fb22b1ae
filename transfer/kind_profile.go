package transfer

import (
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/transfer/history"
	"github.com/cinecircle/cinecircle/user"
)

// profiles are what members say of themselves, and their preferences. Those that a member has set here stay. Undoing an
// import makes them those of a new account again, but for one that has become private: it stays so until the member says
// otherwise.
var profiles = kind{
	once: func(*job) string { return "" },
	check: func(_ *applier, j *job) (Outcome, apperr.Text, error) {
		if err := user.CheckRestored(j.entry.Profile.Bio, restored(j)); err != nil {
			return Bad, textOf(err), nil
		}
		return "", apperr.Text{}, nil
	},
	find: func(a *applier, _ Source) (*thing, error) { return a.profile() },
	like: func(a *applier, j *job) (*thing, error) {
		t, err := a.profile()
		if err != nil || isNew(t.value.(user.User)) && !sameProfile(a, j, t) {
			return nil, err
		}
		return t, nil
	},
	same: sameProfile,
	make: func(a *applier, j *job) (*thing, error) {
		p := j.entry.Profile
		if err := a.users.Restore(a.tx, a.imp.UserID, p.Bio, p.IsPrivate, restored(j)); err != nil {
			return nil, err
		}
		return a.profile()
	},
	remove: func(a *applier, t *thing) (bool, error) {
		p := user.DefaultPreferences()
		patch := user.PreferencesPatch{Language: &p.Language, Spoilers: &p.Spoilers, ShowFacts: &p.ShowFacts, Notifications: p.Switches()}
		return !t.value.(user.User).IsPrivate, a.users.Restore(a.tx, t.id, "", false, patch)
	},
}

// restored returns the preferences of an entry. Notifications that only a later version has are left out.
func restored(j *job) user.PreferencesPatch {
	p, switches := j.entry.Profile, map[string]bool{}
	for name := range user.DefaultPreferences().Switches() {
		if is, told := p.Notifications[name]; told {
			switches[name] = is
		}
	}
	return user.PreferencesPatch{
		Language: new(user.Language(p.Language)), Spoilers: new(user.Spoilers(p.Spoilers)), ShowFacts: &p.ShowFacts, Notifications: switches,
	}
}

func sameProfile(_ *applier, j *job, t *thing) bool {
	u, p := t.value.(user.User), j.entry.Profile
	for name, is := range u.Preferences.Switches() {
		if wanted, told := p.Notifications[name]; told && wanted != is {
			return false
		}
	}
	return u.Bio == p.Bio && u.IsPrivate == p.IsPrivate && string(u.Preferences.Language) == p.Language &&
		string(u.Preferences.Spoilers) == p.Spoilers && u.Preferences.ShowFacts == p.ShowFacts
}

// isNew reports whether an account says nothing of the member yet.
func isNew(u user.User) bool {
	return u.Bio == "" && !u.IsPrivate && u.Preferences == user.DefaultPreferences()
}

func (a *applier) profile() (*thing, error) {
	u, err := a.users.Find(a.tx, a.imp.UserID)
	if err != nil {
		return nil, err
	}
	return &thing{kind: history.Profile, id: u.ID, value: u, state: hashOf(u.Bio, u.IsPrivate, u.Preferences)}, nil
}
