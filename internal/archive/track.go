package archive

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// trackMagic begins a track.
const trackMagic = "RWTRACK1"

// maxCodes is how many codes a track can tell of: a bit each.
const maxCodes = 32

// notKnown stands for what is none of a column's names.
const notKnown = 255

// trackHeader describes the columns of a track.
type trackHeader struct {
	Frames  int           `json:"frames"`
	Width   int           `json:"width"`
	Height  int           `json:"height"`
	Codes   []string      `json:"codes"`
	Levels  []string      `json:"levels"`
	Zones   []string      `json:"zones"`
	States  []string      `json:"states"`
	Phases  []string      `json:"phases"`
	Columns []trackColumn `json:"columns"`
}

// trackColumn is per numbers of a type for each frame, from a byte of the file on.
type trackColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Per  int    `json:"per"`
	At   int64  `json:"at"`

	write func(b []byte, f *Frame) []byte
}

// WriteTrack writes what a page draws of all frames: columns of numbers that it can use without reading one by one. After
// the magic come the length of a JSON header as uint32, the header, padded with spaces, and the columns, each from a
// multiple of 8 bytes on. Numbers are little endian; NaN and 255 stand for what is not known.
func WriteTrack(w io.Writer, s *results.Session, frames []Frame) error {
	t := newTrack(s)
	for i := range frames {
		t.add(&frames[i])
	}
	return t.write(w)
}

// trackFrame is about how many bytes a frame takes.
const trackFrame = 500

// track collects the columns, half a kilobyte a frame.
type track struct {
	trackHeader
	data [][][]byte // of each column, in blocks: one piece that grows would be there twice now and then
}

// block is how long a block of a column is, and widest the most that a frame adds to one, in bytes.
const (
	block  = 1 << 16
	widest = 4 * 3 * body.Count
)

func newTrack(s *results.Session) *track {
	t := &track{trackHeader: trackHeader{
		Width: s.Source.Width, Height: s.Source.Height, Codes: []string{}, Levels: slices.Clone(usualLevels),
		Zones: []string{}, States: []string{}, Phases: []string{},
	}}
	for i := range s.Cues {
		t.code(s.Cues[i].Code)
	}
	for _, z := range spine.Zones() {
		t.Zones = append(t.Zones, z.String())
	}
	for _, state := range []spine.State{spine.Unseen, spine.Unsure, spine.OK} {
		t.States = append(t.States, state.String())
	}
	for _, p := range []session.Phase{session.SettingUp, session.Checking, session.Paused, session.Ended} {
		t.Phases = append(t.Phases, p.String())
	}
	t.Columns = t.columns()
	t.data = make([][][]byte, len(t.Columns))
	return t
}

func (t *track) add(f *Frame) {
	t.Frames++
	for i := range t.Columns {
		last := len(t.data[i]) - 1
		if last < 0 || cap(t.data[i][last])-len(t.data[i][last]) < widest {
			t.data[i] = append(t.data[i], make([]byte, 0, block))
			last++
		}
		t.data[i][last] = t.Columns[i].write(t.data[i][last], f)
	}
}

func (t *track) write(w io.Writer) error {
	text, err := t.text()
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<18)
	// Errors of a bufio.Writer stay until Flush tells them.
	_, _ = b.WriteString(trackMagic)
	_, _ = b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
	_, _ = b.Write(text)
	for _, column := range t.data {
		n := 0
		for _, piece := range column {
			_, _ = b.Write(piece)
			n += len(piece)
		}
		_, _ = b.Write(make([]byte, pad(int64(n))))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the track: %w", err)
	}
	return nil
}

// pad is how many bytes are missing to a multiple of 8.
func pad(n int64) int64 { return (8 - n%8) % 8 }

// sizes of the types in bytes.
var sizes = map[string]int64{"f64": 8, "f32": 4, "u32": 4, "u8": 1}

// text places the columns and returns the padded header.
func (h *trackHeader) text() ([]byte, error) {
	begin := int64(len(trackMagic) + 4)
	for length := int64(0); ; { // the places are part of the text, whose length moves them
		at := begin + length
		for i := range h.Columns {
			c := &h.Columns[i]
			c.At = at
			n := int64(h.Frames) * int64(c.Per) * sizes[c.Type]
			at += n + pad(n)
		}
		text, err := json.Marshal(h)
		if err != nil {
			return nil, fmt.Errorf("write the track: %w", err)
		}
		need := int64(len(text))
		need += pad(begin + need)
		if need <= length {
			for int64(len(text)) < length {
				text = append(text, ' ')
			}
			return text, nil
		}
		length = need
	}
}

