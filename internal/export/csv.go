package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/rollwell/rollwell/internal/archive"
)

// column is a column of the table. Exactly one of number and text is set.
type column struct {
	name     string
	decimals int
	number   func(*archive.Frame) float64
	text     func(*archive.Frame) string
}

// columns are the table's columns in their order: README.md describes them, and a test sees that it names them all.
func columns() []column {
	all := []column{
		{name: "t_s", decimals: 4, number: func(f *archive.Frame) float64 { return f.T }},
		{name: "phase", text: func(f *archive.Frame) string { return f.Phase }},
		{name: "state", text: func(f *archive.Frame) string { return f.State }},
		{name: "s", decimals: 4, number: func(f *archive.Frame) float64 { return f.S }},
		{name: "s_sigma", decimals: 4, number: func(f *archive.Frame) float64 { return f.SSigma }},
		{name: "level", text: func(f *archive.Frame) string { return f.Level }},
		{name: "zone", text: func(f *archive.Frame) string { return f.Zone }},
		{name: "speed_cm_s", decimals: 2, number: func(f *archive.Frame) float64 { return f.SpeedCMS }},
		{name: "hip_lift_cm", decimals: 2, number: func(f *archive.Frame) float64 { return f.HipLiftCM }},
		{name: "knee_deg", decimals: 1, number: func(f *archive.Frame) float64 { return f.KneeDeg }},
		{name: "neck_deg", decimals: 1, number: func(f *archive.Frame) float64 { return f.NeckDeg }},
		{name: "shk_deg", decimals: 1, number: func(f *archive.Frame) float64 { return f.SHKDeg }},
		{name: "yaw_deg", decimals: 1, number: func(f *archive.Frame) float64 { return f.YawDeg }},
		{name: "px_per_cm", decimals: 3, number: func(f *archive.Frame) float64 { return f.PxPerCM }},
		{name: "active", text: func(f *archive.Frame) string { return strings.Join(f.Active, " ") }},
		{name: "cue", text: func(f *archive.Frame) string { return f.Cue }},
		{name: "roller_score", decimals: 3, number: rollerNumber(func(f *archive.Frame) float64 { return f.RollerScore })},
		{name: "roller_near_x_px", decimals: 2, number: rollerNumber(func(f *archive.Frame) float64 { return f.Near[0] })},
		{name: "roller_near_y_px", decimals: 2, number: rollerNumber(func(f *archive.Frame) float64 { return f.Near[1] })},
		{name: "roller_far_x_px", decimals: 2, number: rollerNumber(func(f *archive.Frame) float64 { return f.Far[0] })},
		{name: "roller_far_y_px", decimals: 2, number: rollerNumber(func(f *archive.Frame) float64 { return f.Far[1] })},
		{name: "roller_radius_px", decimals: 2, number: rollerNumber(func(f *archive.Frame) float64 { return f.Radius })},
		{name: "pose_score", decimals: 3, number: poseNumber(func(f *archive.Frame) float64 { return f.PoseScore })},
	}
	for i, name := range landmarks {
		all = append(
			all,
			column{name: name + "_x_px", decimals: 2, number: poseNumber(func(f *archive.Frame) float64 { return f.Landmarks[i][0] })},
			column{name: name + "_y_px", decimals: 2, number: poseNumber(func(f *archive.Frame) float64 { return f.Landmarks[i][1] })},
			column{name: name + "_visibility", decimals: 3, number: poseNumber(func(f *archive.Frame) float64 { return f.Landmarks[i][2] })},
		)
	}
	for i, name := range landmarks {
		for axis, letter := range [3]string{"x", "y", "z"} {
			all = append(all, column{name: name + "_" + letter + "_m", decimals: 4, number: poseNumber(func(f *archive.Frame) float64 { return f.World[i][axis] })})
		}
	}
	return all
}

// poseNumber and rollerNumber know a number only where a body or a roller was seen.
func poseNumber(value func(*archive.Frame) float64) func(*archive.Frame) float64 {
	return func(f *archive.Frame) float64 {
		if !f.Pose {
			return math.NaN()
		}
		return value(f)
	}
}

func rollerNumber(value func(*archive.Frame) float64) func(*archive.Frame) float64 {
	return func(f *archive.Frame) float64 {
		if !known(f.RollerScore) {
			return math.NaN()
		}
		return value(f)
	}
}

// CSV writes a row for each frame under a row of names (RFC 4180). An empty cell is not known. Numbers have a point
// whatever the language.
//
// each hands over the frames, as archive.Archive.Each does: they need not fit into memory.
func CSV(w io.Writer, each func(take func(*archive.Frame) error) error) error {
	all := columns()
	out := csv.NewWriter(w)
	out.UseCRLF = true
	cells := make([]string, len(all))
	for i, c := range all {
		cells[i] = c.name
	}
	if err := out.Write(cells); err != nil {
		return fmt.Errorf("write the CSV file: %w", err)
	}
	var b []byte
	err := each(func(f *archive.Frame) error {
		for i, c := range all {
			if c.text != nil {
				cells[i] = harmless(c.text(f))
				continue
			}
			b = cell(b[:0], c.number(f), c.decimals)
			cells[i] = string(b)
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write the CSV file: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the CSV file: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from running a text as a formula: such a text gets an apostrophe in front. Names of
// levels and codes come from exercise files, which anybody may write.
func harmless(text string) string {
	text = plain(text)
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@|%", first) {
		return "'" + text
	}
	return text
}

// noMinusZero rounds x, and makes −0 a 0.
func noMinusZero(x float64, decimals int) float64 {
	k := math.Pow10(decimals)
	if r := math.Round(x*k) / k; known(r) {
		x = r
	}
	if x == 0 {
		return 0
	}
	return x
}
