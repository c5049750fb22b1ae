package attack

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"mime/multipart"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// bomb is an upload that is small as a file and large as pixels.
type bomb struct {
	name string
	data []byte
}

// hostile returns images of at most 40 megapixels, which must be accepted, and others, which must be refused.
func hostile() []bomb {
	rgba16, progressive := pngOf(8000, 5000, 16, 6, 8), jpegOf(8000, 5000, true)
	return []bomb{
		{"40 MP of grey.png", pngOf(8000, 5000, 8, 0, 1)},
		{"40 MP of 8-bit RGBA.png", pngOf(8000, 5000, 8, 6, 4)},
		{"40 MP of 16-bit RGBA.png", rgba16},
		{"40 MP of 16-bit RGB.png", pngOf(8000, 5000, 16, 2, 6)},
		{"12 MP of 16-bit RGBA.png", pngOf(4000, 3000, 16, 6, 8)},
		{"40 MP in one line.png", pngOf(40_000_000, 1, 8, 0, 1)},
		{"40 MP of baseline.jpg", jpegOf(8000, 5000, false)},
		{"40 MP of progressive.jpg", progressive},
		{"12 MP of progressive.jpg", jpegOf(4000, 3000, true)},
		{"a script behind 40 MP.jpg", append(slices.Clone(progressive), "<script>alert(1)</script>"...)},
		{"40 MP, called a GIF.gif", rgba16},
		{"400 MP of one bit.png", pngOf(20_000, 20_000, 1, 0, 0)},
		{"half of 40 MP.png", rgba16[:20_000]},
		{"half of 40 MP.jpg", progressive[:len(progressive)/2]},
	}
}

// uploadersAtOnce is how many clients upload at the same time.
const uploadersAtOnce = 8

// bombs uploads every hostile image several times at once.
func (s *target) bombs(ctx context.Context) error {
	members, err := s.signUp(ctx, uploadersAtOnce)
	if err != nil {
		return err
	}
	answers := newCounter()
	all := hostile()
	var longest time.Duration
	var mu sync.Mutex
	var together, apart int64
	err = s.between(ctx, 100*time.Millisecond, 128<<20, func(ctx context.Context) error {
		watch, stop := context.WithCancel(ctx)
		var crew, watcher sync.WaitGroup
		watcher.Go(func() { together, apart = s.watchFamily(watch) })
		defer watcher.Wait()
		defer stop()
		for k, m := range members {
			crew.Go(func() {
				for n := range s.scaled(3 * len(all)) {
					b := all[(k+n)%len(all)]
					begin := time.Now()
					a := s.upload(ctx, m, b)
					answers.add(b.name + ": " + status(a))
					mu.Lock()
					longest = max(longest, time.Since(begin))
					mu.Unlock()
				}
			})
		}
		crew.Wait()
		return nil
	})
	s.note("uploads: %s", answers)
	s.note("memory with the processes that decode: %.0f MiB at its peak, of which they had %.0f", megabytes(together), megabytes(apart))
	s.note("the longest took %.1f s", longest.Seconds())
	return err
}

// watchFamily samples the memory of the program and its subprocesses until ctx ends. It returns the peak of all
// together and the share of the subprocesses in it. Shared memory is counted for each.
func (s *target) watchFamily(ctx context.Context) (all, started int64) {
	for ctx.Err() == nil {
		m, err := s.proc.Memory()
		children := s.proc.ChildrenMemory()
		if err == nil && m.Resident+children > all {
			all, started = m.Resident+children, children
		}
		pause(ctx, lookEvery)
	}
	return all, started
}

// lookEvery is far shorter than the half second that decoding 40 megapixels takes.
const lookEvery = 20 * time.Millisecond

func (s *target) upload(ctx context.Context, m member, b bomb) harness.Answer {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("image", b.name)
	if err != nil {
		return harness.Answer{}
	}
	_, _ = part.Write(b.data) // to memory
	_ = w.Close()             // of memory
	return s.api.Try(ctx, harness.Call{
		Method: http.MethodPost, Path: "/users/me/profile_image", Token: m.token, From: m.from,
		Kind: w.FormDataContentType(), Body: form.Bytes(),
	})
}

// pngOf encodes a black PNG (PNG, third edition) row by row; bytesPerPixel is 0 for one bit.
func pngOf(width, height, depth, colourType, bytesPerPixel int) []byte {
	row := 1 + width*bytesPerPixel // the first byte is the filter
	if bytesPerPixel == 0 {
		row = 1 + (width+7)/8
	}
	var pixels bytes.Buffer
	z, _ := zlib.NewWriterLevel(&pixels, zlib.BestSpeed) // the level is a good one
	line := make([]byte, row)
	for range height {
		_, _ = z.Write(line) // to memory
	}
	_ = z.Close() // of memory
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	header = append(header, byte(depth), byte(colourType), 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	file = append(file, chunk("IDAT", pixels.Bytes())...)
	return append(file, chunk("IEND", nil)...)
}

func chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// jpegOf encodes a grey JPEG (ITU-T T.81), baseline at 4:4:4 or progressive at 4:2:0, with empty blocks only: two
// tables of one code each, and one or two bits for every block.
func jpegOf(width, height int, progressive bool) []byte {
	var f bytes.Buffer
	segment := func(marker byte, payload string) {
		f.Write([]byte{0xff, marker})
		_ = binary.Write(&f, binary.BigEndian, uint16(len(payload)+2)) // to memory
		f.WriteString(payload)
	}
	blocks := func(side int) int { return ((width + side - 1) / side) * ((height + side - 1) / side) }
	start, sampling, spectrum, bits := byte(0xc0), "\x11", "\x00\x3f\x00", blocks(8)*3*2
	if progressive {
		start, sampling, spectrum, bits = 0xc2, "\x22", "\x00\x00\x00", blocks(16)*6
	}
	f.Write([]byte{0xff, 0xd8})
	segment(0xdb, "\x00"+string(bytes.Repeat([]byte{1}, 64)))
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(height)), uint16(width))
	segment(start, "\x08"+string(size)+"\x03\x01"+sampling+"\x00\x02\x11\x00\x03\x11\x00")
	one := "\x01" + string(make([]byte, 15)) + "\x00" // one code of one bit, which says nothing follows
	segment(0xc4, "\x00"+one)
	segment(0xc4, "\x10"+one)
	segment(0xda, "\x03\x01\x00\x02\x00\x03\x00"+spectrum)
	f.Write(make([]byte, (bits+7)/8))
	f.Write([]byte{0xff, 0xd9})
	return f.Bytes()
}
