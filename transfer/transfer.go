// Package transfer brings members' histories in from files of other services, and takes them out.
//
// An import goes through three stages. While it is read, its entries become rows: each with the film that it is about and
// with what would happen to it. When it is ready, the member looks at the rows, says of unclear ones which film they are
// about, and confirms. Then the rows are applied in batches. Each batch is one transaction, in which the domains store
// what the rows say, the rows get their outcome, and the import its progress: whatever stops the process, the next one
// continues where it was, and nothing is stored twice.
//
// Everything that an import stores is remembered as a [Source] with the key that it has where it comes from. That is how
// the same file again changes nothing, how a value that the member has changed here since is kept, and how an import is
// undone.
package transfer

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Status is the stage of an import.
type Status string

// The stages. An import that is undone or discarded is worked on in the background too.
const (
	Reading   Status = "reading"
	Ready     Status = "ready"
	Running   Status = "running"
	Done      Status = "done"
	Failed    Status = "failed"
	Undone    Status = "undone"
	undoing   Status = "undoing"   // shown as Running
	discarded Status = "discarded" // shown to nobody
)

// Outcome is what becomes of a row.
type Outcome string

// The outcomes.
const (
	Created     Outcome = "created"
	Unchanged   Outcome = "unchanged"
	Kept        Outcome = "kept" // what is here already stays
	NeedsReview Outcome = "needs_review"
	NotAFilm    Outcome = "not_a_film"
	Bad         Outcome = "bad"
)

// Outcomes are all outcomes.
var Outcomes = []Outcome{Created, Unchanged, Kept, NeedsReview, NotAFilm, Bad}

// Counts are how many rows have which outcome.
type Counts struct {
	Created     int64 `gorm:"column:created_count;not null"`
	Unchanged   int64 `gorm:"column:unchanged_count;not null"`
	Kept        int64 `gorm:"column:kept_count;not null"`
	NeedsReview int64 `gorm:"column:needs_review_count;not null"`
	NotAFilm    int64 `gorm:"column:not_a_film_count;not null"`
	Bad         int64 `gorm:"column:bad_count;not null"`
}

// add adds n rows with an outcome.
func (c *Counts) add(o Outcome, n int64) {
	switch o {
	case Created:
		c.Created += n
	case Unchanged:
		c.Unchanged += n
	case Kept:
		c.Kept += n
	case NeedsReview:
		c.NeedsReview += n
	case NotAFilm:
		c.NotAFilm += n
	case Bad:
		c.Bad += n
	}
}

// Of returns how many rows have an outcome.
func (c Counts) Of(o Outcome) int64 {
	return map[Outcome]int64{
		Created: c.Created, Unchanged: c.Unchanged, Kept: c.Kept, NeedsReview: c.NeedsReview, NotAFilm: c.NotAFilm, Bad: c.Bad,
	}[o]
}

// Import is a row of the table imports.
type Import struct {
	ID           int64  `gorm:"primaryKey;autoIncrement;index:idx_imports_user,priority:2;index:idx_imports_work,priority:3"`
	UserID       int64  `gorm:"not null;index:idx_imports_user,priority:1"`
	ActiveUserID *int64 `gorm:"uniqueIndex:idx_imports_active"` // UserID while no other import of the member may begin
	Status       Status `gorm:"size:10;not null;index:idx_imports_work,priority:1"`
	Format       string `gorm:"size:40;not null"`
	Encoding     string `gorm:"size:20;not null"`
	Filename     string `gorm:"size:255;not null"`
	Asked        string `gorm:"size:1000;not null"` // JSON of [Options]
	Rows         int64  `gorm:"column:row_count;not null"`
	Applied      int64  `gorm:"not null"` // the number of the last row that has been applied
	Counts       `gorm:"embedded"`
	Reason       string     `gorm:"size:1000;not null"` // why it failed: JSON of apperr.Text, or ""
	LeaseToken   int64      `gorm:"not null"`           // of the worker that has it
	LeaseUntil   time.Time  `gorm:"not null;precision:6;index:idx_imports_work,priority:2"`
	CreatedAt    time.Time  `gorm:"not null;precision:6;autoCreateTime:false"`
	FinishedAt   *time.Time `gorm:"precision:6;index:idx_imports_old,priority:2"`
	Trimmed      bool       `gorm:"not null;index:idx_imports_old,priority:1"` // its rows have been deleted, see [Service.Clean]
}

