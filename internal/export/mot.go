package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

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

// MOT writes joint angles and readings as a motion file of OpenSim: README.md describes it.
func MOT(w io.Writer, s *Session, name string) error {
	g, err := newGrid(s)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%s\nversion=1\nnRows=%d\nnColumns=%d\ninDegrees=yes\n", plain(name), g.rows, 1+len(motColumns))
	fmt.Fprint(out, "endheader\ntime")
	for _, c := range motColumns {
		fmt.Fprintf(out, "\t%s", c.name)
	}
	fmt.Fprint(out, "\n")
	var line []byte
	err = g.each(func(_ int, r row) error {
		line = strconv.AppendFloat(line[:0], r.t, 'f', 6, 64)
		for _, c := range motColumns {
			line = append(line, '\t')
			if x := r.between(c.value); known(x) {
				line = cell(line, x, 4)
			} else {
				line = append(line, "nan"...) // as OpenSim itself writes what is missing
			}
		}
		_, err := out.Write(append(line, '\n'))
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the MOT file: %w", err)
	}
	return nil
}
