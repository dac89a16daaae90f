package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rollwell/rollwell/internal/doctor"
	"github.com/rollwell/rollwell/internal/models"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// Remedies that more than one check gives.
const (
	remedySystem = "on Debian 12: `make deps`, or the packages that .ci/deps.sh lists; then build again"
	remedyModels = "`rollwell models install` (needs npm and the network once)"
)

// leastSpace is what a session's files may need, with room to spare: an overlay of an hour takes about 1 GB.
const leastSpace = 1 << 30

type doctorCmd struct {
	JSON  bool   `help:"Print the report as JSON."`
	Quiet bool   `help:"Print nothing unless something needed is missing."`
	Out   string `help:"Folder that results will go to." default:"out" placeholder:"DIR"`

	modelsFolder `embed:""`
}

// Run looks at the machine and reports. It returns errSetup if something needed is missing.
func (c doctorCmd) Run(ctx context.Context, std streams) error {
	return diagnose(ctx, std, c, machineChecks(c.Models, c.Out))
}

// diagnose runs the checks and prints what they found.
func diagnose(ctx context.Context, std streams, c doctorCmd, checks []doctor.Check) error {
	report, err := doctor.Examine(ctx, checks)
	if err != nil {
		return err
	}
	if !c.Quiet || !report.OK {
		write := report.WriteTable
		if c.JSON {
			write = report.WriteJSON
		}
		if err := write(std.out); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	}
	if !report.OK {
		return fmt.Errorf("%w: %d needed things are missing", errSetup, report.Missing())
	}
	return nil
}

// machineChecks lists what Rollwell needs of a machine, and what it would like. modelsDir is the models folder,
// empty for the usual places, and out the folder for results.
func machineChecks(modelsDir, out string) []doctor.Check {
	return []doctor.Check{
		{
			Name: "processor", Probe: doctor.Processor,
			Remedy: "analysis works but is slow: use a machine whose processor has them",
		},
		{Name: "OpenCV", Needed: true, Remedy: remedySystem, Probe: openCV},
		{Name: "FFmpeg", Needed: true, Remedy: remedySystem, Probe: ffmpegLibraries},
		{
			Name: "decoders", Needed: true, Probe: decoders,
			Remedy: "install Debian's libavcodec59, which has them all",
		},
		{
			Name: "overlay video", Probe: overlayEncoder,
			Remedy: "install Debian's libavcodec59, which has it; without it --overlay does not work",
		},
		{
			Name: "models", Needed: true, Remedy: remedyModels,
			Probe: func(ctx context.Context) (string, error) { return poseModels(ctx, modelsDir) },
		},
		{
			Name: "ONNX Runtime",
			Remedy: "`rollwell models install --with-runtime` (needs npm and the network once); " +
				"without it OpenCV runs the models, four times as slowly",
			Probe: func(context.Context) (string, error) { return onnxRuntime(modelsDir) },
		},
		{
			Name: "node", Remedy: "install Node 20 or newer; only `rollwell models install` needs it",
			Probe: doctor.Command("20", "node", "--version"),
		},
		{
			Name: "npm", Remedy: "comes with Node; only `rollwell models install` needs it",
			Probe: doctor.Command("9", "npm", "--version"),
		},
		{
			Name: "results", Needed: true, Probe: doctor.Writable(out),
			Remedy: "give a folder that you may write in with --out",
		},
		{
			Name: "disk", Needed: true, Probe: doctor.Space(out, leastSpace),
			Remedy: "free some space, or give a folder on another disk with --out",
		},
	}
}

// openCV checks the release of OpenCV. GoCV v0.31.0 is made for 4.6.
func openCV(context.Context) (string, error) {
	version := vision.OpenCVVersion()
	return version, doctor.AtLeast(version, "4.6")
}

// ffmpegLibraries checks that the libraries loaded are those the program was built for: FFmpeg changes its
// binary interface with the major version.
func ffmpegLibraries(context.Context) (string, error) {
	libraries := video.Libraries()
	found := make([]string, len(libraries))
	var wrong error
	for i, l := range libraries {
		found[i] = l.Name + " " + l.Version
		if major(l.Version) != major(l.Built) {
			wrong = fmt.Errorf("this program was built for %s %s", l.Name, l.Built)
		}
	}
	return strings.Join(found, ", "), wrong
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

// decoders checks that the codecs of the files that Rollwell takes can be read.
func decoders(context.Context) (string, error) {
	codecs := []string{"h264", "hevc", "vp8", "vp9", "av1"}
	var missing []string
	for _, c := range codecs {
		if !video.HasDecoder(c) {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return "", fmt.Errorf("libavcodec cannot read %s", strings.Join(missing, ", "))
	}
	return strings.Join(codecs, ", "), nil
}

// poseModels checks that the models are there and byte for byte what they should be.
func poseModels(ctx context.Context, flag string) (string, error) {
	dir, err := models.Dir(flag)
	if err != nil {
		return "", err
	}
	list, err := models.Verify(ctx, dir)
	if err != nil {
		return "", err
	}
	installed, bytes := 0, int64(0)
	for _, m := range list {
		if m.State == models.Installed {
			installed++
			bytes += m.Bytes
		}
	}
	return fmt.Sprintf("%d files, %.0f MB, in %s", installed, float64(bytes)/1e6, dir), nil
}

// onnxRuntime loads the inference library once, because a file of the right name may still not load.
func onnxRuntime(flag string) (string, error) {
	dir, err := models.Dir(flag)
	if err != nil {
		return "", err
	}
	library, err := models.RuntimeLibrary(dir)
	if err != nil {
		return "", err
	}
	return vision.ONNXRuntimeVersion(library)
}

// overlayEncoder checks that overlay videos can be written.
func overlayEncoder(context.Context) (string, error) {
	if !video.HasEncoder("h264") {
		return "", fmt.Errorf("libavcodec cannot write h264")
	}
	return "h264", nil
}
