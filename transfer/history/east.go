package history

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// eastSheets are the tables of Watcha Pedia, Douban and Kinorium.
func eastSheets() []sheet {
	return []sheet{
		{
			format: WatchaPedia, name: "films", order: 1, kind: Viewing, needs: "id url title type watchedat rating review", other: "year directors spoiler",
			start: watchaRows,
		},
		{
			format: WatchaPedia, name: "ratings", order: 1, kind: Rating, needs: "type title year rating content_code", other: "genres countries",
			start: watchaRatings,
		},
		{format: WatchaPedia, name: "rated", order: 1, kind: Rating, needs: "title year rating ratedat", lacks: "type const", start: watchaRatings},
		{
			format: Douban, name: "films", order: 1, kind: Rating, needs: "标题 个人评分 打分日期 条目链接", other: "封面 我的短评 上映日期 制片国家 状态",
			start: doubanRows,
		},
		{
			format: Douban, name: "marks", order: 1, kind: Rating, needs: "标题 个人评分 标记日期 豆瓣链接",
			other: "豆瓣条目_id 收藏状态 标签 短评/备注 简介/出版信息", start: doubanMarks,
		},
		{
			format: Douban, name: "sheet", order: 1, kind: Rating, needs: "标题 简介 链接 创建时间 我的评分", other: "豆瓣评分 标签 评论 可见性", start: doubanSheet,
		},
		{
			format: Kinorium, name: "votes", order: 1, kind: Rating, needs: "title type year my_rating date", lacks: "const tmdb_id",
			other: "original_title comment genres directors actors countries runtime", start: kinoriumRows,
		},
	}
}

// watchaRows reads what the tools of its users take from Watcha Pedia. The header has a cell more than the rows.
func watchaRows(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := Film{Title: line(r.get("title")), Year: year(r.get("year")), Directors: split(r.get("directors"), ",")}
		if kind := r.get("type"); !source.IsFilm(kind) {
			f.NotFilm = cmp.Or(kind, "?")
			return one(Entry{Kind: Viewing, Key: r.get("id"), Film: f})
		}
		out := s.rated(f, r.get("rating"), 5, s.when(r.get("watchedat")))
		text := clean(r.get("review"))
		if r.get("watchedat") != "" || len(out) == 0 && text == "" {
			out = append(out, s.seen(f, r.get("watchedat"), "", nil)...)
		}
		if text != "" {
			e := Entry{Kind: Review, Key: cmp.Or(r.get("id"), f.Key()), Film: f, At: s.when(r.get("watchedat")), Content: text}
			e.Spoiler = strings.EqualFold(r.get("spoiler"), "true")
			if last := len(out) - 1; last >= 0 && out[last].Kind == Viewing {
				e.Viewing = out[last].Key
			}
			out = append(out, one(e)...)
		}
		return out
	}
}

// watchaRatings reads what tools of its users take from Watcha Pedia that keep ratings only, one with the type of each and one
// without.
func watchaRatings(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := Film{Title: line(r.get("title")), Year: year(r.get("year"))}
		if _, has := r.columns["type"]; has && !source.IsFilm(r.get("type")) {
			f.NotFilm = cmp.Or(r.get("type"), "?")
		}
		return orNoRating(s.rated(f, r.get("rating"), 5, s.when(r.get("ratedat"))), f)
	}
}

// doubanRows reads what the tools of its users take from Douban. A cell has all titles: "title/original/alias(台)".
func doubanRows(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		return s.douban(doubanFilm(r, doubanDate(r.get("上映日期"))), r, doubanNames{"状态", "个人评分", "打分日期", "我的短评", "条目链接"})
	}
}

// doubanMarks reads what another tool takes, which tells the day of the release within a text.
func doubanMarks(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		intro := r.get("简介/出版信息")
		return s.douban(doubanFilm(r, doubanYear.FindString(intro)), r, doubanNames{"收藏状态", "个人评分", "标记日期", "短评/备注", "豆瓣链接"})
	}
}

// doubanSheet reads a sheet of the spreadsheet that several tools and NeoDB write, saved as CSV. It is one for each status, so
// that only the name of the file may tell it.
func doubanSheet(s *scope, file *tabular.File) func(row) []Entry {
	status := ""
	for _, word := range []string{"想看", "在看"} {
		if strings.Contains(labelOf(file, s.Options), word) {
			status = word
		}
	}
	return func(r row) []Entry {
		f := doubanFilm(r, doubanYear.FindString(r.get("简介")))
		out := s.doubanStatus(f, r, doubanNames{"", "我的评分", "创建时间", "评论", "链接"}, status)
		for i := range out {
			if out[i].Kind == Review && strings.EqualFold(r.get("可见性"), "private") {
				out[i].Kept = notPublic
			}
		}
		return out
	}
}

// doubanNames are the headings of a tool.
type doubanNames struct{ status, rating, date, review, link string }

// doubanFilm returns the film of a row. A cell has all titles: "title/original/alias(台)".
func doubanFilm(r row, date string) Film {
	f := Film{Year: year(date)}
	titles := split(r.get("标题"), "/")
	if len(titles) > 0 {
		f.Title = titles[0]
	}
	if len(titles) > 1 {
		f.OriginalTitle = titles[1]
	}
	return f
}

func (s *scope) douban(f Film, r row, names doubanNames) []Entry {
	return s.doubanStatus(f, r, names, r.get(names.status))
}

func (s *scope) doubanStatus(f Film, r row, names doubanNames, status string) []Entry {
	at := s.when(r.get(names.date))
	out := s.status(item{film: f, status: status, rating: r.get(names.rating), most: 5, ratedAt: at, added: at})
	if text := clean(r.get(names.review)); text != "" {
		out = append(out, one(Entry{Kind: Review, Key: cmp.Or(r.get(names.link), f.Key()), Film: f, At: at, Content: text})...)
	}
	return out
}

// doubanYear finds the year, or the day of the release, with which a description of a film begins.
var doubanYear = regexp.MustCompile(`^\d{4}(?:-\d{2}-\d{2})?`)

// doubanDate returns a date without the place behind it: 2006-11-10(多伦多电影节).
func doubanDate(text string) string {
	date, _, _ := strings.Cut(text, "(")
	return date
}

// kinoriumRows reads votes or comments. The date is that of the vote.
func kinoriumRows(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		f := Film{Title: line(cmp.Or(r.get("title"), r.get("original_title"))), OriginalTitle: line(r.get("original_title")), Year: year(r.get("year"))}
		if f.OriginalTitle == f.Title {
			f.OriginalTitle = ""
		}
		if kind := r.get("type"); !source.IsFilm(kind) {
			f.NotFilm = cmp.Or(kind, "?")
		}
		at := s.when(r.get("date"))
		out := s.rated(f, r.get("my_rating"), 10, at)
		if text := clean(r.get("comment")); text != "" {
			out = append(out, one(Entry{Kind: Review, Key: f.Key(), Film: f, At: at, Content: text})...)
		}
		if len(out) == 0 {
			return orNoRating(nil, f)
		}
		return out
	}
}
