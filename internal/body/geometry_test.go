package body

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// tiny is the error that rounding may leave on numbers of order one.
const tiny = 1e-9

func near(a, b float64) bool { return math.Abs(a-b) <= tiny*(1+math.Abs(a)+math.Abs(b)) }

func TestAngle(t *testing.T) {
	for _, tt := range []struct {
		name    string
		a, b, c Vec3
		want    float64
	}{
		{"straight", Vec3{-1, 0, 0}, Vec3{}, Vec3{2, 0, 0}, 180},
		{"right", Vec3{0, 3, 0}, Vec3{}, Vec3{0, 0, 5}, 90},
		{"folded", Vec3{1, 1, 1}, Vec3{}, Vec3{2, 2, 2}, 0},
		{"off the origin", Vec3{2, 1, 1}, Vec3{1, 1, 1}, Vec3{2, 2, 1}, 45},
		{"a point that coincides", Vec3{}, Vec3{}, Vec3{1, 0, 0}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Angle(tt.a, tt.b, tt.c); !near(got, tt.want) {
				t.Errorf("got %g°, want %g°", got, tt.want)
			}
		})
	}
}

func TestPoints(t *testing.T) {
	p, q := Point{3, -4}, Point{1, 2}
	for _, tt := range []struct {
		name      string
		got, want Point
	}{
		{"sum", p.Add(q), Point{4, -2}},
		{"difference", p.Sub(q), Point{2, -6}},
		{"multiple", p.Mul(-2), Point{-6, 8}},
		{"direction", p.Unit(), Point{0.6, -0.8}},
		{"no direction", Point{}.Unit(), Point{}},
		{"middle", Mid(p, q), Point{2, -1}},
		{"a quarter of the way", Lerp(p, q, 0.25), Point{2.5, -2.5}},
	} {
		if !near(tt.got.X, tt.want.X) || !near(tt.got.Y, tt.want.Y) {
			t.Errorf("%s: got %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	// y points down: a quarter turn clockwise on the screen leads from right to down.
	if (Point{1, 0}).Cross(Point{0, 1}) != 1 {
		t.Error("the vector product of right and down is not positive")
	}
}

func vec(t *rapid.T, name string) Vec3 {
	length := rapid.Float64Range(-10, 10)
	return Vec3{length.Draw(t, name+".x"), length.Draw(t, name+".y"), length.Draw(t, name+".z")}
}

func TestVectorProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := vec(t, "a"), vec(t, "b")
		c := a.Cross(b)
		size := 1 + a.Len()*b.Len()
		if math.Abs(c.Dot(a)) > tiny*size*(1+a.Len()) || math.Abs(c.Dot(b)) > tiny*size*(1+b.Len()) {
			t.Fatalf("%v × %v = %v is not square to both", a, b, c)
		}
		if d := a.Dot(b); math.Abs(c.Dot(c)+d*d-a.Dot(a)*b.Dot(b)) > tiny*size*size {
			t.Fatalf("|a × b|² + (a·b)² is not |a|²·|b|² for %v and %v", a, b)
		}
		if l := a.Unit().Len(); a.Len() > 1e-6 && !near(l, 1) {
			t.Fatalf("the direction of %v has length %g", a, l)
		}
		if g := Angle(a, b, Vec3{}); !(g >= 0 && g <= 180) {
			t.Fatalf("angle %g°", g)
		}
		if !near(Angle(a, Vec3{}, b), Angle(b, Vec3{}, a)) {
			t.Fatal("the angle depends on the order of its legs")
		}
	})
}
