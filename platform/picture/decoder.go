package picture

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/cinecircle/cinecircle/platform/memory"
)

// Decoder decodes uploads, a few at a time. It may be used by several goroutines.
type Decoder struct {
	limiter  *decodeLimiter
	command  []string // see UseSubprocess
	inline   int      // largest image, in pixels, that is decoded in this process although there is a command
	log      *slog.Logger
	counters counters
}

// NewDecoder returns a decoder that logs failures of its subprocesses.
func NewDecoder(log *slog.Logger) *Decoder {
	return &Decoder{limiter: newDecodeLimiter(), inline: inlinePixels, log: log}
}

// UseSubprocess makes d decode images of more than two megapixels in a subprocess. The command gets the kind of the
// picture as its last argument and must call [RunSubprocess]. Call it before the first Decode. Without it, and where no
// process can be started, d decodes every image in this process.
func (d *Decoder) UseSubprocess(command ...string) { d.command = command }

// Decode turns an upload into a picture with its copies. A JPEG and a lossy WebP become a JPEG; a PNG, other
// WebPs and the first frame of a GIF become a PNG. Errors match [ErrUnsupportedImage], [ErrImageTooLarge], apperr.ErrBusy when too many images are waiting
// or a subprocess died, or the cause of the end of ctx.
func (d *Decoder) Decode(ctx context.Context, kind Kind, u Upload) (*Picture, error) {
	p, err := d.decode(ctx, kind, u)
	if err != nil {
		d.counters.failed(err)
		return nil, err
	}
	d.counters.decoded.Add(1)
	return p, nil
}

func (d *Decoder) decode(ctx context.Context, kind Kind, u Upload) (*Picture, error) {
	c, err := inspect(u)
	if err != nil {
		return nil, err
	}
	release, err := d.limiter.acquire(ctx, u.By, c.pixels())
	if err != nil {
		return nil, err
	}
	defer release()
	defer d.counters.spent(time.Now())
	return d.render(ctx, c, kind)
}

// render makes a picture in this process or in a subprocess.
func (d *Decoder) render(ctx context.Context, c *candidate, kind Kind) (*Picture, error) {
	if len(d.command) > 0 && c.pixels() > d.inline {
		p, err := d.renderInSubprocess(ctx, c, kind)
		if !errors.Is(err, errNoSubprocess) {
			return p, err
		}
		d.log.Warn("decoding a large image in the serving process", "error", err)
	}
	if c.pixels() > largePixels {
		// Up to hundreds of megabytes of garbage are left. The next large image would come on top of them and of the heap
		// that the collector now allows: eight at once took a gigabyte.
		defer memory.Free()
	}
	return c.render(kind)
}
