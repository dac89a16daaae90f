package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/video"
)

// verify compares what there is after a start with what was promised before.
func (k *siege) verify(p *besieged, round int) {
	k.t.Helper()
	ctx := context.WithoutCancel(p.life)
	s, err := store.Open(ctx, store.Options{Dir: k.data, Shared: true})
	if err != nil {
		k.t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		k.t.Errorf("round %d: the database: %v", round, err)
	}
	look := k.model.look()
	all := p.sessions(k.t)
	there := map[string]*store.Session{}
	for i := range all {
		there[all[i].ID] = &all[i]
	}
	k.verifySessions(ctx, s, there)
	k.verifyUploads(p, there)
	k.verifyLive(s, there)
	k.verifyFolders(there)
	if err := k.model.note(k.data, all, look); err != nil {
		k.t.Errorf("round %d: %v", round, err)
	}
}

// verifySessions looks for what was lost or has changed.
func (k *siege) verifySessions(ctx context.Context, s *store.Store, there map[string]*store.Session) {
	k.t.Helper()
	for id, f := range k.model.sessions {
		f.busy = false
		n := there[id]
		switch {
		case f.gone && n != nil:
			k.t.Errorf("%s was removed for good and is back: %+v", id, n)
		case f.gone:
			continue
		case n == nil && f.going:
			f.gone = true
			k.model.purged++
			continue
		case n == nil:
			k.t.Errorf("%s is lost", id)
			continue
		case f.going: // asked for and not done: it is there, in the trash at most
			f.going, f.trash, f.asked = false, n.Deleted != nil, false
		}
		if !f.asked && f.trash != (n.Deleted != nil) {
			k.t.Errorf("%s: in the trash %t, want %t", id, n.Deleted != nil, f.trash)
		}
		f.trash, f.asked = n.Deleted != nil, false
		if f.title != n.Title {
			k.t.Errorf("%s is called %q, want %q", id, n.Title, f.title)
		}
		if notes, err := s.Notes(ctx, id); err != nil || len(notes) < f.notes {
			k.t.Errorf("%s has %d notes, want %d: %v", id, len(notes), f.notes, err)
		}
		k.verifyFiles(id, f, n)
	}
}

func (k *siege) verifyFiles(id string, f *fate, n *store.Session) {
	k.t.Helper()
	if f.again {
		if n.State == store.Failed {
			k.t.Errorf("%s was analysed again, and failed: %s", id, n.Error)
		}
		return
	}
	if n.State != store.Ready {
		k.t.Errorf("%s was ready and is %s: %s", id, n.State, n.Error)
	}
	now, err := sums(filepath.Join(k.data, "sessions", id))
	if err != nil {
		k.t.Errorf("%s: %v", id, err)
		return
	}
	for name, sum := range f.files {
		if now[name] != sum {
			k.t.Errorf("%s: %s has changed, or is not there", id, name)
		}
	}
	if len(now) != len(f.files) {
		k.t.Errorf("%s has %d files, want %d", id, len(now), len(f.files))
	}
}

// verifyUploads looks whether what had arrived of an upload is still there, and ends it.
func (k *siege) verifyUploads(p *besieged, there map[string]*store.Session) {
	k.t.Helper()
	for id, u := range k.model.uploads {
		n := there[id]
		if f := k.model.sessions[id]; f != nil && f.gone {
			continue
		}
		if n == nil {
			k.t.Errorf("the upload %s is lost, with %d bytes", id, u.arrived)
			continue
		}
		if n.State != store.Uploading {
			if n.State == store.Failed {
				k.t.Errorf("the upload %s failed: %s", id, n.Error)
			}
			continue
		}
		status, header, text, _ := p.call("HEAD", "/api/library/uploads/"+id, nil, "Tus-Resumable", "1.0.0")
		var offset int
		if _, err := fmt.Sscan(header.Get("Upload-Offset"), &offset); err != nil || offset < u.arrived {
			k.t.Errorf("the upload %s: %d %s, %d bytes, want %d", id, status, text, offset, u.arrived)
			continue
		}
		k.model.resumed++
		if !p.send(id, offset, len(k.clip)) && p.alive() {
			k.t.Errorf("the upload %s cannot be taken up again", id)
		}
	}
	clear(k.model.uploads)
}

