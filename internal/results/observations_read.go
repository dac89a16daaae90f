package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/rollwell/rollwell/internal/spine"
)

var (
	// ErrObservations tells that a file holds no observations that can be read; the error says where and why.
	ErrObservations = errors.New("these are no observations")
	// ErrCutOff tells that a file ends before its end. What was read before that is whole.
	ErrCutOff = errors.New("the observations are cut off")
)

// The bounds of what is read: files come from outside.
const (
	// maxLine is ten times the longest line that is written, in bytes.
	maxLine = 64 << 10
	// maxFrames is nine hours at 60 frames a second.
	maxFrames = 2_000_000
	// maxWindow is how far back the compression may refer, in bytes; the writer uses 4 MiB.
	maxWindow = 8 << 20
)

// ObservationsReader reads observations.jsonl.zst line by line. It belongs to one goroutine.
type ObservationsReader struct {
	Header Header
	// Counts is what the last line tells, once Next has returned io.EOF; before, it counts what was read.
	Counts Frame

	close func()
	lines *bufio.Reader
	line  int   // the number of the present line
	over  error // what every further Next returns
}

// OpenObservations reads the header. Call Close at the end; r stays the caller's.
func OpenObservations(r io.Reader) (*ObservationsReader, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrObservations, err)
	}
	o, err := readLines(z)
	if err != nil {
		z.Close()
		return nil, err
	}
	o.close = z.Close
	return o, nil
}

// readLines reads the header of a file that is not compressed any more.
func readLines(r io.Reader) (*ObservationsReader, error) {
	o := &ObservationsReader{lines: bufio.NewReaderSize(r, maxLine), close: func() {}}
	return o, o.readHeader()
}

// Close frees what reading needs.
func (o *ObservationsReader) Close() { o.close() }

func (o *ObservationsReader) readHeader() error {
	text, err := o.next()
	if err != nil {
		return fmt.Errorf("%w: no first line: %w", ErrObservations, err)
	}
	var version struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return o.fault(err)
	}
	if version.Schema != ObservationsSchema {
		return fmt.Errorf("%w of version %d, which this program reads: the file says %d", ErrObservations, ObservationsSchema, version.Schema)
	}
	if err := strictly(text, &o.Header); err != nil {
		return o.fault(err)
	}
	return nil
}

// Next returns the next frame's observation, which is the caller's. At the end of a whole file the error is io.EOF, at
// that of one that is cut off or damaged further on ErrCutOff.
func (o *ObservationsReader) Next() (*spine.Observation, error) {
	if o.over != nil {
		return nil, o.over
	}
	obs, err := o.observation()
	if err != nil {
		o.over = err
		return nil, err
	}
	o.Counts.Read++
	o.Counts.Analysed++
	return obs, nil
}

func (o *ObservationsReader) observation() (*spine.Observation, error) {
	text, err := o.next()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w after %d frames: %w", ErrCutOff, o.Counts.Analysed, err)
	case bytes.HasPrefix(text, []byte(`{"end"`)):
		return nil, o.finish(text)
	case o.Counts.Analysed >= maxFrames:
		return nil, o.fault(fmt.Errorf("more than %d frames", maxFrames))
	}
	var l observationLine
	if err := strictly(text, &l); err != nil {
		return nil, o.fault(err)
	}
	obs, err := l.observation()
	if err != nil {
		return nil, o.fault(err)
	}
	return obs, nil
}

// finish reads the last line. It returns io.EOF where the file is whole.
func (o *ObservationsReader) finish(text []byte) error {
	var l lastLine
	if err := strictly(text, &l); err != nil {
		return o.fault(err)
	}
	if n := l.End; n == nil || n.Analysed != o.Counts.Analysed || n.Dropped < 0 || n.Read != n.Analysed+n.Dropped {
		return o.fault(fmt.Errorf("the last line does not count the %d frames before it", o.Counts.Analysed))
	}
	if _, err := o.next(); !errors.Is(err, io.EOF) {
		return o.fault(errors.New("something follows the last line"))
	}
	o.Counts = *l.End
	return io.EOF
}

// next returns the next whole line, which is valid until the next call. What stands behind the last line break is
// nothing whole: the error is io.ErrUnexpectedEOF then, and io.EOF if nothing stands there.
func (o *ObservationsReader) next() ([]byte, error) {
	text, err := o.lines.ReadSlice('\n')
	o.line++
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, o.fault(fmt.Errorf("longer than %d KiB", maxLine>>10))
	case errors.Is(err, io.EOF) && len(text) > 0:
		return nil, io.ErrUnexpectedEOF
	}
	return nil, err
}

// fault says what is wrong with the present line.
func (o *ObservationsReader) fault(why error) error {
	return fmt.Errorf("%w: line %d: %w", ErrObservations, o.line, why)
}

// strictly reads one JSON value that has to be all of text and to have no members but those of to.
func strictly(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	return nil
}
