package media

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"runtime"

	"github.com/cinecircle/cinecircle/platform/failpoint"
)

func (l *Local) makeFolders() error {
	for _, folder := range folders {
		if err := l.root.MkdirAll(folder, 0o750); err != nil {
			return err
		}
		if err := l.syncFolder(path.Dir(folder)); err != nil {
			return err
		}
	}
	return l.syncFolder(".")
}

// replace writes data under key. When it fails, it removes the temporary file.
func (l *Local) replace(key string, data []byte) error {
	part := key + partSuffix
	err := l.writeSynced(part, data)
	if err == nil {
		failpoint.Reach("file-written")
		err = l.root.Rename(part, key)
	}
	if err != nil {
		return errors.Join(err, l.removeIfExists(part))
	}
	return l.syncFolder(path.Dir(key))
}

func (l *Local) writeSynced(name string, data []byte) error {
	f, err := l.root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes renames and removals in a folder durable. Windows has no such call for folders; its file system
// journals names.
func (l *Local) syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := l.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (l *Local) removeIfExists(name string) error {
	if err := l.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