func (t *track) columns() []trackColumn {
	f32 := func(name string, of func(*Frame) float64) trackColumn {
		return trackColumn{Name: name, Type: "f32", Per: 1, write: func(b []byte, f *Frame) []byte { return single(b, of(f)) }}
	}
	pair := func(name string, of func(*Frame) [2]float64) trackColumn {
		return trackColumn{Name: name, Type: "f32", Per: 2, write: func(b []byte, f *Frame) []byte {
			p := of(f)
			return single(single(b, p[0]), p[1])
		}}
	}
	name := func(column string, names []string, of func(*Frame) string) trackColumn {
		return trackColumn{Name: column, Type: "u8", Per: 1, write: func(b []byte, f *Frame) []byte { return append(b, place(names, of(f))) }}
	}
	return []trackColumn{
		{Name: "t", Type: "f64", Per: 1, write: func(b []byte, f *Frame) []byte {
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(f.T))
		}},
		f32("pose_score", func(f *Frame) float64 { return f.PoseScore }),
		{Name: "landmarks", Type: "f32", Per: 3 * body.Count, write: appendLandmarks},
		f32("roller_score", func(f *Frame) float64 { return f.RollerScore }),
		pair("near", func(f *Frame) [2]float64 { return f.Near }),
		pair("far", func(f *Frame) [2]float64 { return f.Far }),
		f32("radius", func(f *Frame) float64 { return f.Radius }),
		f32("s", func(f *Frame) float64 { return f.S }),
		f32("s_sigma", func(f *Frame) float64 { return f.SSigma }),
		f32("speed_cm_s", func(f *Frame) float64 { return f.SpeedCMS }),
		f32("hip_lift_cm", func(f *Frame) float64 { return f.HipLiftCM }),
		f32("knee_deg", func(f *Frame) float64 { return f.KneeDeg }),
		f32("neck_deg", func(f *Frame) float64 { return f.NeckDeg }),
		f32("shk_deg", func(f *Frame) float64 { return f.SHKDeg }),
		f32("yaw_deg", func(f *Frame) float64 { return f.YawDeg }),
		f32("px_per_cm", func(f *Frame) float64 { return f.PxPerCM }),
		{Name: "level", Type: "u8", Per: 1, write: func(b []byte, f *Frame) []byte { return append(b, t.level(f.Level)) }},
		name("zone", t.Zones, func(f *Frame) string { return f.Zone }),
		name("state", t.States, func(f *Frame) string { return f.State }),
		name("phase", t.Phases, func(f *Frame) string { return f.Phase }),
		{Name: "active", Type: "u32", Per: 1, write: func(b []byte, f *Frame) []byte {
			return binary.LittleEndian.AppendUint32(b, t.bits(f.Active))
		}},
	}
}

func single(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
}

func appendLandmarks(b []byte, f *Frame) []byte {
	for i := range f.Landmarks {
		l := &f.Landmarks[i]
		b = single(single(single(b, l[0]), l[1]), l[2])
	}
	return b
}

// place is where a name stands in a list.
func place(names []string, name string) byte {
	i := slices.Index(names, name)
	if i < 0 || i >= notKnown {
		return notKnown
	}
	return byte(i)
}

// bits tells which codes are active.
func (t *track) bits(active []string) (all uint32) {
	for _, code := range active {
		if i := t.code(code); i >= 0 {
			all |= 1 << i
		}
	}
	return all
}

// code is the bit of a code, which gets one if there is one left; else it is negative.
func (t *track) code(code string) int {
	i := slices.Index(t.Codes, code)
	if i < 0 && len(t.Codes) < maxCodes {
		i = len(t.Codes)
		t.Codes = append(t.Codes, code)
	}
	return i
}

// usualLevels are those that there are.
var usualLevels = []string{
	"T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "C7", "sacrum", "neck",
}

// level is the place of a level in the list, into which it comes if it is not there.
func (t *track) level(level string) byte {
	if level != "" && len(t.Levels) < notKnown && !slices.Contains(t.Levels, level) {
		t.Levels = append(t.Levels, level)
	}
	return place(t.Levels, level)
}
