package transfer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/transfer/history"
)

// Images of an own export are rows of their own, behind all others. Each is applied in a transaction of its own: its files
// are stored before that, as those of an upload are, and a sweeper of package media removes them if it does not come to
// the commit. The file of the import is kept until then.

var (
	brokenImage = apperr.Text{EN: "The image is damaged in the archive.", KO: "압축 파일 안의 이미지가 손상되었습니다."}
	failedImage = apperr.Text{
		EN: "The image could not be decoded here. Please upload it by hand.", KO: "이미지를 처리하지 못했습니다. 직접 올려 주세요.",
	}
	goneImage = apperr.Text{
		EN: "The file is no longer here. Please import it again.", KO: "파일이 더 이상 남아 있지 않습니다. 다시 가져와 주세요.",
	}
)

// checkImage notes in an entry what its image is, or why it cannot be used. Its pixels are decoded when it is stored.
func checkImage(e *history.Entry, from *history.Source) error {
	if e.Image == "" || e.Failed != (apperr.Text{}) {
		return nil
	}
	data, err := from.Image(e.Image)
	if err == nil {
		err = picture.CheckStored(picture.Upload{Name: e.Image, Data: data})
	}
	if e.Failed, err = imageFault(err); err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	e.Digest = hex.EncodeToString(sum[:16])
	return nil
}

// imageFault returns why an image cannot be used, or the error if that is not the fault of the image.
func imageFault(err error) (apperr.Text, error) {
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind == apperr.Invalid {
		return e.Text, nil
	}
	for _, damage := range []error{tabular.ErrTruncated, tabular.ErrTooLarge, tabular.ErrRatio} {
		if errors.Is(err, damage) {
			return brokenImage, nil
		}
	}
	return apperr.Text{}, err
}

// needsImageError is the error of a transaction that would apply a row if the image of it were stored.
type needsImageError struct {
	entry history.Entry
	kind  picture.Kind
}

// Error implements error.
func (n *needsImageError) Error() string { return "the image " + n.entry.Image + " is not stored yet" }

// prepared is the image of the next row.
type prepared struct {
	stored *media.Stored // nil if there is none, because of
	fault  apperr.Text
	used   bool // by the transaction
}

// claim returns the key of the image of a row, which the caller must store.
func (a *applier) claim(j *job, kind picture.Kind) (key string, err error) {
	if a.image == nil {
		return "", &needsImageError{entry: j.entry, kind: kind}
	}
	a.image.used = true
	return a.image.stored.Claim(a.tx)
}

// drop removes an image that no row names after a transaction. err is that of the transaction.
func (p *prepared) drop(ctx context.Context, err error) {
	if p != nil && p.stored != nil && (err != nil || !p.used) {
		p.stored.Drop(ctx, err)
	}
}

// prepare decodes and stores an image.
func (s *Service) prepare(ctx context.Context, from *original, n *needsImageError) (*prepared, error) {
	data, err := from.image(ctx, n.entry.Image)
	if err != nil {
		return faulty(err)
	}
	pic, err := s.decode(ctx, n.kind, picture.Upload{Name: n.entry.Image, Data: data, By: from.imp.UserID})
	if err != nil {
		return faulty(err)
	}
	stored, err := s.media.Store(ctx, pic)
	if err != nil {
		return nil, err
	}
	return &prepared{stored: stored}, nil
}

func faulty(err error) (*prepared, error) {
	fault, err := imageFault(err)
	if err != nil {
		return nil, err
	}
	return &prepared{fault: fault}, nil
}

const (
	decodeTries = 3
	decodeAgain = 2 * time.Second
)

// decode decodes an image. One at which the decoder crashes again and again counts as damaged, so that it does not keep the
// import from its end.
func (s *Service) decode(ctx context.Context, kind picture.Kind, u picture.Upload) (*picture.Picture, error) {
	for try := 1; ; try++ {
		pic, err := s.pictures.Decode(ctx, kind, u)
		if !errors.Is(err, picture.ErrCrashed) {
			return pic, err
		}
		if try == decodeTries {
			return nil, unreadable(failedImage)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(s.decodeAgain):
		}
	}
}

// original is the file of an import that is applied. It is opened for the first image.
type original struct {
	s      *Service
	imp    Import
	opened *file
}

// image returns the bytes of an image by its name.
func (o *original) image(ctx context.Context, name string) ([]byte, error) {
	if o.opened == nil {
		options, err := o.imp.options()
		if err != nil {
			return nil, err
		}
		options.Format = cmp.Or(options.Format, o.imp.Format)
		opened, err := o.s.openCopy(&chunks{ctx: ctx, s: o.s, id: o.imp.ID}, o.imp.Filename, options)
		if err != nil {
			return nil, gone(err)
		}
		o.opened = &opened
	}
	data, err := o.opened.Image(name)
	return data, gone(err)
}

// gone returns the error of an image whose file is not what it was when it was read.
func gone(err error) error {
	if errors.Is(err, tabular.ErrNothing) || errors.Is(err, history.ErrUnknown) || errors.Is(err, ErrUnreadable) {
		return unreadable(goneImage)
	}
	return err
}

// Close implements [io.Closer].
func (o *original) Close() error {
	if o.opened == nil {
		return nil
	}
	return o.opened.Close()
}

// forgetFile deletes the file of an import.
func forgetFile(tx *gorm.DB, importID int64) error {
	if err := tx.Where("import_id = ?", importID).Delete(&Chunk{}).Error; err != nil {
		return fmt.Errorf("delete the file of import %d: %w", importID, err)
	}
	return nil
}
