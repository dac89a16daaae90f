package record

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/video"
)

var (
	// ErrSlow tells that the disk does not take the video as fast as it comes.
	ErrSlow = errors.New("the disk is too slow to record video")
	// ErrNoVideo tells that what comes are single pictures, which are not recorded.
	ErrNoVideo = errors.New("the connection sends single pictures, of which no video is kept")
)

const (
	// maxWaiting and maxWaitingBytes are how many pictures may wait for the disk: some ten seconds.
	maxWaiting      = 300
	maxWaitingBytes = 32 << 20
	// flushEvery is the time after which what came last is written although nothing follows.
	flushEvery = time.Second
	// roomEvery is how often is asked whether there is room for more, and margin how much of it there has to be, in bytes:
	// several times of what comes meanwhile.
	roomEvery = 5 * time.Second
	margin    = 32 << 20
	// maxParts bounds the files of one recording: a sender that changes its coding all the time is not followed.
	maxParts = 16
)

// film records the pictures of one check on a goroutine of its own.
type film struct {
	dir  string
	room func(bytes int64) error
	log  *slog.Logger
	// warn is told why nothing more is recorded, and of ErrNoVideo, each once. It is called from the film's goroutine.
	warn func(error)

	pictures chan picture
	bytes    atomic.Int64 // that wait
	over     atomic.Bool  // nothing more is taken
	overrun  atomic.Bool  // because too much waited
	done     chan struct{}

	// What follows belongs to the goroutine.
	part   *video.Recording
	parts  []string
	failed error
	single bool // single pictures have come, which has been told
}

type picture struct {
	unit media.AccessUnit
	at   time.Duration
}

func newFilm(dir string, room func(int64) error, log *slog.Logger, warn func(error)) *film {
	f := &film{dir: dir, room: room, log: log, warn: warn, pictures: make(chan picture, maxWaiting), done: make(chan struct{})}
	go f.run()
	return f
}

// take hands a picture over. It never blocks. It is false once nothing more is recorded.
func (f *film) take(u media.AccessUnit, at time.Duration) bool {
	if f.over.Load() {
		return false
	}
	if f.bytes.Load()+int64(len(u.Data)) <= maxWaitingBytes {
		f.bytes.Add(int64(len(u.Data)))
		select {
		case f.pictures <- picture{u, at}:
			return true
		default:
		}
	}
	f.overrun.Store(true)
	f.over.Store(true)
	return false
}

// end waits until everything is written. Nothing may be taken any more. It returns the files, in order.
func (f *film) end() ([]string, error) {
	f.over.Store(true)
	close(f.pictures)
	<-f.done
	return f.parts, f.failed
}

func (f *film) run() {
	defer close(f.done)
	flush, room := time.NewTicker(flushEvery), time.NewTicker(roomEvery)
	defer flush.Stop()
	defer room.Stop()
	for {
		var err error
		select {
		case p, more := <-f.pictures:
			if !more {
				f.stop(f.closePart())
				return
			}
			f.bytes.Add(-int64(len(p.unit.Data)))
			err = f.add(p)
		case <-flush.C:
			if f.part != nil {
				err = f.part.Flush()
			}
		case <-room.C:
			err = f.askRoom()
		}
		if err == nil && f.overrun.Load() && f.failed == nil {
			err = ErrSlow
		}
		if err != nil && f.failed == nil {
			f.stop(errors.Join(err, f.closePart()))
		}
	}
}

// stop records nothing more, and says why.
func (f *film) stop(why error) {
	f.over.Store(true)
	if why == nil || f.failed != nil {
		return
	}
	f.failed = why
	f.log.Warn("the video is not recorded any more", "cause", why)
	f.warn(why)
}

// add records a picture. One that cannot be shown by itself is left out up to the next key picture.
func (f *film) add(p picture) error {
	if f.failed != nil {
		return nil //nolint:nilerr // has been told
	}
	if p.unit.Codec == media.JPEG { // until the connection is better
		if !f.single {
			f.single = true
			f.warn(ErrNoVideo)
		}
		return nil
	}
	if f.part != nil && f.part.Codec() != p.unit.Codec {
		if err := f.closePart(); err != nil {
			return err
		}
	}
	var err error
	if f.part == nil {
		err = f.begin(p)
	} else {
		err = f.part.Add(p.unit, p.at)
	}
	if errors.Is(err, video.ErrKeyNeeded) || errors.Is(err, video.ErrTimestamp) {
		return nil
	}
	return err
}

// partName is the file of a part, from 1.
func partName(i int, codec media.Codec) string {
	return fmt.Sprintf("%s%d%s", partPrefix, i, video.RecordingSuffix(codec))
}

// begin begins a file.
func (f *film) begin(p picture) error {
	if len(f.parts) >= maxParts {
		return fmt.Errorf("the camera has changed its coding %d times", maxParts)
	}
	path := filepath.Join(f.dir, partName(len(f.parts)+1, p.unit.Codec))
	part, err := video.NewRecording(path, p.unit, p.at)
	if err != nil {
		return err
	}
	f.part = part
	f.parts = append(f.parts, path)
	return nil
}

func (f *film) closePart() error {
	if f.part == nil {
		return nil
	}
	err := f.part.Close()
	f.part = nil
	return err
}

// askRoom asks for room for what comes next.
func (f *film) askRoom() error {
	if f.room == nil || f.failed != nil {
		return nil //nolint:nilerr // has been told
	}
	return f.room(margin)
}

// removeParts removes the files of a recording.
func removeParts(paths []string) error {
	var err error
	for _, path := range paths {
		if e := os.Remove(path); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
