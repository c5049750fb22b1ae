package dbcopy

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
)

// digest is equal for two tables with equal rows.
type digest struct {
	rows int64
	sum  [sha256.Size]byte // over all rows by key
}

func (d digest) String() string { return fmt.Sprintf("%d rows, sha256 %x", d.rows, d.sum[:6]) }

// digest reads the whole table in batches.
func (t table) digest(ctx context.Context, from querier, batch int) (digest, error) {
	var d digest
	var after any
	var text []byte
	sum := sha256.New()
	for {
		rows, err := t.read(ctx, from, after, batch)
		if err != nil {
			return digest{}, err
		}
		for _, r := range rows {
			text = r.append(text[:0])
			sum.Write(text)
		}
		d.rows += int64(len(rows))
		if len(rows) < batch {
			sum.Sum(d.sum[:0])
			return d, nil
		}
		after = rows[len(rows)-1][0]
	}
}

// append writes a row unambiguously and independently of the database: each value with its type, strings with their
// length.
func (r row) append(to []byte) []byte {
	for _, v := range r {
		switch v := v.(type) {
		case nil:
			to = append(to, 'n')
		case int64:
			to = strconv.AppendInt(append(to, 'i'), v, 10)
		case bool:
			to = strconv.AppendBool(append(to, 'b'), v)
		case time.Time:
			to = strconv.AppendInt(append(to, 't'), v.UnixMicro(), 10)
		case string:
			to = strconv.AppendInt(append(to, 's'), int64(len(v)), 10)
			to = append(append(to, ':'), v...)
		}
		to = append(to, ';')
	}
	return append(to, '\n')
}
