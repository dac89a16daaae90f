package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/push/page"
)

// upload sends the clip in pieces, again and again.
func (p *besieged) upload(r *rand.Rand) {
	for p.pause(r, 900*time.Millisecond) {
		size := len(p.clip)
		status, header, text, ok := p.call("POST", "/api/library/uploads/", nil, "Tus-Resumable", "1.0.0", "Upload-Length", fmt.Sprint(size))
		if !ok {
			return
		}
		if status != http.StatusCreated {
			p.t.Errorf("an upload was refused: %d %s", status, text)
			return
		}
		id := filepath.Base(header.Get("Location"))
		p.model.mu.Lock()
		p.model.uploads[id] = &partly{size: size}
		p.model.mu.Unlock()
		for from := 0; from < size; {
			to := min(size, from+1+r.IntN(size/2))
			if !p.pause(r, 150*time.Millisecond) || !p.send(id, from, to) {
				return
			}
			from = to
			p.model.mu.Lock()
			p.model.uploads[id].arrived = from
			p.model.mu.Unlock()
		}
	}
}

// send sends a piece of the clip; it is false if nobody has answered.
func (p *besieged) send(id string, from, to int) bool {
	status, _, text, ok := p.call("PATCH", "/api/library/uploads/"+id, bytes.NewReader(p.clip[from:to]), "Tus-Resumable", "1.0.0",
		"Upload-Offset", fmt.Sprint(from), "Content-Type", "application/offset+octet-stream")
	if ok && status != http.StatusNoContent {
		p.t.Errorf("a piece was refused: %d %s", status, text)
	}
	return ok && status == http.StatusNoContent
}

// record is a live check that is recorded.
func (p *besieged) record(r *rand.Rand) {
	if !p.pause(r, 300*time.Millisecond) {
		return
	}
	wish := `{"exercise":"thoracic-roll","language":"en","consent":true,"screening_passed":true,"keep":{"what":"video","days":null}}`
	status, _, text, ok := p.call("POST", "/api/sessions", bytes.NewReader([]byte(wish)), "Content-Type", "application/json")
	if !ok {
		return
	}
	var check struct {
		ID, Token, WHIP, Events string
		Recording               bool
	}
	if err := json.Unmarshal(text, &check); err != nil || status != http.StatusCreated || !check.Recording {
		p.t.Errorf("no check: %d %s", status, text)
		return
	}
	p.model.mu.Lock()
	p.model.live[check.ID] = 0
	p.model.mu.Unlock()
	watcher, err := page.Dial(p.life, p.url+check.Events, check.Token, nil)
	if err != nil {
		p.failed("watch a check", err)
		return
	}
	defer watcher.Close()
	if err := watcher.Say(`{"type":"start"}`); err != nil {
		return
	}
	camera, err := publisher.Start(p.life, publisher.Options{URL: p.url + check.WHIP, Token: check.Token, Units: p.units})
	if err != nil {
		p.failed("send to a check", err)
		return
	}
	defer func() { _ = camera.Vanish() }()
	_, err = watcher.Until(time.Minute, func(m *page.Message) bool {
		if m.Type == "state" && m.T != nil && p.alive() {
			p.model.mu.Lock()
			p.model.live[check.ID] = *m.T
			p.model.mu.Unlock()
		}
		return m.Type == "summary"
	})
	if err == nil {
		p.t.Error("a check ended by itself")
	}
}

// failed reports what has gone wrong, unless the server was killed meanwhile.
func (p *besieged) failed(what string, err error) {
	if p.alive() {
		p.t.Errorf("%s: %v", what, err)
	}
}

// watch takes down the files of what has become whole.
func (p *besieged) watch(*rand.Rand) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for p.alive() {
		look := p.model.look()
		all := p.sessions(p.t)
		for i := range all {
			if all[i].Kind == "live" && all[i].State == "ready" && p.alive() {
				p.model.mu.Lock()
				delete(p.model.live, all[i].ID)
				p.model.mu.Unlock()
			}
		}
		if err := p.model.note(p.data, all, look); err != nil {
			p.failed("look at what is whole", err)
		}
		select {
		case <-tick.C:
		case <-p.life.Done():
		}
	}
}

// change renames, deletes, takes back, removes and analyses again.
func (p *besieged) change(r *rand.Rand) {
	for p.pause(r, 250*time.Millisecond) {
		id, f := p.model.choose(r.IntN(1000), func(*fate) bool { return true })
		if f == nil {
			continue
		}
		at := "/api/library/sessions/" + id
		switch r.IntN(7) {
		case 0:
			p.model.set(f, func(f *fate) { f.going = true })
			if p.done("DELETE", at+"?now=1", "", http.StatusOK) {
				p.model.set(f, func(f *fate) { f.gone = true; p.model.purged++ })
			}
		case 1:
			p.model.set(f, func(f *fate) { f.asked = true })
			if p.done("DELETE", at, "", http.StatusOK) {
				p.model.set(f, func(f *fate) { f.trash, f.asked = true, false })
			}
		case 2:
			p.model.set(f, func(f *fate) { f.asked = true })
			if p.done("POST", at+"/undelete", "", http.StatusOK) {
				p.model.set(f, func(f *fate) { f.trash, f.asked = false, false })
			}
		case 3:
			if !f.trash && !f.live {
				p.model.set(f, func(f *fate) { f.again = true })
				p.done("POST", at+"/analyse", "{}", http.StatusAccepted)
				p.model.set(f, func(f *fate) { f.answered = p.model.looks })
			}
		case 4:
			status, _, text, ok := p.call("POST", at+"/film", bytes.NewReader([]byte("{}")), "Content-Type", "application/json")
			if ok && status != http.StatusAccepted && status != http.StatusConflict { // one is being made already
				p.t.Errorf("no film: %d %s", status, text)
			}
		default:
			if p.done("POST", at+"/notes", `{"t":1,"text":"look"}`, http.StatusCreated) {
				p.model.set(f, func(f *fate) { f.notes++ })
			}
		}
		p.model.set(f, func(f *fate) { f.busy = false })
	}
}

// done sends a request and tells whether it was answered as it should be.
func (p *besieged) done(method, path, body string, want int) bool {
	status, _, text, ok := p.call(method, path, bytes.NewReader([]byte(body)), "Content-Type", "application/json")
	if ok && status != want {
		p.t.Errorf("%s %s: %d %s", method, path, status, text)
	}
	return ok && status == want
}
