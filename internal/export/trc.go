package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"github.com/rollwell/rollwell/internal/archive"
)

// TRC writes the session's landmarks as a marker file of OpenSim: README.md describes it. name is what the file will be
// called; it stands in the first line.
func TRC(w io.Writer, s *Session, name string) error {
	g, err := newGrid(s)
	if err != nil {
		return err
	}
	if !hasMetres(g.frames) {
		return ErrNoMetres
	}
	out := bufio.NewWriterSize(w, 1<<16)
	trcHeader(out, g, plain(name))
	line := make([]byte, 0, 2048)
	err = g.each(func(k int, r row) error {
		line = strconv.AppendInt(line[:0], int64(k)+1, 10)
		line = strconv.AppendFloat(append(line, '\t'), r.t, 'f', 6, 64)
		for i := range landmarks {
			for axis := range 3 {
				x := r.between(func(f *archive.Frame) float64 { return marker(f, i)[axis] })
				line = cell(append(line, '\t'), x, 2)
			}
		}
		_, err := out.Write(append(line, '\n'))
		return err
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the TRC file: %w", err)
	}
	return nil
}

func trcHeader(out *bufio.Writer, g *grid, name string) {
	rate := strconv.FormatFloat(g.rate, 'f', -1, 64)
	fmt.Fprintf(out, "PathFileType\t4\t(X/Y/Z)\t%s\n", name)
	fmt.Fprint(out, "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n")
	fmt.Fprintf(out, "%s\t%s\t%d\t%d\tmm\t%s\t1\t%d\n", rate, rate, g.rows, len(landmarks), rate, len(g.frames))
	fmt.Fprint(out, "Frame#\tTime")
	for _, name := range landmarks {
		fmt.Fprintf(out, "\t%s\t\t", name)
	}
	fmt.Fprint(out, "\n\t")
	for i := range landmarks {
		fmt.Fprintf(out, "\tX%d\tY%d\tZ%d", i+1, i+1, i+1)
	}
	fmt.Fprint(out, "\n\n")
}

// cell appends x with at most so many decimals, and nothing for what is not known.
func cell(b []byte, x float64, decimals int) []byte {
	if !known(x) {
		return b
	}
	return strconv.AppendFloat(b, noMinusZero(x, decimals), 'f', -1, 64)
}
