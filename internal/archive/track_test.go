package archive

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/simulate"
)

// column returns the numbers of a column of a track.
func column(t *testing.T, b []byte, name string) (h trackHeader, list []float64) {
	t.Helper()
	if string(b[:8]) != trackMagic {
		t.Fatalf("begins with %q", b[:8])
	}
	n := int64(binary.LittleEndian.Uint32(b[8:]))
	if (12+n)%8 != 0 {
		t.Errorf("the columns begin at %d", 12+n)
	}
	if err := json.Unmarshal(b[12:12+n], &h); err != nil {
		t.Fatal(err)
	}
	for _, c := range h.Columns {
		if c.Name != name {
			continue
		}
		if c.At%8 != 0 {
			t.Errorf("column %s is at %d", name, c.At)
		}
		for i := range int64(h.Frames * c.Per) {
			at := b[c.At+i*sizes[c.Type]:]
			switch c.Type {
			case "f64":
				list = append(list, math.Float64frombits(binary.LittleEndian.Uint64(at)))
			case "f32":
				list = append(list, float64(math.Float32frombits(binary.LittleEndian.Uint32(at))))
			case "u32":
				list = append(list, float64(binary.LittleEndian.Uint32(at)))
			case "u8":
				list = append(list, float64(at[0]))
			}
		}
		return h, list
	}
	t.Fatalf("no column %s", name)
	return h, nil
}

func TestTrackTellsTheFrames(t *testing.T) {
	dir, _ := record(t, simulate.Run(lumbar(20)))
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := a.Frames()
	if err != nil {
		t.Fatal(err)
	}
	b := contents(t, dir, TrackFile)
	h, times := column(t, b, "t")
	_, landmarks := column(t, b, "landmarks")
	_, s := column(t, b, "s")
	_, far := column(t, b, "far")
	_, zones := column(t, b, "zone")
	_, levels := column(t, b, "level")
	_, active := column(t, b, "active")
	if h.Frames != len(frames) || h.Width != a.Session.Source.Width || len(landmarks) != 99*len(frames) {
		t.Fatalf("%+v with %d numbers of landmarks for %d frames", h, len(landmarks), len(frames))
	}
	same := func(x, y float64) bool { return x == y || x != x && y != y }
	low := slices.Index(h.Codes, "roller_too_low")
	for i := range frames {
		f := &frames[i]
		if times[i] != f.T || !same(s[i], float64(float32(f.S))) || !same(landmarks[99*i+3*32+1], float64(float32(f.Landmarks[32][1]))) ||
			!same(far[2*i], float64(float32(f.Far[0]))) {
			t.Fatalf("frame %d: t %g, s %g, far %g of %+v", i, times[i], s[i], far[2*i], f)
		}
		if f.Zone == "" && zones[i] != notKnown || f.Zone != "" && h.Zones[int(zones[i])] != f.Zone {
			t.Fatalf("frame %d: zone %g for %q", i, zones[i], f.Zone)
		}
		if f.Level != "" && h.Levels[int(levels[i])] != f.Level {
			t.Fatalf("frame %d: level %g for %q", i, levels[i], f.Level)
		}
		if uint32(active[i])>>low&1 == 1 != slices.Contains(f.Active, "roller_too_low") {
			t.Fatalf("frame %d: active %b for %v", i, uint32(active[i]), f.Active)
		}
	}
	last := h.Columns[len(h.Columns)-1]
	if end := last.At + int64(4*h.Frames); int64(len(b)) != end+pad(end) {
		t.Errorf("%d bytes, the last column ends at %d", len(b), end)
	}
}
