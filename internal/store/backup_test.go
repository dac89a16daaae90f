package store

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/rollwell/rollwell/internal/archive"
)

// files are the files below a folder with what is in them.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBackupComesBack(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{Title: "Kept", Tags: []string{"a"}})
	put(t, s, n.ID, "video.mp4", "pictures")
	put(t, s, n.ID, archive.SessionFile, "{}")
	put(t, s, n.ID, "readings.jsonl.zst.part", "half")
	if _, err := s.AddNote(t.Context(), n.ID, Note{T: 1, Text: "note"}); err != nil {
		t.Fatal(err)
	}
	bare := create(t, s, Session{State: Failed, Error: "no"})
	live := create(t, s, Session{Kind: Live, State: Recording})
	create(t, s, Session{State: Uploading})
	if _, err := s.Enqueue(t.Context(), bare.ID, JobAnalyse, nil); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	made, err := s.Backup(t.Context(), &b)
	if err != nil || made.Sessions != 2 {
		t.Fatalf("%+v, %v", made, err)
	}
	if exists(s.o.Dir, backupFolder) {
		t.Error("something is left behind")
	}
	if _, err := s.Get(t.Context(), live.ID); err != nil {
		t.Errorf("the library itself has changed: %v", err)
	}

	dir := filepath.Join(t.TempDir(), "new")
	back, err := Restore(t.Context(), &b, dir)
	if err != nil || back != made {
		t.Fatalf("%+v, %v; want %+v", back, err, made)
	}
	if info, err := os.Stat(filepath.Join(dir, databaseFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v", err)
	}
	r, _ := open(t, Options{Dir: dir})
	if rec, err := r.Recover(t.Context(), closed); err != nil || rec != (Recovery{Requeued: 1}) {
		t.Errorf("%+v, %v", rec, err)
	}
	got, err := r.Get(t.Context(), n.ID)
	if diff := cmp.Diff(n, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if notes, err := r.Notes(t.Context(), n.ID); err != nil || len(notes) != 1 || notes[0].Text != "note" {
		t.Errorf("%v %+v", err, notes)
	}
	folder, _ := r.Dir(n.ID)
	if diff := cmp.Diff(map[string]string{"video.mp4": "pictures", archive.SessionFile: "{}"}, files(t, folder)); diff != "" {
		t.Error(diff)
	}
}

func TestRestoreOnlyIntoEmptyFolders(t *testing.T) {
	s, _ := open(t, Options{})
	create(t, s, Session{})
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(b.Bytes()), s.o.Dir); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, s.o.Dir)
	if _, err := Restore(t.Context(), bytes.NewReader(b.Bytes()), s.o.Dir); !errors.Is(err, ErrInvalid) {
		t.Errorf("over a library: %v", err)
	}
	if diff := cmp.Diff(before, files(t, s.o.Dir)); diff != "" {
		t.Error(diff)
	}
}

// A folder whose database was moved away still has what lay beside it: that belongs to no other database.
func TestRestoreBesideAnEarlierLog(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{Title: "Kept"})
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	earlier, _ := open(t, Options{})
	create(t, earlier, Session{Title: "Another library's"})
	dir := t.TempDir()
	for _, name := range besideDatabase { // as a crash leaves them
		text, err := os.ReadFile(filepath.Join(earlier.o.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Restore(t.Context(), &b, dir); err != nil {
		t.Fatal(err)
	}
	r, _ := open(t, Options{Dir: dir})
	if page, err := r.List(t.Context(), Query{}); err != nil || len(page.Sessions) != 1 || page.Sessions[0].ID != n.ID {
		t.Errorf("%v: %+v", err, page.Sessions)
	}
}

// What a backup's database names is not believed: no session of it lies elsewhere, no video of it is another file.
func TestRestoreOfNamesThatLeadElsewhere(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{Video: &Video{File: "video.mp4", Type: "video/mp4"}})
	if _, err := s.db.ExecContext(t.Context(), "UPDATE sessions SET video_file = '../../rollwell.db'"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), n.ID); err != nil || got.Video != nil {
		t.Errorf("%v: %+v", err, got.Video)
	}
	dir := t.TempDir()
	if _, err := Restore(t.Context(), &b, dir); err != nil {
		t.Fatal(err)
	}
	r, _ := open(t, Options{Dir: dir})
	if got, err := r.Get(t.Context(), n.ID); err != nil || got.Video != nil {
		t.Errorf("%v: %+v", err, got.Video)
	}

	database := filepath.Join(t.TempDir(), databaseFile)
	if _, err := s.db.ExecContext(t.Context(), "UPDATE sessions SET id = '../../../escaped'"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), "VACUUM INTO ?", database); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "a", "b")
	bad := packed(t, entry{name: backupNote, text: `{"rollwell_backup":1}`}, entry{name: databaseFile, text: string(text)})
	if _, err := Restore(t.Context(), bytes.NewReader(bad), dir); !errors.Is(err, ErrBackup) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(filepath.Dir(dir))); len(left) != 1 {
		t.Errorf("it has left its folder: %v", left)
	}
}

