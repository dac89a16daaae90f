package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/video"
)

// process is a `rollwell serve` of its own.
type process struct {
	url  string
	kill func()
}

// startProcess starts one on free ports.
func startProcess(t *testing.T, data string) process {
	t.Helper()
	out, errs := &output{}, &output{}
	cmd := program(t, "serve", "--models", testModels, "--listen", "127.0.0.1:0", "--rtc-port", "0", "--model", "lite", "--data", data)
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{kill: func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	}}
	t.Cleanup(p.kill)
	waitFor(t, "the address", func() bool {
		found := readyLine.FindStringSubmatch(out.String())
		if found != nil {
			p.url = strings.TrimSuffix(found[1], "/")
		}
		return found != nil
	})
	return p
}

// recordUntilKilled records a check until a session time has come, kills the program, and returns the session's id and the
// time of the newest frame that the page had heard of. With closing the check ends first: the program is killed while it
// closes the recording.
func recordUntilKilled(t *testing.T, p process, clip []media.AccessUnit, until float64, closing bool) (id string, last float64) {
	t.Helper()
	status, text := request(t, http.MethodPost, p.url+"/api/sessions", "",
		`{"exercise":"thoracic-roll","language":"en","roller":null,"consent":true,"screening_passed":true,"keep":{"what":"video","days":null}}`)
	var check struct {
		ID, Token, WHIP, Events string
		Recording               bool
	}
	if err := json.Unmarshal(text, &check); status != http.StatusCreated || err != nil || !check.Recording {
		t.Fatalf("%d %s", status, text)
	}
	watcher, err := page.Dial(t.Context(), p.url+check.Events, check.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	if err := watcher.Say(`{"type":"start"}`); err != nil {
		t.Fatal(err)
	}
	camera, err := publisher.Start(t.Context(), publisher.Options{URL: p.url + check.WHIP, Token: check.Token, Units: clip, Loop: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = camera.Vanish() }()
	m, err := watcher.Until(time.Minute, func(m *page.Message) bool { return m.Type == "state" && m.T != nil && *m.T >= until })
	if err != nil {
		t.Fatal(err)
	}
	last = *m.T
	if closing {
		if err := watcher.Say(`{"type":"stop"}`); err != nil {
			t.Fatal(err)
		}
		if _, err := watcher.Until(time.Minute, func(m *page.Message) bool { return m.Type == "summary" }); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
	}
	p.kill()
	return check.ID, last
}

// A recording of which the program is killed at any moment loses at most two seconds, and no earlier one loses anything.
// ROLLWELL_KILLS says how often; the times are random, and told by a failure.
func TestKilledWhileItRecords(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("ROLLWELL_KILLS")); err == nil {
		kills = n
	}
	data := t.TempDir()
	clips := make([][]media.AccessUnit, 0, 2)
	for _, codec := range []media.Codec{media.H264, media.VP8} {
		clip, err := publisher.Load(t.Context(), testClips+"correct.mp4", publisher.Encoding{Codec: codec, FPS: clipRate})
		if err != nil {
			t.Fatal(err)
		}
		clips = append(clips, clip)
	}
	ends := map[string]float64{}
	worst := [2]float64{}
	p := startProcess(t, data)
	for i := range kills {
		until := 1.2 + 5*rand.Float64()
		id, last := recordUntilKilled(t, p, clips[i%2], until, i%3 == 2)
		p = startProcess(t, data)
		frames, shown := whatIsKept(t, data, id)
		if last-frames > 2 || last-shown > 2 {
			t.Errorf("killed at %.2f s: frames up to %.2f s, video up to %.2f s", last, frames, shown)
		}
		worst[0], worst[1] = max(worst[0], last-frames), max(worst[1], last-shown)
		ends[id] = frames
	}
	t.Logf("%d kills lost at most %.2f s of the frames and %.2f s of the video", kills, worst[0], worst[1])
	status, text := request(t, http.MethodGet, p.url+"/api/library/sessions?limit=100", "", "")
	var list struct {
		Sessions []struct {
			ID, State string
			DurationS float64 `json:"duration_s"`
			Video     *struct{ File string }
		}
	}
	if err := json.Unmarshal(text, &list); err != nil || status != http.StatusOK || len(list.Sessions) != kills {
		t.Fatalf("%d %s", status, text)
	}
	for _, s := range list.Sessions {
		if s.State != "ready" || s.Video == nil || s.DurationS <= 0 {
			t.Errorf("%+v", s)
		}
		if frames, _ := whatIsKept(t, data, s.ID); frames != ends[s.ID] {
			t.Errorf("session %s ended at %g s and ends at %g s now", s.ID, ends[s.ID], frames)
		}
	}
}

// whatIsKept tells up to when the frames and the video of a session go. No unfinished file may be left.
func whatIsKept(t *testing.T, data, id string) (frames, shown float64) {
	t.Helper()
	dir := filepath.Join(data, "sessions", id)
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), ".part") || strings.HasPrefix(e.Name(), "recording-") {
			t.Errorf("%s is left", e.Name())
		}
	}
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.Frames()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d frames: %v", len(all), err)
	}
	times := []float64{}
	for _, name := range []string{"video.mp4", "video.webm"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		r, err := video.Open(t.Context(), path, video.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			f, err := r.Next(t.Context())
			if err != nil {
				break
			}
			times = append(times, (r.Info().Start + f.PTS).Seconds())
			f.Release()
		}
		if w := r.Warning(); w != nil {
			t.Error(w)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(times) == 0 {
		t.Fatal(fmt.Errorf("no video of %s: %v", id, list))
	}
	return all[len(all)-1].T, times[len(times)-1]
}
