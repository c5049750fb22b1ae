package transfer_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/transfer"
)

// fillImports gives two members finished imports, the first of which has rows of two outcomes.
func (s *stage) fillImports(t *testing.T, members []int64) (id int64) {
	t.Helper()
	const imports, rows = 300, 3000
	now := database.Time(s.Clock.Now())
	var all []transfer.Import
	for i := range imports {
		all = append(all, transfer.Import{UserID: members[i%2], Status: transfer.Done, LeaseUntil: now, CreatedAt: now, FinishedAt: &now})
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&all, 100).Error })
	var of []transfer.Row
	for i := range rows {
		r := transfer.Row{ImportID: all[i%3].ID, N: int64(i/3) + 1, Kind: "watched", Title: "Salt", Outcome: transfer.Created, Candidates: "[]", Entry: "{}"}
		if i%30 < 3 {
			r.Outcome = transfer.Bad
		}
		of = append(of, r)
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&of, 100).Error })
	testkit.Analyze(t, s.DB, "imports", "import_rows")
	return all[0].ID
}

// TestListsOfImportsUseTheirIndex checks the plans of the first and of a later page of each list.
func TestListsOfImportsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	members := s.Join(t, 2)
	id := s.fillImports(t, members)
	for _, after := range []*page.Key{nil, {ID: 100}} {
		p := page.Page{Limit: 5, After: after}
		testkit.WantIndexed(t, s.DB, "idx_imports_user", func() {
			if rows, _, err := s.transfers.List(t.Context(), members[0], p); err != nil || len(rows) != 5 {
				t.Errorf("%d imports, %v", len(rows), err)
			}
		})
		for outcome, index := range map[transfer.Outcome]string{"": "idx_import_rows_n", transfer.Bad: "idx_import_rows_outcome"} {
			testkit.WantIndexed(t, s.DB, index, func() {
				if rows, _, err := s.transfers.Rows(t.Context(), members[0], id, outcome, p); err != nil || len(rows) != 5 {
					t.Errorf("%d rows with outcome %q, %v", len(rows), outcome, err)
				}
			})
		}
	}
}

// TestWorkersFindTheirImportsByAnIndex checks what every worker asks every few seconds.
func TestWorkersFindTheirImportsByAnIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.fillImports(t, s.Join(t, 2))
	testkit.WantIndexed(t, s.DB, "idx_imports_work", func() {
		if _, found, err := s.transfers.Claim(t.Context()); found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

// TestThePreviewSaysWhatWillHappen has files whose rows are about one film and depend on each other.
func TestThePreviewSaysWhatWillHappen(t *testing.T) {
	t.Parallel()
	const letterboxd, ferry = "Date,Name,Year,Letterboxd URI", "The Lantern Ferry,2011,https://boxd.it/Zf1A"
	for name, c := range map[string]struct {
		file, content string
		want          transfer.Counts
	}{
		"a viewing and a mark":         {"h.csv", "title,year,tmdbId,imdbId,watchedAt,comment,location\nThe Lantern Ferry,2011,,,2023-02-10,,\nThe Lantern Ferry,2011,,,,,\n", transfer.Counts{Created: 1, Unchanged: 1}},
		"a rating and a mark":          {"d.csv", "标题,个人评分,打分日期,我的短评,上映日期,条目链接\nThe Lantern Ferry,4,2023/02/10,,2011,u\n", transfer.Counts{Created: 1, Unchanged: 1}},
		"a film that is wanted twice":  {"watchlist.csv", letterboxd + "\n2020-01-02," + ferry + "\n2021-01-02," + ferry + "\n", transfer.Counts{Created: 1, Unchanged: 1}},
		"a film that is liked twice":   {"likes.csv", letterboxd + "\n2020-01-02," + ferry + "\n2021-01-02," + ferry + "\n", transfer.Counts{Created: 1, Unchanged: 1}},
		"a rating that is there twice": {"ratings.csv", letterboxd + ",Rating\n2020-01-02," + ferry + ",4\n2021-01-02," + ferry + ",4\n2021-01-02," + ferry + ",5\n", transfer.Counts{Created: 1, Unchanged: 1, Kept: 1}},
		"a list and a watchlist of IMDb": {"a.zip", string(archive(t, "watchlist.csv", "Position,Const,Title,Title Type,Year,Your Rating\n1,tt0000001,The Lantern Ferry,Movie,2011,\n",
			"sea.csv", "Position,Const,Description,Title,Title Type,Year,Your Rating\n1,tt0000001,x,The Lantern Ferry,Movie,2011,8\n")), transfer.Counts{Created: 4}},
		"a list without a title":           {"l.csv", "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2020-03-01,,,https://boxd.it/l,\n\nPosition,Name,Year,URL,Description\n1," + ferry + ",\n", transfer.Counts{Bad: 1, Kept: 1}},
		"preferences of a later version":   {"profile.jsonl", `{"bio":"","is_private":false,"language":"xx","spoilers":"hide","show_facts":true,"notifications":{}}` + "\n", transfer.Counts{Bad: 1}},
		"notifications of a later version": {"profile.jsonl", `{"bio":"b","is_private":false,"language":"ko","spoilers":"hide","show_facts":true,"notifications":{"follow":false,"later":true}}` + "\n", transfer.Counts{Created: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.catalogue(t)
			me := s.Join(t, 1)[0]
			imp := s.start(t, me, c.file, []byte(c.content))
			s.work(t)
			want(t, "preview", c.want, s.get(t, me, imp.ID).Counts)
			planned := s.rows(t, me, imp.ID)
			_, err := s.transfers.Confirm(t.Context(), me, imp.ID)
			ok(t, err)
			s.work(t)
			want(t, "status", transfer.Done, s.get(t, me, imp.ID).Status)
			want(t, "counts", c.want, s.get(t, me, imp.ID).Counts)
			want(t, "rows", planned, s.rows(t, me, imp.ID))
		})
	}
}

// TestAFullListIsPlannedAsItIsApplied has a list with room for one film, and a file with two. The file again changes nothing.
func TestAFullListIsPlannedAsItIsApplied(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	mine := must[list.Shown](t)(s.lists.Create(t.Context(), list.Draft{UserID: me, Title: "Ferries", Description: "All of them"}))
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&list.List{}).Where("id = ?", mine.ID).UpdateColumn("item_count", list.MaxItems-1).Error
	})
	for range 2 {
		imp := s.start(t, me, "ferries.csv", []byte(listCSV))
		s.work(t)
		planned := s.rows(t, me, imp.ID)
		drop(s.transfers.Confirm(t.Context(), me, imp.ID))(t)
		s.work(t)
		want(t, "what happened", planned, s.rows(t, me, imp.ID))
	}
	again := s.bring(t, me, "ferries.csv", []byte(listCSV))
	want(t, "counts", transfer.Counts{Unchanged: 2, Bad: 1}, again.Counts)
}
