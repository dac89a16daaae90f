package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

var (
	// ErrSlow tells that a disk does not take what is recorded as fast as it comes.
	ErrSlow = errors.New("the disk is too slow to record")
	// ErrDisk marks what keeps a session from being written; the error says what to do.
	ErrDisk = errors.New("the session cannot be written")
)

// waiting is how many pieces may wait for the disk: three files a second, for half a minute.
const waiting = 256

// disk writes files in the order of the calls, on a goroutine of its own: whoever judges a live picture does not wait
// for a disk. After the first fault nothing more is written.
type disk struct {
	jobs chan job
	done chan struct{}
	// live tells to fail where others would wait.
	live bool

	mu  sync.Mutex // guards err
	err error
}

// job is bytes for a file. Without bytes, the file has to reach the disk.
type job struct {
	file *os.File
	data []byte
}

func newDisk(live bool) *disk {
	d := &disk{jobs: make(chan job, waiting), done: make(chan struct{}), live: live}
	go d.run()
	return d
}

func (d *disk) run() {
	defer close(d.done)
	for j := range d.jobs {
		if d.fault() != nil {
			continue
		}
		var err error
		if j.data == nil {
			err = syscall.Fdatasync(int(j.file.Fd()))
			if errors.Is(err, syscall.EINVAL) { // a file system that knows no such thing
				err = nil
			}
		} else {
			_, err = j.file.Write(j.data)
		}
		d.fail(explain(err))
	}
}

func (d *disk) fault() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *disk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
	}
}

// put hands a job over. It belongs to the goroutine that closes.
func (d *disk) put(j job) error {
	if err := d.fault(); err != nil {
		return err
	}
	if !d.live {
		d.jobs <- j
		return nil
	}
	select {
	case d.jobs <- j:
		return nil
	default:
		d.fail(fmt.Errorf("%w; nothing more is kept of this check: %w", ErrDisk, ErrSlow))
		return d.fault()
	}
}

// close waits until everything is written, and tells of the first fault.
func (d *disk) close() error {
	close(d.jobs)
	<-d.done
	return d.err
}

// part is a file that is still being written, under another name: what has its own name is whole.
type part struct {
	disk *disk
	file *os.File
	path string
	// dirty tells that bytes were written since the last sync.
	dirty bool
}

// partSuffix ends the names of files that are still being written.
const partSuffix = ".part"

func newPart(d *disk, dir, name string) (*part, error) {
	path := filepath.Join(dir, name)
	file, err := os.OpenFile(path+partSuffix, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, explain(err)
	}
	return &part{disk: d, file: file, path: path}, nil
}

// Write hands a copy of b to the disk.
func (p *part) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if err := p.disk.put(job{p.file, append([]byte(nil), b...)}); err != nil {
		return 0, err
	}
	p.dirty = true
	return len(b), nil
}

// sync asks for what was written to reach the disk.
func (p *part) sync() error {
	if !p.dirty {
		return nil
	}
	p.dirty = false
	return p.disk.put(job{file: p.file})
}

// save gives the file its name. The disk must have ended.
func (p *part) save() error {
	err := errors.Join(p.file.Sync(), p.file.Close())
	if err == nil {
		err = os.Rename(p.path+partSuffix, p.path)
	}
	return explain(err)
}

// writeFile writes a whole file under its name, or nothing.
func writeFile(dir, name string, write func(*os.File) error) error {
	path := filepath.Join(dir, name)
	file, err := os.OpenFile(path+partSuffix, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return explain(err)
	}
	err = errors.Join(write(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(path+partSuffix, path)
	}
	if err != nil {
		return explain(errors.Join(err, os.Remove(path+partSuffix)))
	}
	return nil
}

// syncDir sees that names reach the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return explain(err)
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return explain(errors.Join(err, d.Close()))
}

// explain says what to do about a fault of the disk.
func explain(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrDisk):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w: the disk is full; free some space or delete old sessions: %w", ErrDisk, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: the data folder may not be written to; choose another with --data: %w", ErrDisk, err)
	}
	return fmt.Errorf("%w: %w", ErrDisk, err)
}
