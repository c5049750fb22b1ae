package movie

import "github.com/cinecircle/cinecircle/platform/web"

// castRequest is one member of the cast as a client sends it.
type castRequest struct {
	Name   string  `json:"name" binding:"required,max=255" example:"송강호" description:"The name of the person."`
	Role   *string `json:"role" binding:"omitempty,max=255" example:"기택" description:"Who they play."`
	Age    *int64  `json:"age" binding:"omitempty,min=0,max=150" example:"52" description:"Age in years."`
	Agency *string `json:"agency" binding:"omitempty,max=255" example:"써브라임" description:"Who represents them."`
	Gender *string `json:"gender" binding:"omitempty,oneof=male female" example:"male" description:"male or female."`
}

// createRequest is a film as a client sends it, and as it stands in a file to be imported.
type createRequest struct {
	Title    string        `json:"title" binding:"required,max=255" example:"기생충" description:"The title."`
	Plot     *string       `json:"plot" binding:"required,max=10000" example:"전원백수로 살 길 막막하지만 사이는 좋은 기택 가족." description:"The plot; it may be empty."`
	Cast     []castRequest `json:"cast" binding:"required,max=100,dive" description:"The cast, in the order in which it is to be shown; it may be empty."`
	Playtime *int64        `json:"playtime" binding:"required,min=1,max=6000" example:"131" description:"Running time in minutes."`
	Genre    string        `json:"genre" binding:"required,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"The genre."`
}

// draft is for a request that has passed its rules.
func (r createRequest) draft() Draft {
	return Draft{Title: r.Title, Plot: *r.Plot, Cast: members(r.Cast), Playtime: *r.Playtime, Genre: r.Genre}
}

// updateRequest is a change of a film. What is absent stays.
type updateRequest struct {
	Title    *string       `json:"title" binding:"omitempty,min=1,max=255" example:"기생충" description:"The title."`
	Plot     *string       `json:"plot" binding:"omitempty,max=10000" example:"" description:"The plot; it may be empty."`
	Cast     []castRequest `json:"cast" binding:"omitempty,max=100,dive" description:"The whole cast: it replaces the one that was."`
	Playtime *int64        `json:"playtime" binding:"omitempty,min=1,max=6000" example:"131" description:"Running time in minutes."`
	Genre    *string       `json:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"The genre."`
}

func (r updateRequest) patch() Patch {
	p := Patch{Title: r.Title, Plot: r.Plot, Playtime: r.Playtime, Genre: r.Genre}
	if r.Cast != nil {
		p.Cast = members(r.Cast)
	}
	return p
}

// listRequest is the query of the list.
type listRequest struct {
	web.Paging
	Title string  `query:"title" binding:"max=255" example:"기생" description:"A part of the title. Case does not matter, in any script. Empty means any title."`
	Genre *string `query:"genre" binding:"omitempty,oneof=SF Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western" example:"Drama" description:"Only films of this genre."`
	Sort  *string `query:"sort" binding:"omitempty,oneof=id -id title -like_count" default:"id" description:"id: as they were added. -id: the last one added first. title: by title without regard to case. -like_count: the most liked first. Equal ones come by their id."`
}

// posterRequest is the form with a poster.
type posterRequest struct {
	Image *web.File `formData:"image" binding:"required" description:"JPEG, PNG or GIF (its first frame), at most 5 MiB and 40 megapixels."`
}

func members(sent []castRequest) []CastMember {
	out := make([]CastMember, len(sent))
	for i, r := range sent {
		out[i] = CastMember(r)
	}
	return out
}