// most is how much of a recording a kill may cost, in seconds.
const mostLost = 2.0

// verifyLive looks how much of the recordings is there.
func (k *siege) verifyLive(s *store.Store, there map[string]*store.Session) {
	k.t.Helper()
	for id, last := range k.model.live {
		n := there[id]
		switch {
		case n == nil && last > mostLost:
			k.t.Errorf("the recording %s is lost, with %.1f s", id, last)
		case n == nil:
		case n.State != store.Ready || n.DurationS == nil || *n.DurationS < last-mostLost:
			k.t.Errorf("the recording %s is %s with %v s of %.1f: %s", id, n.State, n.DurationS, last, n.Error)
		default:
			k.model.closed++
			dir, err := s.Dir(id)
			if err != nil {
				k.t.Fatal(err)
			}
			k.verifyRecording(dir, n)
		}
	}
	clear(k.model.live)
}

// verifyRecording reads a recording to its end.
func (k *siege) verifyRecording(dir string, n *store.Session) {
	k.t.Helper()
	a, err := archive.Open(dir)
	if err == nil {
		_, err = a.Frames()
	}
	if err != nil {
		k.t.Errorf("the recording %s: %v", n.ID, err)
	}
	if n.Video == nil {
		return
	}
	r, err := video.Open(k.t.Context(), filepath.Join(dir, n.Video.File), video.Options{})
	if err != nil {
		k.t.Errorf("the recording %s: %v", n.ID, err)
		return
	}
	defer r.Close()
	for {
		f, err := r.Next(k.t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			k.t.Errorf("the recording %s: %v", n.ID, err)
			break
		}
		f.Release()
	}
}

// verifyAlike looks whether the clip has always come to the same, however often its analysis was cut off.
func (k *siege) verifyAlike(p *besieged) {
	k.t.Helper()
	first, found := [32]byte{}, 0
	for _, n := range p.sessions(k.t) {
		if n.Kind != store.Upload || n.State != store.Ready {
			continue
		}
		all, err := sums(filepath.Join(k.data, "sessions", n.ID))
		if err != nil {
			k.t.Error(err)
			continue
		}
		if found++; found == 1 {
			first = all[archive.TrackFile]
		}
		if all[archive.TrackFile] != first {
			k.t.Errorf("%s has come to something else", n.ID)
		}
	}
	whole := 0
	for _, id := range entries(filepath.Join(k.data, "exports")) {
		for _, name := range entries(filepath.Join(k.data, "exports", id)) {
			if whole++; strings.HasSuffix(name, ".part") {
				k.t.Errorf("half a film of %s is there", id)
			}
		}
	}
	k.t.Logf("%d films", whole)
	if found < 2 {
		k.t.Errorf("only %d clips have been analysed", found)
	}
}

// verifyFolders looks for files that belong to nobody.
func (k *siege) verifyFolders(there map[string]*store.Session) {
	k.t.Helper()
	for _, e := range entries(filepath.Join(k.data, "sessions")) {
		n := there[e]
		if n == nil {
			k.t.Errorf("the folder %s belongs to nobody", e)
			continue
		}
		for _, name := range entries(filepath.Join(k.data, "sessions", e)) {
			working := n.State != store.Ready && n.State != store.Failed
			if strings.HasSuffix(name, ".part") && !working {
				k.t.Errorf("%s is %s and has %s", e, n.State, name)
			}
		}
	}
	for id := range there {
		if _, err := os.Stat(filepath.Join(k.data, "sessions", id)); err != nil {
			k.t.Errorf("%s has no folder", id)
		}
	}
	for _, e := range entries(filepath.Join(k.data, "uploads")) {
		if id := strings.TrimSuffix(e, ".info"); there[id] == nil {
			k.t.Errorf("the upload %s belongs to nobody", e)
		}
	}
	for _, id := range entries(filepath.Join(k.data, "exports")) {
		if there[id] == nil {
			k.t.Errorf("the films of %s belong to nobody", id)
		}
	}
	if left := entries(filepath.Join(k.data, "gone")); len(left) > 0 {
		k.t.Errorf("what has gone is there: %v", left)
	}
}

func entries(dir string) (names []string) {
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
