package body

import "math"

// Add returns a + b.
func (a Vec3) Add(b Vec3) Vec3 { return Vec3{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }

// Sub returns a − b.
func (a Vec3) Sub(b Vec3) Vec3 { return Vec3{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }

// Mul returns k·a.
func (a Vec3) Mul(k float64) Vec3 { return Vec3{k * a.X, k * a.Y, k * a.Z} }

// Mid returns the point half-way between a and b.
func (a Vec3) Mid(b Vec3) Vec3 { return a.Add(b).Mul(0.5) }

// Dot returns the scalar product.
func (a Vec3) Dot(b Vec3) float64 { return a.X*b.X + a.Y*b.Y + a.Z*b.Z }

// Cross returns the vector product a × b.
func (a Vec3) Cross(b Vec3) Vec3 {
	return Vec3{a.Y*b.Z - a.Z*b.Y, a.Z*b.X - a.X*b.Z, a.X*b.Y - a.Y*b.X}
}

// Len returns the length.
func (a Vec3) Len() float64 { return math.Sqrt(a.Dot(a)) }

// Unit returns the direction of a, or the zero Vec3 where a has no length.
func (a Vec3) Unit() Vec3 {
	l := a.Len()
	if l == 0 {
		return Vec3{}
	}
	return a.Mul(1 / l)
}

// XY returns the direction's shadow on the picture.
func (a Vec3) XY() Point { return Point{a.X, a.Y} }

// Angle returns the angle a–b–c in degrees, 0…180: 180 where the three lie on a line.
func Angle(a, b, c Vec3) float64 {
	u, v := a.Sub(b), c.Sub(b)
	return math.Atan2(u.Cross(v).Len(), u.Dot(v)) * 180 / math.Pi
}
