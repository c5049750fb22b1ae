package history

import (
	"cmp"
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
			format: Douban, name: "films", order: 1, kind: Rating, needs: "标题 个人评分 打分日期 条目链接", other: "封面 我的短评 上映日期 制片国家 状态",
			start: doubanRows,
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

// doubanRows reads what the tools of its users take from Douban. A cell has all titles: "title/original/alias(台)".
func doubanRows(s *scope, _ *tabular.File) func(row) []Entry {
	return func(r row) []Entry {
		titles := split(r.get("标题"), "/")
		f := Film{Year: year(doubanDate(r.get("上映日期")))}
		if len(titles) > 0 {
			f.Title = titles[0]
		}
		if len(titles) > 1 {
			f.OriginalTitle = titles[1]
		}
		at := s.when(r.get("打分日期"))
		out := s.status(item{film: f, status: r.get("状态"), rating: r.get("个人评分"), most: 5, ratedAt: at, added: at})
		if text := clean(r.get("我的短评")); text != "" {
			out = append(out, one(Entry{Kind: Review, Key: cmp.Or(r.get("条目链接"), f.Key()), Film: f, At: at, Content: text})...)
		}
		return out
	}
}

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
