package export

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

// The document's form: README.md describes it.
const (
	documentFormat = "rollwell-session"
	documentSchema = 1
)

// ErrDocument tells that a file is no session that this program has exported; the error says where and why.
var ErrDocument = errors.New("not an exported session")

// documentAbout is what the library tells of a session. What is not known is empty or null.
type documentAbout struct {
	Title    string     `json:"title"`
	Created  *time.Time `json:"created"`
	Language string     `json:"language"`
	Tags     []string   `json:"tags"`
	Score    *float64   `json:"score"`
}

// documentFrame is the lines of a frame.
type documentFrame struct {
	Seen json.RawMessage `json:"seen"`
	Read json.RawMessage `json:"read"`
}

// JSON writes the whole session but its video as one document, from which Import makes an equal one. raw is at its
// beginning.
func JSON(w io.Writer, s *Session, raw *archive.Raw) error {
	d := &documentWriter{w: bufio.NewWriterSize(w, 1<<16)}
	about := documentAbout{Title: s.About.Title, Language: s.About.Language, Tags: append([]string{}, s.About.Tags...)}
	if !s.About.Created.IsZero() {
		about.Created = &s.About.Created
	}
	if known(s.About.Score) {
		about.Score = &s.About.Score
	}
	d.member("{", "format", documentFormat)
	d.member(",\n", "schema", documentSchema)
	d.member(",\n", "about", about)
	d.member(",\n", "session", s.Result)
	d.member(",\n", "events", append([]archive.Event{}, s.Events...))
	d.member(",\n", "notes", append([]store.Note{}, s.Notes...))
	d.member(",\n", "marks", append([]store.Mark{}, s.Marks...))
	d.member(",\n", "header", orNull(raw.Header))
	d.text(",\n\"frames\":[")
	between := "\n"
	for d.err == nil {
		seen, read, err := raw.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the session's frames: %w", err)
		}
		d.text(between)
		d.value(documentFrame{orNull(seen), read})
		between = ",\n"
	}
	d.text("\n]")
	d.member(",\n", "end", orNull(raw.End))
	d.text("}\n")
	if d.err == nil {
		d.err = d.w.Flush()
	}
	if d.err != nil {
		return fmt.Errorf("write the document: %w", d.err)
	}
	return nil
}

func orNull(text []byte) json.RawMessage {
	if text == nil {
		return json.RawMessage("null")
	}
	return text
}

// documentWriter writes until something fails.
type documentWriter struct {
	w   *bufio.Writer
	err error
}

func (d *documentWriter) text(s string) {
	if d.err == nil {
		_, d.err = d.w.WriteString(s)
	}
}

func (d *documentWriter) value(v any) {
	text, err := json.Marshal(v)
	if d.err == nil {
		d.err = err
	}
	d.text(string(text))
}

func (d *documentWriter) member(before, name string, v any) {
	d.text(before + `"` + name + `":`)
	d.value(v)
}

// Imported is what a document told beside the files that were made of it.
type Imported struct {
	About  About
	Digest archive.Digest
	Notes  []store.Note
	Marks  []store.Mark
}

// maxValue is how long one value of a document may be, in bytes: a frame has 6 KB, a long session's events some 100 KB.
const maxValue = 16 << 20

// Import makes the files of a session in dir, which has to be there, of a document. Once all of it has come, finishing
// is asked whether so many more bytes of disk and memory may be taken. After an error nothing is left of the files.
// Errors are ErrDocument, archive.ErrFormat or results.ErrObservations where the document is to blame.
func Import(r io.Reader, dir string, finishing func(bytes int64) error) (Imported, error) {
	m := &meter{r: r}
	d := &documentReader{d: json.NewDecoder(m), m: m, dir: dir}
	err := d.read()
	if err == nil && d.files == nil {
		err = errors.New("it has no frames")
	}
	if err != nil {
		if d.files != nil {
			err = errors.Join(err, d.files.Abandon())
		}
		return Imported{}, documentError(err)
	}
	if err := finishing(d.files.TrackSize()); err != nil {
		return Imported{}, errors.Join(err, d.files.Abandon())
	}
	d.out.Digest, err = d.files.Close(d.session, d.end)
	if err != nil {
		return Imported{}, documentError(err)
	}
	return d.out, nil
}