// entry is one of an archive.
type entry struct {
	name, text string
	kind       byte
}

func packed(t *testing.T, all ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range all {
		h := &tar.Header{Name: e.name, Size: int64(len(e.text)), Mode: 0o600, Typeflag: e.kind, Linkname: "/etc/passwd"}
		if e.kind == 0 {
			h.Typeflag, h.Linkname = tar.TypeReg, ""
		} else {
			h.Size = 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBadBackups(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{})
	put(t, s, n.ID, "video.mp4", strings.Repeat("pictures", 10000))
	var good bytes.Buffer
	if _, err := s.Backup(t.Context(), &good); err != nil {
		t.Fatal(err)
	}
	head := entry{name: backupNote, text: `{"rollwell_backup":1}`}
	flipped := bytes.Clone(good.Bytes())
	flipped[len(flipped)/2] ^= 0xff
	id := NewID()
	for name, bad := range map[string][]byte{
		"nothing":            nil,
		"no archive":         []byte("this is no backup"),
		"cut off":            good.Bytes()[:good.Len()*2/3],
		"cut off at the end": good.Bytes()[:good.Len()-1],
		"damaged":            flipped,
		"another archive":    packed(t, entry{name: "README", text: "hello"}),
		"a later format":     packed(t, entry{name: backupNote, text: `{"rollwell_backup":2}`}),
		"no database":        packed(t, head),
		"a way out":          packed(t, head, entry{name: "../evil", text: "x"}),
		"another way out":    packed(t, head, entry{name: "sessions/" + id + "/../../../evil", text: "x"}),
		"an absolute name":   packed(t, head, entry{name: "/tmp/evil", text: "x"}),
		"no id":              packed(t, head, entry{name: "sessions/me/video.mp4", text: "x"}),
		"a hidden file":      packed(t, head, entry{name: "sessions/" + id + "/.bashrc", text: "x"}),
		"half a file":        packed(t, head, entry{name: "sessions/" + id + "/video.mp4.part", text: "x"}),
		"a link":             packed(t, head, entry{name: "sessions/" + id + "/video.mp4", kind: tar.TypeSymlink}),
		"a hard link":        packed(t, head, entry{name: "sessions/" + id + "/video.mp4", kind: tar.TypeLink}),
		"a folder":           packed(t, head, entry{name: "sessions", kind: tar.TypeDir}),
		"a file twice":       packed(t, head, entry{name: "sessions/" + id + "/a", text: "x"}, entry{name: "sessions/" + id + "/a", text: "y"}),
		"more behind it":     packed(t, head, entry{name: databaseFile, text: "x"}, entry{name: databaseFile, text: "x"}),
		"no database in it":  packed(t, head, entry{name: databaseFile, text: strings.Repeat("no database ", 500)}),
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a", "b")
			if _, err := Restore(t.Context(), bytes.NewReader(bad), dir); !errors.Is(err, ErrBackup) {
				t.Errorf("%v", err)
			}
			if left := files(t, filepath.Dir(filepath.Dir(dir))); len(left) > 1 || len(left) == 1 && left["a/b/"+lockFile] != "" {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A session that vanishes while a backup is made is not in it.
func TestBackupOfWhatHasGone(t *testing.T) {
	s, _ := open(t, Options{})
	n, gone := create(t, s, Session{}), create(t, s, Session{})
	put(t, s, n.ID, "video.mp4", "x")
	dir, _ := s.Dir(gone.ID)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if made, err := s.Backup(t.Context(), &b); err != nil || made.Sessions != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	if back, err := Restore(t.Context(), &b, t.TempDir()); err != nil || back.Sessions != 1 {
		t.Errorf("%+v, %v", back, err)
	}
}

// What a backup, or a restoring, that was killed has left goes at the next start; one that goes on is left alone.
func TestHalfABackupGoes(t *testing.T) {
	s, _ := open(t, Options{})
	half := filepath.Join(s.o.Dir, backupFolder, sessionsFolder)
	for _, dir := range []string{half, filepath.Join(s.o.Dir, restoreFolder)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := takeLock(filepath.Join(s.o.Dir, backupLock))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recover(t.Context(), closed); err != nil || !exists(half) {
		t.Errorf("a backup was disturbed: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recover(t.Context(), closed); err != nil || exists(s.o.Dir, backupFolder) || exists(s.o.Dir, restoreFolder) {
		t.Errorf("half a backup is there: %v", err)
	}
}
