//go:build cgo

package database_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestPackedValuesThatAreNotThereAreErrors(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if db.Driver() != database.SQLite {
		t.Skip("it is a function of SQLite")
	}
	cell := func(kind, size uint32, value int64) string {
		packed := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, kind), size)
		return fmt.Sprintf("x'%x'", binary.NativeEndian.AppendUint64(packed, uint64(value)))
	}
	text := cell(1, 2, 0)
	for name, query := range map[string]string{
		"no cells":                 "SELECT packed_value(x'', x'6161', 0)",
		"NULL":                     "SELECT packed_value(NULL, NULL, NULL)",
		"half a cell":              "SELECT packed_value(x'0000000000000000', x'', 0)",
		"the second of one":        "SELECT packed_value(" + text + ", x'6161', 1)",
		"the one before the first": "SELECT packed_value(" + text + ", x'6161', -1)",
		"a text that is too long":  "SELECT packed_value(" + text + ", x'61', 0)",
		"a text before the others": "SELECT packed_value(" + cell(1, 2, -1) + ", x'6161', 0)",
		"a text behind the others": "SELECT packed_value(" + cell(2, 2, math.MaxInt64) + ", x'6161', 0)",
	} {
		var got any
		if err := db.Row(t.Context(), query).Scan(&got); err == nil {
			t.Errorf("%s: %v, want an error", name, got)
		}
	}
	var got string
	if err := db.Row(t.Context(), "SELECT packed_value("+text+", x'6162', 0)").Scan(&got); err != nil || got != "ab" {
		t.Errorf("two bytes: %q, %v", got, err)
	}
}
