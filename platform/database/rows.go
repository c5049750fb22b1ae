package database

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Rows are values for an INSERT of many rows, without a Go value for each of them. Where SQLite is compiled into the program,
// it takes them from memory by the table packed_rows, which costs a third of binding each to a placeholder. Elsewhere they are
// bound to INSERT statements of up to 256 rows. The values of a row are added in the order of its placeholders, of which it has
// 16 at most.
type Rows struct {
	into, row string // INSERT … (columns), and the values of a row
	packed    string // the statement that reads all rows from packed_rows
	width     int    // placeholders in a row

	cells []byte // packedCell bytes for each value
	texts []byte // what cells refer to

	at     time.Time // the latest time, which is often that of the next row
	atCell [packedCell]byte
}

// A value is packed as its kind and size, in 32 bits each, and an integer or the offset in texts, in 64 bits. The table in
// sqlite_packed.go reads them.
const (
	packedCell = 16

	packedInt  = 0
	packedText = 1
	packedBlob = 2
	packedTime = 3 // a text for SQLite
)

// sqliteTime is the layout in which the drivers of SQLite write times.
const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// NewRows returns no rows for a statement such as INSERT INTO t (a, b, c). values has a placeholder for each value that is
// added, such as "?, ?, 0".
func NewRows(into, values string) *Rows {
	r := &Rows{into: into, row: values, width: strings.Count(values, "?")}
	var b strings.Builder
	b.WriteString(into + " SELECT ")
	for i, part := range strings.Split(values, "?") {
		if i > 0 {
			b.WriteString("v" + strconv.Itoa(i-1))
		}
		b.WriteString(part)
	}
	b.WriteString(" FROM packed_rows(?1, ?2, " + strconv.Itoa(r.width) + ")")
	r.packed = b.String()
	return r
}

// Len returns the number of complete rows.
func (r *Rows) Len() int { return len(r.cells) / packedCell / r.width }

// Reset removes all rows.
func (r *Rows) Reset() { r.cells, r.texts, r.at = r.cells[:0], r.texts[:0], time.Time{} }

// Int adds an integer.
func (r *Rows) Int(n int64) { r.add(packedInt, 0, uint64(n)) }

// Text adds a text.
func (r *Rows) Text(text string) {
	r.add(packedText, len(text), uint64(len(r.texts)))
	r.texts = append(r.texts, text...)
}

// Blob adds bytes. They become no NULL, also if there are none.
func (r *Rows) Blob(bytes []byte) {
	r.add(packedBlob, len(bytes), uint64(len(r.texts)))
	r.texts = append(r.texts, bytes...)
}

// Time adds a time.
func (r *Rows) Time(at time.Time) {
	if !at.Equal(r.at) || at.Location() != r.at.Location() || at.IsZero() {
		offset := len(r.texts)
		r.texts = at.AppendFormat(r.texts, sqliteTime)
		r.at, r.atCell = at, cellOf(packedTime, len(r.texts)-offset, uint64(offset))
	}
	r.cells = append(r.cells, r.atCell[:]...)
}

func (r *Rows) add(kind, size int, value uint64) {
	cell := cellOf(kind, size, value)
	r.cells = append(r.cells, cell[:]...)
}

func cellOf(kind, size int, value uint64) (cell [packedCell]byte) {
	binary.NativeEndian.PutUint32(cell[:], uint32(kind))
	binary.NativeEndian.PutUint32(cell[4:], uint32(size))
	binary.NativeEndian.PutUint64(cell[8:], value)
	return cell
}

// mostBound is how many rows a statement binds. It is a power of two.
const mostBound = 256

// Insert runs the INSERT as [Exec] does, and calls inserted, unless it is nil, with the number of rows of each statement and the
// id that the database has given the first of them. Those of the others follow it in steps of [IDStep].
func (r *Rows) Insert(tx *gorm.DB, inserted func(first int64, n int)) error {
	if r.Len() == 0 {
		return nil
	}
	insert := func(statement string, n int, args ...any) error {
		first, err := InsertMany(tx, n, statement, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", r.into, err)
		}
		if inserted != nil {
			inserted(first, n)
		}
		return nil
	}
	if packs && tx.Name() == SQLite {
		return insert(r.packed, r.Len(), r.cells, r.texts)
	}
	args := make([]any, 0, mostBound*r.width)
	row := "(" + r.row + ")"
	// The numbers of rows are powers of two, so that few statements are prepared: each takes a millisecond and a hundred KiB.
	for next, n := 0, mostBound; next < r.Len(); next += n {
		for n > r.Len()-next {
			n /= 2
		}
		args = args[:0]
		for i := next * r.width; i < (next+n)*r.width; i++ {
			value, err := r.value(i)
			if err != nil {
				return err
			}
			args = append(args, value)
		}
		if err := insert(r.into+" VALUES "+row+strings.Repeat(", "+row, n-1), n, args...); err != nil {
			return err
		}
	}
	return nil
}

// value returns a value for a placeholder.
func (r *Rows) value(i int) (any, error) {
	cell := r.cells[i*packedCell:]
	size, value := binary.NativeEndian.Uint32(cell[4:]), binary.NativeEndian.Uint64(cell[8:])
	if kind := binary.NativeEndian.Uint32(cell); kind == packedInt {
		return int64(value), nil
	} else if bytes := r.texts[value:][:size:size]; kind == packedText {
		return string(bytes), nil
	} else if kind == packedTime {
		return time.Parse(sqliteTime, string(bytes))
	} else if size > 0 {
		return bytes, nil
	}
	return []byte{}, nil // nil would be NULL
}
