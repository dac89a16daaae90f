package thumb

import (
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// moment is one whose picture is of one red, so that it can be told from others.
func moment(t float64, red byte) *session.Moment {
	p := frame.Picture{Pix: make([]byte, 3*640*360), Width: 640, Height: 360}
	for i := 2; i < len(p.Pix); i += 3 {
		p.Pix[i] = red
	}
	return &session.Moment{Frame: &frame.Frame{Picture: p}, Observation: &spine.Observation{T: t}}
}

func TestPictureOfAMoment(t *testing.T) {
	k, dir := &Keeper{}, t.TempDir()
	if written, err := k.Write(dir, "none.jpg", 1); written || err != nil {
		t.Errorf("a picture of nothing: %v", err)
	}
	for i := range 40 {
		if err := k.Take(moment(float64(i)/4, byte(6*i))); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.kept) != 20 || k.Middle() != 4.75 {
		t.Errorf("%d pictures, the middle at %g", len(k.kept), k.Middle())
	}
	if written, err := k.Write(dir, "thumb.jpg", 5.1); !written || err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(dir, "thumb.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := jpeg.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	r, g, _, _ := picture.At(100, 100).RGBA()
	if b := picture.Bounds(); b.Dx() != 320 || b.Dy() != 180 || max(r>>8, 120)-min(r>>8, 120) > 6 || g>>8 > 8 {
		t.Errorf("%v with red %d, want that of 5 s", b, r>>8)
	}
}

// However long a session, few pictures are held, and they cover all of it.
func TestLongSession(t *testing.T) {
	k := &Keeper{}
	small := &session.Moment{Frame: &frame.Frame{Picture: frame.Picture{Pix: make([]byte, 3*16*16), Width: 16, Height: 16}}}
	for i := range 1000 {
		small.Observation = &spine.Observation{T: float64(i)}
		if err := k.Take(small); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(k.kept); n > most || n < most/3 || k.kept[0].t != 0 || k.kept[n-1].t < 950 {
		t.Errorf("%d pictures from %g to %g", n, k.kept[0].t, k.kept[n-1].t)
	}
}
