package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/body"
)

// motColumns are the columns behind time. The angles have the names and signs of the coordinates of OpenSim's Rajagopal
// model, bending being positive, so that a motion can be shown on it.
var motColumns = [...]struct {
	name  string
	value func(*archive.Frame) float64
}{
	{"hip_flexion_r", bend(body.RightShoulder, body.RightHip, body.RightKnee)},
	{"knee_angle_r", bend(body.RightHip, body.RightKnee, body.RightAnkle)},
	{"hip_flexion_l", bend(body.LeftShoulder, body.LeftHip, body.LeftKnee)},
	{"knee_angle_l", bend(body.LeftHip, body.LeftKnee, body.LeftAnkle)},
	{"elbow_flex_r", bend(body.RightShoulder, body.RightElbow, body.RightWrist)},
	{"elbow_flex_l", bend(body.LeftShoulder, body.LeftElbow, body.LeftWrist)},
	{"roller_s", func(f *archive.Frame) float64 { return f.S }},
	{"roller_speed_cm_s", func(f *archive.Frame) float64 { return f.SpeedCMS }},
	{"hip_lift_cm", func(f *archive.Frame) float64 { return f.HipLiftCM }},
	{"knee_interior_deg", func(f *archive.Frame) float64 { return f.KneeDeg }},
	{"shoulder_hip_knee_deg", func(f *archive.Frame) float64 { return f.SHKDeg }},
	{"neck_deg", func(f *archive.Frame) float64 { return f.NeckDeg }},
	{"camera_yaw_deg", func(f *archive.Frame) float64 { return f.YawDeg }},
}

func bend(a, b, c int) func(*archive.Frame) float64 {
	return func(f *archive.Frame) float64 { return flexion(f, a, b, c) }
}

// filled is the last column: how many of a row's values were not measured but filled in.
const filled = "filled"

// MOT writes joint angles and readings as a motion file of OpenSim: README.md describes it. OpenSim's Storage stops
// reading at the first value that is no number, so gaps are filled, and a column in which nothing is known is left out.
func MOT(w io.Writer, s *Session, name string) error {
	g, err := newGrid(s)
	if err != nil {
		return err
	}
	times, columns := make([]float64, 0, g.rows), make([][]float64, len(motColumns))
	err = g.each(func(_ int, r row) error {
		times = append(times, r.t)
		for i, c := range motColumns {
			columns[i] = append(columns[i], r.between(c.value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	names, gaps := []string{"time"}, make([]int, g.rows)
	var whole [][]float64
	for i, c := range motColumns {
		if fill(columns[i], gaps) {
			names, whole = append(names, c.name), append(whole, columns[i])
		}
	}
	if len(whole) == 0 {
		return ErrNothingKnown
	}
	names = append(names, filled)
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%s\nversion=1\nnRows=%d\nnColumns=%d\ninDegrees=yes\n", plain(name), g.rows, len(names))
	fmt.Fprintf(out, "endheader\n%s\n", strings.Join(names, "\t"))
	var line []byte
	for k, t := range times {
		line = strconv.AppendFloat(line[:0], t, 'f', 6, 64)
		for _, c := range whole {
			line = cell(append(line, '\t'), c[k], 4)
		}
		line = strconv.AppendInt(append(line, '\t'), int64(gaps[k]), 10)
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("write the MOT file: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the MOT file: %w", err)
	}
	return nil
}

// fill draws a straight line over the gaps of a column, level where it has no end, and counts them by row. It is false
// where nothing is known at all.
func fill(c []float64, gaps []int) bool {
	last := -1 // the place of the last known value
	for k, x := range c {
		if !known(x) {
			continue
		}
		for i := last + 1; i < k; i++ {
			c[i] = x
			if last >= 0 {
				c[i] = c[last] + (x-c[last])*float64(i-last)/float64(k-last)
			}
			gaps[i]++
		}
		last = k
	}
	for i := last + 1; last >= 0 && i < len(c); i++ {
		c[i] = c[last]
		gaps[i]++
	}
	return last >= 0
}
