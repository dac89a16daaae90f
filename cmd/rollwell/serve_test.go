package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/push/page"
)

// output is what a command writes while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// served is a `rollwell serve` that runs.
type served struct {
	url       string
	out, errs *output
	stop      func() int // ends it and returns the exit code
}

var readyLine = regexp.MustCompile(`(?m)^Rollwell is ready: (\S+)$`)

// serve runs `rollwell serve` on free ports until the test ends.
func serve(t *testing.T, flags ...string) *served {
	t.Helper()
	s := &served{out: &output{}, errs: &output{}}
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	args := append([]string{"serve", "--models", testModels, "--listen", "127.0.0.1:0", "--rtc-port", "0", "--model", "lite"}, flags...)
	if !slices.Contains(flags, "--data") {
		args = append(args, "--data", t.TempDir())
	}
	go func() { code <- run(ctx, args, streams{out: s.out, err: s.errs}) }()
	s.stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() {
		s.stop()
		http.DefaultClient.CloseIdleConnections()
		if t.Failed() {
			t.Log(s.errs.String())
		}
	})
	waitFor(t, "the address", func() bool {
		if len(code) > 0 {
			t.Fatalf("it has ended: %s", s.errs.String())
		}
		found := readyLine.FindStringSubmatch(s.out.String())
		if found != nil {
			s.url = found[1]
		}
		return found != nil
	})
	return s
}

// request sends one and returns status and body.
func request(t *testing.T, method, url, token, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, text
}

// The whole way: a camera that shows somebody who rolls down onto the low back, and the page that hears of it.
func TestServeCorrectsSomebody(t *testing.T) {
	clip, err := publisher.Load(t.Context(), testClips+"lumbar.mp4", publisher.Encoding{Kbps: 1500, FPS: clipRate})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t)
	status, text := request(t, http.MethodPost, s.url+"api/sessions", "", `{"exercise":"thoracic-roll","language":"en","roller":null,"consent":true,"screening_passed":true}`)
	var check struct{ ID, Token, WHIP, Events string }
	if err := json.Unmarshal(text, &check); status != http.StatusCreated || err != nil {
		t.Fatalf("%d %s", status, text)
	}
	base := strings.TrimSuffix(s.url, "/")
	p, err := page.Dial(t.Context(), base+check.Events, check.Token, http.Header{"Origin": {base}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	say := func(text string) {
		t.Helper()
		if err := p.Say(text); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(what string, wished func(m *page.Message) bool) page.Message {
		t.Helper()
		m, err := p.Until(60*time.Second, wished)
		if err != nil {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		return m
	}
	say(`{"type":"start"}`)
	near := truth(t, "lumbar")[0].Roller.Near
	say(fmt.Sprintf(`{"type":"place_roller","x":%g,"y":%g,"radius":%g,"t_s":0}`, near.Px[0], near.Px[1], near.Radius))
	camera, err := publisher.Start(t.Context(), publisher.Options{URL: base + check.WHIP, Token: check.Token, Units: clip})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = camera.Vanish() }()
	cue := hear("the cue", func(m *page.Message) bool {
		return m.Type == "cue" && strings.HasPrefix(string(m.JSON), `{"type":"cue"`) && m.Code != "roller_not_seen"
	})
	if cue.Code != "roller_too_low" || cue.Capture == nil {
		t.Errorf("the first cue is %s", cue.JSON)
	} else if late := float64(cue.At.UnixMicro())/1000 - *cue.Capture; late < 0 || late > 1000 {
		t.Errorf("the cue came %.0f ms after the capture of its frame", late)
	}
	say(`{"type":"stop"}`)
	summary := hear("the summary", func(m *page.Message) bool { return m.Type == "summary" }).Summary
	if !bytes.Contains(summary, []byte(`"code":"roller_too_low"`)) {
		t.Errorf("the summary does not tell of the cue: %s", summary)
	}
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

// Without WebRTC single pictures do, and the page is told so.
func TestServeTakesSinglePictures(t *testing.T) {
	jpeg, err := os.ReadFile(ffmpeg(t, "one.jpg", "-i", testClips+"correct.mp4", "-frames:v", "1", "-q:v", "6"))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t)
	_, text := request(t, http.MethodPost, s.url+"api/sessions", "", `{"exercise":"thoracic-roll","language":"en","roller":null,"consent":true,"screening_passed":true}`)
	var check struct{ Token, Events string }
	if err := json.Unmarshal(text, &check); err != nil {
		t.Fatal(err)
	}
	p, err := page.Dial(t.Context(), strings.TrimSuffix(s.url, "/")+check.Events, check.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	sending, stop := context.WithCancel(t.Context())
	var sender sync.WaitGroup
	sender.Go(func() {
		tick := time.NewTicker(120 * time.Millisecond)
		defer tick.Stop()
		for p.Picture(time.Now(), jpeg) == nil {
			select {
			case <-tick.C:
			case <-sending.Done():
				return
			}
		}
	})
	m, err := p.Until(30*time.Second, func(m *page.Message) bool {
		return m.Type == "state" && m.Transport == "jpeg" && bytes.Contains(m.JSON, []byte(`"pose":{`))
	})
	stop()
	sender.Wait()
	if err != nil || m.Capture == nil || !bytes.Contains(m.JSON, []byte(`"size":[640,360]`)) {
		t.Errorf("%v: %s", err, m.JSON)
	}
}

// On SIGTERM a check that runs gets its summary, and the program ends well.
func TestServeEndsInGoodOrder(t *testing.T) {
	s := serve(t, "--grace", "200ms", "--log-format", "json")
	_, text := request(t, http.MethodPost, s.url+"api/sessions", "", `{"exercise":"thoracic-roll","language":"en","roller":null,"consent":true,"screening_passed":true}`)
	var check struct{ Token, Events string }
	if err := json.Unmarshal(text, &check); err != nil {
		t.Fatal(err)
	}
	p, err := page.Dial(t.Context(), strings.TrimSuffix(s.url, "/")+check.Events, check.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ended := make(chan int, 1)
	go func() { ended <- s.stop() }()
	if _, err := p.Until(10*time.Second, func(m *page.Message) bool { return m.Type == "summary" }); err != nil {
		t.Errorf("no summary: %v", err)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(s.errs.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

// Beyond loopback there is a token, and an address that holds it.
func TestServeBeyondLoopback(t *testing.T) {
	s := serve(t, "--listen", "0.0.0.0:0", "--tls", "self-signed", "--data", t.TempDir())
	address, token, found := strings.Cut(s.url, "#token=")
	if !found || len(token) < 20 || !strings.HasPrefix(address, "https://") {
		t.Errorf("the address is %s", s.url)
	}
	if !strings.Contains(s.out.String(), "SHA-256 fingerprint:\n  ") {
		t.Errorf("no fingerprint: %s", s.out.String())
	}
	_, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := rollwell(t.Context(), "healthcheck", "--listen", "0.0.0.0:"+port, "--tls", "self-signed"); code != exitOK {
		t.Errorf("healthcheck: exit code %d: %s", code, errs)
	}
	if strings.Contains(s.errs.String(), token) {
		t.Error("the log tells the token")
	}
}
