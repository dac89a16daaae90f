package main

import (
	"context"
	"database/sql" //nolint:depguard // for what no program may do: to forget
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/store"
)

// How often, and from which seed, TestKilledAtAnyMoment kills its server:
//
//	go test ./cmd/rollwell -run TestKilledAtAnyMoment -timeout 30m -args -kills=50
var (
	kills    = flag.Int("kills", 6, "how often the server is killed")
	killSeed = flag.Uint64("kill-seed", 1, "of the moments and of what goes on")
)

// siege is a test of a server that is killed again and again while it records, takes clips in, analyses and deletes.
type siege struct {
	t     *testing.T
	data  string
	rand  *rand.Rand
	clip  []byte
	units []media.AccessUnit
	model *expected
}

// besieged is one server's life.
type besieged struct {
	*siege
	cmd       *exec.Cmd
	ended     chan error
	url       string
	out, errs *output
	// life ends when the server is about to be killed: what fails from then on says nothing.
	life  context.Context //nolint:containedctx // it is that of what goes on in the meantime
	end   context.CancelFunc
	tasks sync.WaitGroup
}

// However a server is killed, nothing earlier is lost, nothing is left lying about, and it goes on.
func TestKilledAtAnyMoment(t *testing.T) {
	text, err := os.ReadFile(piece(t, "lumbar", "piece.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	units, err := publisher.Load(t.Context(), testClips+"lumbar.mp4", publisher.Encoding{Kbps: 800, FPS: clipRate})
	if err != nil {
		t.Fatal(err)
	}
	k := &siege{t: t, data: t.TempDir(), rand: rand.New(rand.NewPCG(*killSeed, 7)), clip: text, units: units, model: newExpected()}
	for round := range *kills {
		wait := time.Duration(k.rand.Float64() * float64(longestRound))
		t.Logf("round %d: %v", round, wait.Round(time.Millisecond))
		p := k.start()
		k.verify(p, round)
		k.pardon()
		p.busy(k.rand.Uint64())
		select {
		case <-time.After(wait):
		case <-t.Context().Done():
		}
		p.kill()
		if t.Failed() {
			t.Logf("the server said: %s", p.errs.String())
			return
		}
	}
	p := k.start()
	k.verify(p, *kills)
	p.settle()
	k.verify(p, *kills)
	k.verifyAlike(p)
	p.kill()
	t.Log(k.model.summary())
}

// longestRound is the longest that a server lives, from when it is ready.
const longestRound = 5 * time.Second

// start starts a server on the data folder.
func (k *siege) start() *besieged {
	k.t.Helper()
	p := &besieged{siege: k, out: &output{}, errs: &output{}}
	p.life, p.end = context.WithCancel(k.t.Context())
	p.cmd = program(k.t, "serve", "--models", testModels, "--model", "lite", "--listen", "127.0.0.1:0", "--rtc-port", "0", "--data", k.data,
		"--analysis-workers", "2")
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.errs
	if err := p.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	p.ended = make(chan error, 1)
	go func() { p.ended <- p.cmd.Wait() }()
	k.t.Cleanup(func() {
		p.end()
		_ = p.cmd.Process.Kill() // if a check above has failed
	})
	waitFor(k.t, "the address", func() bool {
		if len(p.ended) > 0 {
			k.t.Fatalf("it has ended: %s", p.errs.String())
		}
		found := readyLine.FindStringSubmatch(p.out.String())
		if found != nil {
			p.url = found[1][:len(found[1])-1]
		}
		return found != nil
	})
	return p
}

// kill ends the server as nothing else does.
func (p *besieged) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		p.t.Fatalf("it was dead before it was killed: %v: %s", err, p.errs.String())
	}
	p.end()
	<-p.ended
	p.tasks.Wait()
	if strings.Contains(p.errs.String(), "DATA RACE") || strings.Contains(p.errs.String(), "panicked") {
		p.t.Errorf("the server said: %s", p.errs.String())
	}
	http.DefaultClient.CloseIdleConnections()
}

// pardon forgets how often analyses were cut off: no clip of this test ends the program, and they go on as they always would.
func (k *siege) pardon() {
	k.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(k.data, "rollwell.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		k.t.Fatal(err)
	}
	_, err = db.ExecContext(k.t.Context(), "UPDATE jobs SET attempts = 0")
	if err := errors.Join(err, db.Close()); err != nil {
		k.t.Error(err)
	}
}

// alive tells whether the server has not been killed yet: what fails then is a fault.
func (p *besieged) alive() bool { return p.life.Err() == nil }

// call sends a request. ok is false if the server was killed before it has answered.
func (p *besieged) call(method, path string, body io.Reader, headers ...string) (status int, header http.Header, text []byte, ok bool) {
	r, err := http.NewRequestWithContext(context.WithoutCancel(p.life), method, p.url+path, body)
	if err != nil {
		p.t.Error(err)
		return 0, nil, nil, false
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil, false
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, text, err == nil
}

// settle waits until nothing is left to do.
func (p *besieged) settle() {
	p.t.Helper()
	waitFor(p.t, "the work", func() bool {
		_, _, text, _ := p.call("GET", "/api/library/jobs", nil)
		var list struct{ Jobs []store.Job }
		if err := json.Unmarshal(text, &list); err != nil {
			p.t.Fatal(err)
		}
		deleted := map[string]bool{}
		for _, n := range p.sessions(p.t) {
			deleted[n.ID] = n.Deleted != nil // its jobs wait
			if n.State == store.Recording {
				return false
			}
		}
		return !slices.ContainsFunc(list.Jobs, func(j store.Job) bool {
			return j.State == store.JobRunning || j.State == store.JobQueued && !deleted[j.Session]
		})
	})
}

// busy lets much go on at a time, by a seed.
func (p *besieged) busy(seed uint64) {
	acts := []func(r *rand.Rand){p.upload, p.upload, p.record, p.change, p.change, p.watch}
	for i, act := range acts {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		p.tasks.Go(func() { act(r) })
	}
}

// pause waits a little; it is false when the server's life is over.
func (p *besieged) pause(r *rand.Rand, most time.Duration) bool {
	select {
	case <-time.After(time.Duration(r.Float64() * float64(most))):
		return p.alive()
	case <-p.life.Done():
		return false
	}
}

// sessions are all there are, those in the trash too.
func (p *besieged) sessions(t *testing.T) []store.Session {
	t.Helper()
	s, err := store.Open(context.WithoutCancel(p.life), store.Options{Dir: p.data, Shared: true})
	if err != nil {
		t.Error(err)
		return nil
	}
	defer s.Close()
	var all []store.Session
	for _, trash := range []bool{false, true} {
		page, err := s.List(context.WithoutCancel(p.life), store.Query{Trash: trash, Limit: 500})
		if err != nil || page.Total > 500 {
			t.Error(fmt.Errorf("%d sessions: %w", page.Total, err))
		}
		all = append(all, page.Sessions...)
	}
	return all
}
