package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/vision"
)

// benchLiveCmd times the live check: a server of its own, cameras that replay a clip over WebRTC, and pages that listen.
type benchLiveCmd struct {
	Clip     string        `arg:"" optional:"" help:"Video file; without it, the first clip of testdata/clips in the working directory." type:"path"`
	Models   string        `help:"Models folder. Without it: models beside the program or in the working directory." placeholder:"DIR" type:"path"`
	Engine   vision.Engine `help:"What runs the networks: auto, onnxruntime or opencv." enum:"auto,onnxruntime,opencv" default:"auto"`
	Model    vision.Model  `help:"Pose model: lite, full or heavy." enum:"lite,full,heavy" default:"lite"`
	Sessions []int         `help:"Checks at a time, one row for each." default:"1,8"`
	Seconds  float64       `help:"How long each row is measured." default:"20"`
	FPS      int           `help:"Pictures per second that each camera sends." default:"30"`
	JSON     bool          `help:"Print the table as JSON."`
}

// Help is the long help text.
func (benchLiveCmd) Help() string {
	return "Each row starts a server and so many checks, each fed by a camera that replays the clip over WebRTC, " +
		"and counts from the moment at which all of them are analysed. Delay is from the capture of a picture to the " +
		"message that speaks of it, for all states and for cues alone. Processor time is told apart for the server and for the cameras, in cores. " +
		"At the end one more visitor asks for a check; with no room for a ninth, say, the answer has to be a polite no. " +
		"Needs ffmpeg. The budget never fails the command."
}

// liveRow is what so many checks at a time came to.
type liveRow struct {
	Sessions int `json:"sessions"`
	// FPS is the analysed frames per second of the slowest, the median and the fastest check.
	FPS [3]float64 `json:"analysed_fps"`
	// StateMS and CueMS are the delays from capture to message in ms; CueMS is null if there was no cue.
	StateMS delays  `json:"capture_to_state_ms"`
	CueMS   *delays `json:"capture_to_cue_ms"`
	// ServerCores and CameraCores are the processor time in seconds per second.
	ServerCores float64 `json:"server_cores"`
	CameraCores float64 `json:"camera_cores"`
	// PeakMB is the server's largest resident memory.
	PeakMB float64 `json:"server_peak_mb"`
	// Refused tells that one more visitor was turned away with the reason and a time to try again.
	Refused bool `json:"next_refused"`
}

type delays struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	N   int     `json:"n"`
}

// The budgets of design §8.
const (
	budgetDelayMS   = 200.0
	budgetLiveRate  = 10.0
	budgetFirstMB   = 250.0
	budgetFurtherMB = 30.0
)

