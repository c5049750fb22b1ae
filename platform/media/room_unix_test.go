//go:build linux || darwin

package media

import (
	"path/filepath"
	"testing"
)

func TestTheRoomOfAFolderIsKnown(t *testing.T) {
	dir := t.TempDir()
	if free, total, ok := room(dir); !ok || total == 0 || total < free {
		t.Errorf("%d of %d bytes are free, known: %t", free, total, ok)
	}
	if free, total, ok := room(filepath.Join(dir, "missing")); ok || free != 0 || total != 0 {
		t.Errorf("where nothing is %d of %d bytes are free", free, total)
	}
}
