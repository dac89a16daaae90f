package vision

import (
	"testing"

	"gocv.io/x/gocv"
)

// BenchmarkFind times one detection, both looks, on ONNX Runtime. Budget: 5 ms on one core.
func BenchmarkFind(b *testing.B) {
	n, err := newRollerNet(open(b, EngineONNXRuntime).finder)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := n.close(); err != nil {
			b.Error(err)
		}
	})
	f, first := frames(b, "correct", 1)[0], truths(b, "correct")[0]
	bgr, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
	if err != nil {
		b.Fatal(err)
	}
	defer bgr.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.find(bgr, first.Hips.at(), first.Shoulder.at()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFollow times a frame in which the roller is followed without a look. Budget: 1.5 ms on one core.
func BenchmarkFollow(b *testing.B) {
	clip := frames(b, "correct", 0)
	near := truths(b, "correct")[0].Roller.Near
	views := make([]view, len(clip))
	for i, f := range clip {
		v, done := viewOfFrame(b, f)
		b.Cleanup(done)
		views[i] = v
	}
	k := newRollerTrack()
	defer k.close()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i == 0 {
			k.begin(views[0], circle{near.at(), near.Radius}, trunkHint{})
		} else if _, _, ok := k.step(views[i], trunkHint{}); !ok {
			b.Fatalf("lost at frame %d", i)
		}
		i = (i + 1) % len(views)
	}
}
