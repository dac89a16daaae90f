package results

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// observations.jsonl.zst holds what the eye saw of a session, one JSON object to a line, compressed with Zstandard
// (RFC 8878). It is enough to judge the session again by other rules, without its video. Lengths are pixels of the
// analysed picture, x to the right and y down with the first pixel's centre at 0; what is not known is null. Numbers
// are as the session used them, rounded to .01 px, .1 mm and .001 of a probability, and come back bit by bit.
//
// The first line is the Header. Then comes a line for each analysed frame, in their order:
//
//	t        seconds from the start of the source
//	size     width and height of the analysed picture
//	people   how many persons the last look over the whole picture found
//	pose     null, or: score 0…1; landmarks, 33 times [x, y, z, visibility, presence]; world, 33 times [x, y, z] in metres
//	         around the hips, z away from the camera; trunk, null or hip_lift_m and across [x, y]
//	roller   null, or: score 0…1; near and far [x, y]; far_seen, far_hidden; radius; source searched, tracked or placed
//	quality  brightness 0…1; sharpness; camera_motion in pixels, null where it could not be told
//
// The last line is {"end":{"read":…,"analysed":…,"dropped":…}}, the count of the frames. A file without it was cut off.

// ObservationsSchema is the version of the format.
const ObservationsSchema = 1

// Header is the first line of observations.jsonl.zst: what else a session's outcome depends on, and what session.json
// says beside it.
type Header struct {
	Schema   int      `json:"schema"`
	Source   Source   `json:"source"`
	Exercise Exercise `json:"exercise"`
	// Scale is how many pixels of the source one analysed pixel spans.
	Scale   float64           `json:"scale"`
	Options Options           `json:"options"`
	Models  map[string]string `json:"models"`
	Engine  string            `json:"engine"`
}

// Options are what a person told before the session began. Zero and "" stand for what nobody said.
type Options struct {
	Language       string  `json:"language"`
	Height         float64 `json:"height_cm"`
	RollerDiameter float64 `json:"roller_diameter_cm"`
	RollerLength   float64 `json:"roller_length_cm"`
}

// flushEvery is how many lines may be held back: what a crash can cost, ten seconds as a rule.
const flushEvery = 300

// Observations writes observations.jsonl.zst. It is a session's sink. Call Close at the end.
type Observations struct {
	z      *zstd.Encoder
	header Header
	line   []byte
	lines  int64
}

// NewObservations writes to w. The header's Scale is taken from the first frame.
func NewObservations(w io.Writer, h Header) (*Observations, error) {
	h.Schema = ObservationsSchema
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, observationsError(err)
	}
	return &Observations{z: z, header: h}, nil
}

// Take writes one line.
func (f *Observations) Take(m *session.Moment) error {
	if f.lines == 0 {
		f.header.Scale = m.Frame.Scale
		if err := f.begin(); err != nil {
			return err
		}
	}
	f.lines++
	f.line = append(appendObservation(f.line[:0], m.Observation), '\n')
	if _, err := f.z.Write(f.line); err != nil {
		return observationsError(err)
	}
	if f.lines%flushEvery == 0 {
		return observationsError(f.z.Flush())
	}
	return nil
}

// Flush writes what is held back, so that a crash does not cost it.
func (f *Observations) Flush() error {
	if f.lines == 0 {
		return nil
	}
	return observationsError(f.z.Flush())
}

func (f *Observations) begin() error {
	text, err := json.Marshal(f.header)
	if err != nil {
		return observationsError(err)
	}
	if _, err := f.z.Write(append(text, '\n')); err != nil {
		return observationsError(err)
	}
	return observationsError(f.z.Flush())
}

// Close writes the last line and what is still held back. Frames that were read and not analysed count as dropped.
func (f *Observations) Close(read int64) error {
	if f.lines == 0 {
		if err := f.begin(); err != nil {
			return err
		}
	}
	text, err := json.Marshal(lastLine{&Frame{Read: read, Analysed: f.lines, Dropped: read - f.lines}})
	if err != nil {
		return observationsError(err)
	}
	if _, err := f.z.Write(append(text, '\n')); err != nil {
		return observationsError(err)
	}
	return observationsError(f.z.Close())
}

// lastLine ends a whole file.
type lastLine struct {
	End *Frame `json:"end"`
}

func observationsError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write observations.jsonl.zst: %w", err)
}

// appendObservation appends a line without its line break.
func appendObservation(b []byte, o *spine.Observation) []byte {
	b = exact(append(b, `{"t":`...), o.T)
	b = strconv.AppendInt(append(b, `,"size":[`...), int64(o.Width), 10)
	b = strconv.AppendInt(append(b, ','), int64(o.Height), 10)
	b = strconv.AppendInt(append(b, `],"people":`...), int64(o.People), 10)
	b = appendPose(append(b, `,"pose":`...), o.Pose)
	b = appendRoller(append(b, `,"roller":`...), o.Roller)
	b = exact(append(b, `,"quality":{"brightness":`...), o.Quality.Brightness)
	b = exact(append(b, `,"sharpness":`...), o.Quality.Sharpness)
	b = exact(append(b, `,"camera_motion":`...), o.Quality.CameraMotion)
	return append(b, "}}"...)
}

func appendPose(b []byte, p *body.Pose) []byte {
	if p == nil {
		return append(b, "null"...)
	}
	b = exact(append(b, `{"score":`...), p.Score)
	b = append(b, `,"landmarks":[`...)
	for i := range p.Landmarks {
		l := &p.Landmarks[i]
		b = row(b, i, l.X, l.Y, l.Z, l.Visibility, l.Presence)
	}
	b = append(b, `],"world":[`...)
	for i := range p.World {
		w := &p.World[i]
		b = row(b, i, w.X, w.Y, w.Z)
	}
	b = append(b, `],"trunk":`...)
	if p.Trunk == nil {
		return append(b, "null}"...)
	}
	b = exact(append(b, `{"hip_lift_m":`...), p.Trunk.HipLift)
	b = row(append(b, `,"across":`...), 0, p.Trunk.Across.X, p.Trunk.Across.Y)
	return append(b, "}}"...)
}

func appendRoller(b []byte, r *spine.Roller) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = exact(append(b, `{"score":`...), r.Score)
	b = row(append(b, `,"near":`...), 0, r.Near.X, r.Near.Y)
	b = row(append(b, `,"far":`...), 0, r.Far.X, r.Far.Y)
	b = strconv.AppendBool(append(b, `,"far_seen":`...), r.FarSeen)
	b = strconv.AppendBool(append(b, `,"far_hidden":`...), r.FarHidden)
	b = exact(append(b, `,"radius":`...), r.Radius)
	b = strconv.AppendQuote(append(b, `,"source":`...), rollerSources[r.Source])
	return append(b, '}')
}

// rollerSources are the names of spine.RollerSource in the file.
var rollerSources = [...]string{
	spine.RollerSearched: "searched", spine.RollerTracked: "tracked", spine.RollerPlaced: "placed",
}

// row appends the i-th list of a list.
func row(b []byte, i int, numbers ...float64) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '[')
	for k, x := range numbers {
		if k > 0 {
			b = append(b, ',')
		}
		b = exact(b, x)
	}
	return append(b, ']')
}

// exact appends x so that reading it gives x again, and null for what is no number.
func exact(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}
