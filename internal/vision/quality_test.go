package vision

import (
	"math"
	"math/rand/v2"
	"testing"

	"gocv.io/x/gocv"
)

func TestBrightness(t *testing.T) {
	for _, c := range []struct {
		luma []byte
		want float64
	}{{nil, 0}, {[]byte{0, 0}, 0}, {[]byte{255, 255}, 1}, {[]byte{0, 255, 0, 255}, .5}} {
		if got := brightness(c.luma); got != c.want {
			t.Errorf("brightness(%v) = %v, want %v", c.luma, got, c.want)
		}
	}
}

func TestSharpness(t *testing.T) {
	const n = 32
	flat, board, ramp := make([]byte, n*n), make([]byte, n*n), make([]byte, n*n)
	for i := range board {
		flat[i], ramp[i] = 90, byte(i%n*8)
		if (i%n+i/n)%2 == 0 {
			board[i] = 100
		}
	}
	// A chessboard of 0 and 100: the Laplacian is ±400 everywhere.
	for name, c := range map[string]struct {
		luma []byte
		want float64
	}{"flat": {flat, 0}, "ramp": {ramp, 0}, "chessboard": {board, 160000}, "too small": {board[:2*n], 0}} {
		if got := sharpness(c.luma, n); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// speckled is a picture of a wall with texture, moved by (dx, dy) whole pixels.
func speckled(dx, dy int) gocv.Mat {
	const w, h = qualityWidth, 180
	r := rand.New(rand.NewPCG(1, 2))
	pix := make([]byte, w*h)
	for i := range pix {
		pix[i] = 120
	}
	for range 150 {
		x, y, v := r.IntN(w-40)+20+dx, r.IntN(h-40)+20+dy, byte(r.IntN(120))
		for j := range 5 {
			for i := range 6 {
				pix[(y+j)*w+x+i] = v
			}
		}
	}
	view, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC1, pix)
	if err != nil {
		panic(err)
	}
	defer view.Close()
	return view.Clone()
}

func TestCameraMotion(t *testing.T) {
	for _, c := range []struct {
		name   string
		dx, dy int
	}{{"at rest", 0, 0}, {"to the right", 3, 0}, {"knocked", -6, 5}} {
		m, err := newCameraMotion()
		if err != nil {
			t.Fatal(err)
		}
		before, after := speckled(0, 0), speckled(c.dx, c.dy)
		if _, ok := m.step(before, box{}); ok {
			t.Errorf("%s: the first frame has a motion", c.name)
		}
		got, ok := m.step(after, box{})
		if !ok || math.Hypot(got.X-float64(c.dx), got.Y-float64(c.dy)) > .15 {
			t.Errorf("%s: shift %.2f (known: %v), want %d, %d", c.name, got, ok, c.dx, c.dy)
		}
		before.Close()
		after.Close()
		m.close()
	}
}

// TestCameraMotionIgnoresThePerson: only what is inside the person's box moves, and that is most of the corners.
func TestCameraMotionIgnoresThePerson(t *testing.T) {
	m, err := newCameraMotion()
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	before, moved := speckled(0, 0), speckled(4, 0)
	defer before.Close()
	defer moved.Close()
	person := box{0, 0, 200, 180}
	after := before.Clone()
	defer after.Close()
	within := person.within(qualityWidth, 180)
	src, dst := moved.Region(within), after.Region(within)
	src.CopyTo(&dst)
	src.Close()
	dst.Close()
	m.step(before, person)
	if got, ok := m.step(after, person); !ok || got.Len() > .15 {
		t.Errorf("shift %.2f (known: %v), want none", got, ok)
	}
}

func TestCameraMotionAdmitsIgnorance(t *testing.T) {
	m, err := newCameraMotion()
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	blank := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(90, 0, 0, 0), 180, qualityWidth, gocv.MatTypeCV8UC1)
	defer blank.Close()
	for range 3 {
		if got, ok := m.step(blank, box{}); ok {
			t.Errorf("a blank wall is said to move by %v", got)
		}
	}
	other := speckled(0, 0)
	defer other.Close()
	small := other.Region(box{0, 0, 100, 100}.within(qualityWidth, 180))
	defer small.Close()
	m.step(other, box{})
	if _, ok := m.step(small, box{}); ok {
		t.Error("a change of size is taken for a motion")
	}
}