// documentError marks what the document is to blame for.
func documentError(err error) error {
	if errors.Is(err, archive.ErrDisk) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDocument, err)
}

// meter bounds how much is read for one value.
type meter struct {
	r    io.Reader
	left int
}

func (m *meter) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, fmt.Errorf("a value of it is longer than %d MiB", maxValue>>20)
	}
	n, err := m.r.Read(b[:min(len(b), m.left)])
	m.left -= n
	return n, err
}

type documentReader struct {
	d   *json.Decoder
	m   *meter
	dir string

	format  string
	schema  int
	session results.Session
	events  []archive.Event
	header  json.RawMessage
	end     json.RawMessage
	files   *archive.Restorer
	out     Imported
}

// next reads a value.
func (d *documentReader) next(to any) error {
	d.m.left = maxValue
	return d.d.Decode(to)
}

// token reads a token, which has to be this one unless it is nil.
func (d *documentReader) token(want any) (json.Token, error) {
	d.m.left = maxValue
	t, err := d.d.Token()
	if err == nil && want != nil && t != want {
		err = fmt.Errorf("at byte %d there is %v, not %v", d.d.InputOffset(), t, want)
	}
	return t, err
}

func (d *documentReader) read() error {
	if _, err := d.token(json.Delim('{')); err != nil {
		return err
	}
	for d.d.More() {
		name, err := d.token(nil)
		if err != nil {
			return err
		}
		if err := d.member(name); err != nil {
			return err
		}
	}
	if _, err := d.token(json.Delim('}')); err != nil {
		return err
	}
	if _, err := d.token(nil); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

func (d *documentReader) member(name any) error {
	to := map[any]any{
		"format": &d.format, "schema": &d.schema, "session": &d.session, "events": &d.events, "notes": &d.out.Notes,
		"marks": &d.out.Marks, "header": &d.header, "end": &d.end,
	}[name]
	var err error
	switch {
	case name == "frames":
		err = d.frames()
	case name == "about":
		err = d.about()
	case to != nil:
		err = d.next(to)
	default:
		return fmt.Errorf("%q is not known; a newer version may have written it", name)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", name, err)
	}
	return nil
}

func (d *documentReader) about() error {
	var a documentAbout
	if err := d.next(&a); err != nil {
		return err
	}
	d.out.About = About{Title: a.Title, Language: a.Language, Tags: a.Tags, Score: math.NaN()}
	if a.Created != nil {
		d.out.About.Created = *a.Created
	}
	if a.Score != nil {
		d.out.About.Score = *a.Score
	}
	return nil
}

// frames writes the lines as they come: they need not fit into memory.
func (d *documentReader) frames() (err error) {
	if d.format != documentFormat || d.schema != documentSchema || d.files != nil {
		return fmt.Errorf("format %q of version %d; this program reads %q of version %d, which come before the frames", d.format, d.schema, documentFormat, documentSchema)
	}
	if d.files, err = archive.Restore(d.dir, notNull(d.header)); err != nil {
		return err
	}
	for i := range d.events {
		if err := d.files.Tell(d.events[i]); err != nil {
			return err
		}
	}
	if _, err := d.token(json.Delim('[')); err != nil {
		return err
	}
	for d.d.More() {
		var f documentFrame
		if err := d.next(&f); err != nil {
			return err
		}
		if err := d.files.Add(notNull(f.Seen), f.Read); err != nil {
			return err
		}
	}
	_, err = d.token(json.Delim(']'))
	return err
}

func notNull(text json.RawMessage) []byte {
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	return text
}

// Document writes the session of an archive as JSON does.
func Document(w io.Writer, s *Session, a *archive.Archive) error {
	raw, err := a.Raw()
	if err != nil {
		return err
	}
	return errors.Join(JSON(w, s, raw), raw.Close())
}
