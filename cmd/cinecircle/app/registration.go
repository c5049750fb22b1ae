package app

import (
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/user"
)

// registration returns how people become members.
func registration(c config.Config) user.Registration {
	return user.Registration{
		Mode: user.Mode(c.Registration.Mode), MinAge: int64(c.Registration.MinAge), MembersMayInvite: c.Registration.MembersMayInvite,
		ReservedNames: c.Registration.ReservedNames,
		Name:          c.Community.Name, Description: c.Community.Description, Rules: c.Community.Rules, Contact: c.Community.Contact,
		PublicURL: c.Server.PublicURL,
	}
}