// Run measures each number of checks.
func (c benchLiveCmd) Run(ctx context.Context, std streams) error {
	if c.Seconds < 1 || c.FPS < 1 || len(c.Sessions) == 0 || slices.Min(c.Sessions) < 1 {
		return fmt.Errorf("%w: --sessions %v, --seconds %g, --fps %d; each has to be 1 at least", errUsage, c.Sessions, c.Seconds, c.FPS)
	}
	clip, err := benchCmd{Clip: c.Clip}.clip()
	if err != nil {
		return err
	}
	units, err := publisher.Load(ctx, clip, publisher.Encoding{FPS: c.FPS, Kbps: 1500})
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	rows := make([]liveRow, 0, len(c.Sessions))
	for _, n := range c.Sessions {
		row, err := c.row(ctx, units, n)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return c.print(std.out, rows)
}

// row measures n checks at a time.
func (c benchLiveCmd) row(ctx context.Context, units []media.AccessUnit, n int) (row liveRow, err error) {
	server, err := c.start(ctx, n)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	checks := make([]*liveCheck, n)
	defer func() {
		for _, k := range checks {
			if k != nil {
				k.close()
			}
		}
	}()
	for i := range checks {
		if checks[i], err = openCheck(ctx, server.url, units); err != nil {
			return row, fmt.Errorf("check %d of %d: %w", i+1, n, err)
		}
	}
	served, own, began := server.cpu(), processCPU(), time.Now()
	listening, _ := errgroup.WithContext(ctx)
	until := began.Add(time.Duration(c.Seconds * float64(time.Second)))
	for _, k := range checks {
		listening.Go(func() error { return k.listen(until) })
	}
	err = listening.Wait()
	took := time.Since(began).Seconds()
	row = liveRowOf(checks, took)
	row.ServerCores, row.CameraCores = (server.cpu()-served).Seconds()/took, (processCPU()-own).Seconds()/took
	row.PeakMB = server.peakMB()
	row.Refused = refused(ctx, server.url)
	return row, errors.Join(err, ctx.Err())
}

// liveRowOf puts the checks' counts into a row.
func liveRowOf(checks []*liveCheck, seconds float64) liveRow {
	row := liveRow{Sessions: len(checks)}
	rates := make([]float64, 0, len(checks))
	var states, cues []float64
	for _, k := range checks {
		rates = append(rates, float64(len(k.states))/seconds)
		states, cues = append(states, k.states...), append(cues, k.cues...)
	}
	slices.Sort(rates)
	row.FPS = [3]float64{rates[0], rates[len(rates)/2], rates[len(rates)-1]}
	row.StateMS = quantiles(states)
	if len(cues) > 0 {
		q := quantiles(cues)
		row.CueMS = &q
	}
	return row
}

func quantiles(x []float64) delays {
	if len(x) == 0 {
		return delays{}
	}
	slices.Sort(x)
	return delays{P50: x[len(x)/2], P95: x[min(len(x)-1, len(x)*95/100)], N: len(x)}
}

// liveCheck is one check with its camera and its page.
type liveCheck struct {
	camera *publisher.Publisher
	page   *page.Page
	// states and cues are the delays from capture in ms.
	states, cues []float64
}

// checkRequest is what a visitor sends.
const checkRequest = `{"exercise":"thoracic-roll","language":"en","roller":null,"consent":true,"screening_passed":true}`

// post asks for a check. The answer's body is limited, for it is small.
func post(ctx context.Context, url string) (status int, header http.Header, body []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/sessions", strings.NewReader(checkRequest))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, resp.Header, body, errors.Join(err, resp.Body.Close())
}

// openCheck starts a check and waits until its first frame has been analysed.
func openCheck(ctx context.Context, url string, units []media.AccessUnit) (k *liveCheck, err error) {
	status, _, body, err := post(ctx, url)
	if err != nil {
		return nil, err
	}
	var made struct{ ID, Token, WHIP, Events string }
	if err := json.Unmarshal(body, &made); err != nil || status != http.StatusCreated {
		return nil, fmt.Errorf("the server answered %d: %s", status, bytes.TrimSpace(body))
	}
	k = &liveCheck{}
	defer func() {
		if err != nil {
			k.close()
			k = nil
		}
	}()
	if k.page, err = page.Dial(ctx, url+made.Events, made.Token, http.Header{"Origin": {url}}); err != nil {
		return k, err
	}
	if k.camera, err = publisher.Start(ctx, publisher.Options{URL: url + made.WHIP, Token: made.Token, Units: units, Loop: true}); err != nil {
		return k, err
	}
	if err := k.page.Say(`{"type":"start"}`); err != nil {
		return k, err
	}
	_, err = k.page.Until(30*time.Second, func(m *page.Message) bool { return m.Type == "state" && m.Phase == "checking" && m.Capture != nil })
	return k, err
}

// listen notes the delay of every message until then.
func (k *liveCheck) listen(until time.Time) error {
	last := -1.0
	for {
		left := time.Until(until)
		if left <= 0 {
			return nil
		}
		m, err := k.page.Next(left)
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			return nil
		}
		if err != nil {
			return err
		}
		if m.Capture == nil || m.T == nil {
			continue
		}
		late := float64(m.At.UnixNano())/1e6 - *m.Capture
		switch {
		case m.Type == "state" && *m.T > last: // the same frame may be told twice
			last = *m.T
			k.states = append(k.states, late)
		case m.Type == "cue":
			k.cues = append(k.cues, late)
		}
	}
}

func (k *liveCheck) close() {
	if k.camera != nil {
		_ = k.camera.Vanish()
	}
	if k.page != nil {
		_ = k.page.Close()
	}
}

// refused tells whether one more visitor is turned away as they should be.
func refused(ctx context.Context, url string) bool {
	status, header, body, err := post(ctx, url)
	return err == nil && status == http.StatusServiceUnavailable && header.Get("Retry-After") != "" && bytes.Contains(body, []byte("server_full"))
}

// liveServer is a server in a process of its own.
type liveServer struct {
	cmd    *exec.Cmd
	url    string
	errors *bytes.Buffer
}

var addressLine = regexp.MustCompile(`^Rollwell is ready: (http://\S+?)/?$`)

// start runs the server for so many checks and waits for its address.
func (c benchLiveCmd) start(ctx context.Context, sessions int) (*liveServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{
		"serve", "--listen", "127.0.0.1:0", "--rtc-port", "0", "--log-level", "error", "--engine", string(c.Engine), "--model", string(c.Model),
		"--max-sessions", strconv.Itoa(sessions), "--min-rate", strconv.FormatFloat(budgetLiveRate, 'g', -1, 64),
	}
	if c.Models != "" {
		args = append(args, "--models", c.Models)
	}
	s := &liveServer{cmd: exec.CommandContext(ctx, self, args...), errors: &bytes.Buffer{}}
	s.cmd.Stderr = s.errors
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := addressLine.FindStringSubmatch(lines.Text()); found != nil {
			s.url = found[1]
			return s, nil
		}
	}
	return nil, fmt.Errorf("%w: the server did not come up: %w: %s", errSetup, s.cmd.Wait(), bytes.TrimSpace(s.errors.Bytes()))
}

func (s *liveServer) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server's end: %w: %s", err, bytes.TrimSpace(s.errors.Bytes()))
	}
	return nil
}

// ticksPerSecond is the unit of the kernel's processor times, the same on every Linux of today.
const ticksPerSecond = 100

// cpu is the processor time that the server has taken so far, 0 if the kernel does not tell.
func (s *liveServer) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// The fields after the program's name, which may hold blanks and ends with the last parenthesis.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peakMB is the largest resident memory of the server so far in MB, 0 if the kernel does not tell.
func (s *liveServer) peakMB() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	found := peakLine.FindSubmatch(status)
	if found == nil {
		return 0
	}
	kB, _ := strconv.ParseFloat(string(found[1]), 64)
	return kB * 1024 / 1e6
}
