package demo

import (
	"context"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// The members with an account that is private, and those who hide their age or other members. They are numbers in
// members; a small community has only the first ones.
var (
	private   = []int{5, 11, 24} // old_reel, celluloid, 유월
	factless  = []int{2, 14}     // 영화광, nadia_k
	blocks    = [][2]int{{4, 1}, {20, 26}}
	mutes     = [][2]int{{3, 2}, {0, 22}}
	mostAsked = 2 // requests to each private account
)

// relate makes some accounts private, and has members ask to follow them, block and mute others.
func (b *builder) relate(ctx context.Context) error {
	b.SetTime(b.now)
	for _, who := range b.among(private) {
		id := b.made.Members[who]
		if _, err := b.Users.Change(ctx, auth.Viewer{UserID: id}, "", id, user.Patch{IsPrivate: new(true)}); err != nil {
			return wrap("private account of", b.members[who].name, err)
		}
		if err := b.ask(ctx, id); err != nil {
			return wrap("request to", b.members[who].name, err)
		}
	}
	for _, who := range b.among(factless) {
		if _, err := b.Users.ChangePreferences(ctx, b.made.Members[who], user.PreferencesPatch{ShowFacts: new(false)}); err != nil {
			return wrap("preferences of", b.members[who].name, err)
		}
	}
	for _, r := range []struct {
		pairs [][2]int
		set   func(ctx context.Context, userID, otherID int64, on bool) error
	}{{blocks, b.Follows.SetBlock}, {mutes, b.Follows.SetMute}} {
		for _, pair := range r.pairs {
			if max(pair[0], pair[1]) >= len(b.made.Members) {
				continue
			}
			if err := r.set(ctx, b.made.Members[pair[0]], b.made.Members[pair[1]], true); err != nil {
				return wrap("block or mute by", b.members[pair[0]].name, err)
			}
		}
	}
	return nil
}

// ask has the first members who do not follow a private account ask to.
func (b *builder) ask(ctx context.Context, private int64) error {
	asked := 0
	for _, id := range b.made.Members {
		if id == private || asked == mostAsked {
			continue
		}
		f, err := b.Follows.Set(ctx, id, private, true)
		if err != nil {
			return err
		}
		if f.Requested {
			asked++
		}
	}
	return nil
}

// among returns the numbers of members that the community has.
func (b *builder) among(all []int) (some []int) {
	for _, who := range all {
		if who < len(b.made.Members) {
			some = append(some, who)
		}
	}
	return some
}