// Chunk is a row of the table import_chunks: a part of the file of an import, until that has been read and its images have
// been stored. The file is in the database, so that every instance can continue what another one has begun.
type Chunk struct {
	ID       int64  `gorm:"primaryKey;autoIncrement"`
	ImportID int64  `gorm:"not null;uniqueIndex:idx_import_chunks_n,priority:1"`
	N        int64  `gorm:"not null;uniqueIndex:idx_import_chunks_n,priority:2"`
	Data     []byte `gorm:"type:mediumblob;not null"`
}

// TableName implements GORM's Tabler.
func (Chunk) TableName() string { return "import_chunks" }

// Row is a row of the table import_rows: an entry of the file of an import.
type Row struct {
	ID         int64   `gorm:"primaryKey;autoIncrement"`
	ImportID   int64   `gorm:"not null;uniqueIndex:idx_import_rows_n,priority:1;index:idx_import_rows_outcome,priority:1;index:idx_import_rows_film,priority:1"`
	N          int64   `gorm:"not null;uniqueIndex:idx_import_rows_n,priority:2;index:idx_import_rows_outcome,priority:3"` // from 1
	Kind       string  `gorm:"size:20;not null"`
	Title      string  `gorm:"size:255;not null"`
	Year       int64   `gorm:"not null"`                                       // 0 if it is unknown
	FilmKey    int64   `gorm:"not null;index:idx_import_rows_film,priority:2"` // the same for all rows about one title and year
	SourceKey  string  `gorm:"size:32;not null"`                               // see sourceKey
	MovieID    *int64  `gorm:"index:idx_import_rows_movie"`                    // nil while it is unclear, and for entries without a film
	Outcome    Outcome `gorm:"size:15;not null;index:idx_import_rows_outcome,priority:2"`
	Reason     string  `gorm:"size:1000;not null"`       // JSON of apperr.Text, or ""
	Candidates string  `gorm:"size:1000;not null"`       // JSON of ids of films
	Skipped    bool    `gorm:"not null"`                 // the member does not want it
	File       string  `gorm:"size:255;not null"`        // the name in an archive or of one of several files, "" otherwise
	Line       int64   `gorm:"not null"`                 // in the file, from 1; 0 if it is unknown
	Heading    string  `gorm:"size:60;not null"`         // of a bad row: the column of the value that is wrong, or ""
	Entry      string  `gorm:"type:mediumtext;not null"` // see encodeEntry
}

// TableName implements GORM's Tabler.
func (Row) TableName() string { return "import_rows" }

// Source is a row of the table import_sources: something that members have here and that is the same as something in a
// file. It stays when the rows of the import go.
type Source struct {
	ID        int64  `gorm:"primaryKey;autoIncrement;index:idx_import_sources_import,priority:2"`
	UserID    int64  `gorm:"not null;uniqueIndex:idx_import_sources_key,priority:1"`
	SourceKey string `gorm:"size:32;not null;uniqueIndex:idx_import_sources_key,priority:2"`
	ImportID  int64  `gorm:"not null;index:idx_import_sources_import,priority:1"` // that has made it, or found it
	N         int64  `gorm:"not null"`                                            // of the row
	Kind      string `gorm:"size:20;not null;index:idx_import_sources_object,priority:2"`
	MovieID   *int64 `gorm:"index:idx_import_sources_movie"`
	ObjectID  int64  `gorm:"not null;index:idx_import_sources_object,priority:1"` // of the viewing, the rating, and so on
	Made      bool   `gorm:"not null"`                                            // the import has made it
	FileHash  int64  `gorm:"not null"`                                            // of what the file said
	StateHash int64  `gorm:"not null"`                                            // of the thing as the import left it
}

// TableName implements GORM's Tabler.
func (Source) TableName() string { return "import_sources" }

// encodeText returns a text as it is stored.
func encodeText(t apperr.Text) string {
	if t == (apperr.Text{}) {
		return ""
	}
	b, err := json.Marshal(t)
	if err != nil {
		panic(fmt.Sprintf("transfer: encode a text: %v", err)) // two strings cannot fail
	}
	return string(b)
}

// decodeText returns a text that was stored.
func decodeText(stored string) (t apperr.Text) {
	if stored != "" && json.Unmarshal([]byte(stored), &t) != nil {
		return apperr.Text{EN: stored, KO: stored}
	}
	return t
}

// Stage returns the status as the member sees it.
func (i Import) Stage() Status {
	if i.Status == undoing {
		return Running
	}
	return i.Status
}

// Why returns why the import failed, or the zero value.
func (i Import) Why() apperr.Text { return decodeText(i.Reason) }
