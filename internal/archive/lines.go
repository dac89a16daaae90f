package archive

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// lines writes lines, compressed with Zstandard.
type lines struct {
	z     *zstd.Encoder
	to    io.Writer
	dirty bool
}

func newLines(to io.Writer) (*lines, error) {
	z, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, explain(err)
	}
	return &lines{z: z, to: to}, nil
}

// add writes a line, which ends with its line break.
func (l *lines) add(line []byte) error {
	l.dirty = true
	_, err := l.z.Write(line)
	return explain(err)
}

// flush writes what is held back.
func (l *lines) flush() error {
	if !l.dirty {
		return nil
	}
	l.dirty = false
	if err := l.z.Flush(); err != nil {
		return explain(err)
	}
	if p, ok := l.to.(*part); ok {
		return p.sync()
	}
	return nil
}

func (l *lines) close() error { return explain(l.z.Close()) }

// Bounds of what is read: a folder may come from elsewhere.
const (
	// maxLine is ten times the longest line that is written, in bytes.
	maxLine = 128 << 10
	// maxWindow is how far back the compression may refer, in bytes.
	maxWindow = 8 << 20
	// maxLines is nine hours at 60 frames a second.
	maxLines = 2_000_000
)

// ErrFormat tells that a file of a session holds something else.
var ErrFormat = errors.New("not a file of a recorded session")

// lineReader reads what lines wrote, compressed or not.
type lineReader struct {
	file  *os.File
	z     *zstd.Decoder
	lines *bufio.Reader
	n     int
}

// openLines opens a file of lines; it is compressed unless plain.
func openLines(path string, plain bool) (*lineReader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l := &lineReader{file: file}
	if plain {
		l.lines = bufio.NewReaderSize(file, maxLine)
		return l, nil
	}
	l.z, err = zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrFormat, err), file.Close())
	}
	l.lines = bufio.NewReaderSize(l.z, maxLine)
	return l, nil
}

// raw returns the next whole line, valid until the next call. At the end of a whole file the error is io.EOF; that of
// one which was cut off is another one.
func (l *lineReader) raw() ([]byte, error) {
	line, err := l.lines.ReadSlice('\n')
	l.n++
	switch {
	case err == nil && l.n > maxLines:
		return nil, fmt.Errorf("%w: more than %d lines", ErrFormat, maxLines)
	case err == nil:
		return line, nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: line %d is longer than %d KiB", ErrFormat, l.n, maxLine>>10)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, io.ErrUnexpectedEOF
	}
	return nil, err
}

// next reads the next line as JSON into to.
func (l *lineReader) next(to any) error {
	line, err := l.raw()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(line, to); err != nil {
		return fmt.Errorf("%w: line %d: %w", ErrFormat, l.n, err)
	}
	return nil
}

func (l *lineReader) close() error {
	if l.z != nil {
		l.z.Close()
	}
	return l.file.Close()
}
