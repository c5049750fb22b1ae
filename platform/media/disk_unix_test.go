//go:build linux || darwin

package media

import (
	"path/filepath"
	"testing"
)

func TestDiskSpaceOfAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if free, total, ok := diskSpace(dir); !ok || total == 0 || total < free {
		t.Errorf("%d of %d bytes are free, known: %t", free, total, ok)
	}
	if free, total, ok := diskSpace(filepath.Join(dir, "missing")); ok || free != 0 || total != 0 {
		t.Errorf("a missing folder has %d of %d bytes free", free, total)
	}
}
