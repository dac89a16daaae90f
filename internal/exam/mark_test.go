package exam

import (
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

func label(groups ...string) Label {
	return Label{Image: "a.jpg", TorsoPx: 100, Groups: groups, Roller: &Truth{Near: [2]float64{50, 60}, Far: [2]float64{70, 40}, Radius: 20, Face: 1}}
}

func answer(x, y, radius, score float64) Answer {
	return Answer{Score: score, Near: body.Point{X: x, Y: y}, Far: body.Point{X: x + 20, Y: y - 20}, Radius: radius}
}

// TestOverlapIsWhatCountingPointsSays holds the formula to random points in the two circles.
func TestOverlapIsWhatCountingPointsSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		a, b := body.Point{}, body.Point{X: 30 * rng.Float64()}
		ra, rb := 2+18*rng.Float64(), 2+18*rng.Float64()
		both, any := 0, 0
		for range 20000 {
			p := body.Point{X: -20 + 70*rng.Float64(), Y: -20 + 40*rng.Float64()}
			inA, inB := p.Sub(a).Len() < ra, p.Sub(b).Len() < rb
			if inA && inB {
				both++
			}
			if inA || inB {
				any++
			}
		}
		want := float64(both) / float64(any)
		if got := overlap(a, ra, b, rb); math.Abs(got-want) > .03 {
			t.Errorf("circles of %.1f and %.1f at %.1f: %.3f, counted %.3f", ra, rb, b.X, got, want)
		}
	}
	if overlap(body.Point{}, 0, body.Point{}, 3) != 0 {
		t.Error("a circle without radius covers something")
	}
}

func TestCompare(t *testing.T) {
	m := Compare(label(), answer(53, 64, 22, .9))
	if !m.Right() || math.Abs(m.Near-.05) > 1e-9 || math.Abs(m.Radius-.1) > 1e-9 {
		t.Errorf("%+v", m)
	}
	if m := Compare(label(), answer(53, 64, 22, .4)); m.Right() || m.Said() {
		t.Error("a score below a half counts as said")
	}
	if m := Compare(label(), answer(150, 60, 20, .9)); m.Right() || !m.Said() {
		t.Error("another place counts as right")
	}
	if m := Compare(label(), Answer{}); m.Said() || !math.IsNaN(m.Near) {
		t.Errorf("nothing seen: %+v", m)
	}
	alike := label()
	alike.Roller.Alike = true
	if m := Compare(alike, Answer{Score: 1, Near: body.Point{X: 70, Y: 40}, Far: body.Point{X: 50, Y: 60}, Radius: 20}); m.Near != 0 || m.Far != 0 {
		t.Errorf("ends that are alike cannot be swapped: %+v", m)
	}
	s := .8
	with := label()
	with.S = &s
	a := answer(50, 60, 20, 1)
	a.S = .9
	if m := Compare(with, a); !math.IsNaN(m.S) {
		t.Error("a contact that the finder is not sure of is marked")
	}
	a.SKnown = true
	if m := Compare(with, a); math.Abs(m.S-.1) > 1e-9 {
		t.Errorf("contact off by %g", m.S)
	}
}

func TestTableCountsWhatItSays(t *testing.T) {
	hidden := label("hard")
	hidden.Roller.Face = .3
	without := Label{TorsoPx: 100, Groups: []string{"empty"}}
	marks := []Mark{
		Compare(label("easy"), answer(50, 60, 20, .9)),
		Compare(label("easy"), answer(52, 60, 18, .8)),
		Compare(label("hard"), answer(250, 60, 20, .7)),
		Compare(hidden, answer(50, 60, 20, .3)),
		Compare(without, Answer{}),
		Compare(without, answer(9, 9, 9, .6)),
	}
	rows := Table(marks, 2)
	if len(rows) != 4 || rows[0].Group != "all" || rows[1].Group != "hard" || rows[3].Group != "easy" {
		t.Fatalf("rows %+v: all first, then the worst", rows)
	}
	all := rows[0]
	if all.Pictures != 6 || all.Rollers != 4 || all.Must != 3 || all.Without != 2 {
		t.Errorf("counted %+v", all)
	}
	if math.Abs(all.Found-2./3) > 1e-9 || all.FalseAlarms != .5 || all.Trust != .5 {
		t.Errorf("shares %+v", all)
	}
	if math.Abs(all.NearMedian-.02) > 1e-9 || math.Abs(rows[3].RadiusBias+.05) > 1e-9 {
		t.Errorf("errors %+v", all)
	}
	if got := Table(marks[:1], 2); len(got) != 1 || !math.IsNaN(got[0].FalseAlarms) {
		t.Errorf("a table of one: %+v", got)
	}
	bands := Calibrations(marks)
	if len(bands) != 4 || bands[0].Pictures != 1 || bands[0].Right != 1 || bands[1].Right != 0 {
		t.Errorf("bands %+v", bands)
	}
}

func TestQuantile(t *testing.T) {
	if got := Quantile([]float64{4, 1, 3, 2}, .5); got != 2.5 {
		t.Errorf("the middle of 1 2 3 4 is %g", got)
	}
	if got := Quantile([]float64{5}, .9); got != 5 {
		t.Errorf("of one value: %g", got)
	}
	if !math.IsNaN(Quantile(nil, .5)) {
		t.Error("nothing has a quantile")
	}
}

func TestSheetShowsTruthAndAnswer(t *testing.T) {
	good := Compare(label(), answer(50, 60, 20, .9))
	alarm := Compare(Label{Image: "b.jpg", TorsoPx: 100}, answer(40, 40, 15, .9))
	miss := Compare(label(), Answer{})
	marks := []Mark{good, alarm, miss}
	if got := Worst(marks, 2); len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("worst first: %v", got)
	}
	grey := image.NewGray(image.Rect(0, 0, 320, 180))
	sheet, err := Sheet(marks, 2, func(Label) (image.Image, error) { return grey, nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sheet.Bounds().Size(), image.Pt(2*tileSize, 2*(tileSize+tileText)); got != want {
		t.Errorf("a sheet of %v, want %v", got, want)
	}
	counts := func(tile image.Rectangle, c color.RGBA) (n int) {
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			for x := tile.Min.X; x < tile.Max.X; x++ {
				if sheet.RGBAAt(x, y) == c {
					n++
				}
			}
		}
		return n
	}
	second := image.Rect(tileSize, 0, 2*tileSize, tileSize)
	third := image.Rect(0, tileSize+tileText, tileSize, 2*tileSize+tileText)
	if counts(second, truthColour) > 0 || counts(second, answerColour) == 0 {
		t.Error("a false alarm shows an answer and no truth")
	}
	if counts(third, truthColour) == 0 || counts(third, answerColour) > 0 {
		t.Error("a miss shows the truth and no answer")
	}
	broken := errors.New("no picture")
	if _, err := Sheet(marks, 2, func(Label) (image.Image, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("a picture that cannot be read: %v", err)
	}
}
