package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/vision"
	"github.com/rollwell/rollwell/internal/words"
)

// engineFlags choose what runs the networks; several commands share them.
type engineFlags struct {
	Models string        `help:"Models folder. Without it: models beside the program or in the working directory." placeholder:"DIR" type:"path"`
	Engine vision.Engine `help:"What runs the networks: auto, onnxruntime or opencv." enum:"auto,onnxruntime,opencv" default:"auto"`
	Model  vision.Model  `help:"Size of the pose model: lite, full or heavy." enum:"lite,full,heavy" default:"full"`
}

// analyzeCmd is the main job: clips in, corrections out.
type analyzeCmd struct {
	engineFlags     `embed:""`
	exercisesFolder `embed:""`
	Clips           []string    `arg:"" name:"clip" help:"Video files: mp4, mov, webm or mkv." type:"path"`
	Out             string      `help:"Folder for the results; each clip gets a folder of its own in it." default:"out" placeholder:"DIR" type:"path"`
	Exercise        string      `help:"Exercise to judge by: an id of the catalogue, or an exercise file." default:"thoracic-roll" placeholder:"ID|FILE"`
	Side            string      `help:"Side to be worked, left or right, of an exercise that has sides." placeholder:"SIDE"`
	Dose            string      `help:"Dose to be reached: warm_up, recovery or mobility. Without it: the exercise's first one." placeholder:"ID"`
	Language        string      `help:"Language of the cues and of the overlay: a tag such as en or pt-BR; the nearest that there is." default:"en" placeholder:"TAG"`
	Overlay         bool        `help:"Also write overlay.mp4, the clip with everything drawn in."`
	Roller          []placement `help:"Where the near end of the roller is, in pixels of the clip, at a time in seconds; wins over anything the program finds. May be given again for later times." placeholder:"X,Y,RADIUS@TIME" sep:"none"`
	RollerDiameter  float64     `help:"Diameter of the roller in centimetres, if known." placeholder:"CM"`
	RollerLength    float64     `help:"Length of the roller in centimetres, if known." placeholder:"CM"`
	HeightCM        float64     `help:"Height of the person in centimetres, if known: a better ruler than the pose." placeholder:"CM"`
	Observations    bool        `help:"Also write observations.jsonl.zst, by which the clip can be judged again without its video (rollwell rescore)." default:"true" negatable:""`
	Jobs            int         `help:"Clips to analyse at a time; 0: one per core." default:"0"`
	JSON            bool        `help:"Print each clip's session.json on standard output, one to a line, instead of the summary."`
}

// Run analyses every clip. A clip that cannot be read does not keep the others from being analysed.
func (c analyzeCmd) Run(ctx context.Context, std streams) (fault error) {
	if err := c.check(); err != nil {
		return err
	}
	ex, err := c.openExercise(c.Exercise, std.err)
	if err != nil {
		return err
	}
	if _, err := plan.Single(ex, exercise.Side(c.Side), c.Dose); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	c.Language = words.Choose(ex.Languages, c.Language)
	written, err := export.NewWriting(export.WordsOnScreen(ex, c.Language), c.Language, export.SystemFonts())
	if err != nil {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	defer func() { fault = errors.Join(fault, written.Close()) }()
	if c.Overlay && written.Note != "" {
		fmt.Fprintf(std.err, "rollwell: the overlay video: %s\n", written.Note)
	}
	rt, versions, err := c.open(ctx)
	if err != nil {
		return err
	}
	if note := rt.Info().Note; note != "" {
		fmt.Fprintf(std.err, "rollwell: OpenCV runs the networks, four times slower: %s\n", note)
	}
	job := &analysis{cmd: c, exercise: ex, writing: written, runtime: rt, models: versions}
	progress := newProgress(std.err, len(c.Clips))
	outcomes := job.all(ctx, progress)
	progress.wait()
	err = report(std, c.JSON, outcomes)
	return errors.Join(err, rt.Close())
}

// all analyses the clips, several at a time, and returns what became of each, in their order.
func (a *analysis) all(ctx context.Context, p *progress) []clipOutcome {
	jobs := a.cmd.Jobs
	if jobs == 0 {
		jobs = runtime.NumCPU()
	}
	out := make([]clipOutcome, len(a.cmd.Clips))
	var group errgroup.Group
	group.SetLimit(jobs)
	for i, clip := range a.cmd.Clips {
		group.Go(func() error {
			bar := p.clip(folderName(clip))
			out[i] = a.clip(ctx, clip, bar)
			bar.done(out[i])
			return nil
		})
	}
	_ = group.Wait() // the goroutines return no errors: outcomes hold them
	return out
}

// check refuses what makes no sense before anything is opened.
func (c analyzeCmd) check() error {
	switch {
	case c.Jobs < 0:
		return fmt.Errorf("%w: --jobs is %d; give the number of clips to analyse at a time, or 0", errUsage, c.Jobs)
	case len(c.Roller) > 0 && len(c.Clips) > 1:
		return fmt.Errorf("%w: --roller speaks of one clip; analyse the %d clips one by one", errUsage, len(c.Clips))
	case !isSize(c.RollerDiameter, 5, 25):
		return fmt.Errorf("%w: --roller-diameter is %g cm; rollers have 5 to 25 cm", errUsage, c.RollerDiameter)
	case !isSize(c.RollerLength, 10, 120):
		return fmt.Errorf("%w: --roller-length is %g cm; rollers have 10 to 120 cm", errUsage, c.RollerLength)
	case !isSize(c.HeightCM, 100, 250):
		return fmt.Errorf("%w: --height-cm is %g cm; people have 100 to 250 cm", errUsage, c.HeightCM)
	}
	taken := map[string]string{}
	for _, clip := range c.Clips {
		name := folderName(clip)
		if other, ok := taken[name]; ok {
			return fmt.Errorf("%w: %s and %s would both be written to %s; rename one or analyse them into different folders",
				errUsage, other, clip, filepath.Join(c.Out, name))
		}
		taken[name] = clip
	}
	return nil
}

// isSize tells whether x is a size between the two, or not given.
func isSize(x, least, most float64) bool { return x == 0 || x >= least && x <= most }

// options is what was told beforehand.
func (c analyzeCmd) options() results.Options {
	return results.Options{Language: c.Language, Height: c.HeightCM, RollerDiameter: c.RollerDiameter, RollerLength: c.RollerLength}
}

// coachOptions is what the coach is told.
func (c analyzeCmd) coachOptions() coach.Options {
	return coach.Options{Language: c.Language, Dose: c.Dose, Side: exercise.Side(c.Side)}
}

// folderName is the file's name without its folders and its extension.
func folderName(clip string) string {
	base := filepath.Base(clip)
	switch name := strings.TrimSuffix(base, filepath.Ext(base)); name {
	case "", ".", "..": // names that would be no folder, or the one above
		return base
	default:
		return name
	}
}

// clipOutcome is what became of one clip.
type clipOutcome struct {
	clip string
	// folder is where the results lie; empty if there are none.
	folder  string
	session *results.Session
	// overlay tells that the overlay video was written too.
	overlay bool
	// warning tells of damage that left something to analyse; err of what kept the clip from being analysed to
	// its end.
	warning, err error
}

// analysis is what all clips of a command share.
type analysis struct {
	cmd      analyzeCmd
	exercise *exercise.Exercise
	writing  *export.Writing
	runtime  *vision.Runtime
	models   map[string]string
}
