package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/upload"
)

// libraryFlags say what a server keeps, and how much of it.
type libraryFlags struct {
	dataFlag        `embed:""`
	DiskBudget      byteSize `help:"How much all sessions of the library may take together." default:"20GiB" placeholder:"SIZE"`
	DiskFree        byteSize `help:"How much of the disk stays free for others." default:"1GiB" placeholder:"SIZE"`
	KeepDays        int      `help:"For how many days videos are kept, unless something else is said of a session; what was observed stays. 0: for good." default:"0" placeholder:"DAYS"`
	UndoDays        int      `help:"For how many days a deleted session can be had back." default:"7" placeholder:"DAYS"`
	AnalysisWorkers int      `help:"Clips analysed at a time; 0: one less than there are cores, but at least one. Live checks go first." default:"0" placeholder:"N"`
}

// options are the library's.
func (f libraryFlags) options() store.Options {
	o := store.Options{Budget: int64(f.DiskBudget), MinFree: int64(f.DiskFree), UndoDays: f.UndoDays}
	if o.UndoDays == 0 {
		o.UndoDays = -1
	}
	return o
}

// keeping is a server's library with what works on it.
type keeping struct {
	store   *store.Store
	queue   *queue.Queue
	uploads *upload.Uploads
	log     *slog.Logger
}

// keep makes what works on a library. Nothing runs before run.
func (f libraryFlags) keep(clips *clipJobs, pool *session.Pool, log *slog.Logger) (*keeping, error) {
	k := &keeping{store: clips.library, log: log, queue: queue.New(queue.Options{
		Store: clips.library, Workers: f.AnalysisWorkers, Give: queue.GiveWay(pool), Log: log,
		Handlers: map[store.JobKind]queue.Handler{store.JobAnalyse: clips.analyse, store.JobFilm: clips.film},
	})}
	o := uploadOptions(k.store, func(ctx context.Context, session string, o store.AnalyseOptions) error {
		_, err := k.queue.Add(ctx, session, store.JobAnalyse, o)
		return err
	})
	o.KeepDays, o.Log = f.KeepDays, log
	o.Exercise = func(id string) bool {
		return slices.ContainsFunc(clips.exercises, func(ex *exercise.Exercise) bool { return ex.ID == id })
	}
	var err error
	k.uploads, err = upload.New(o)
	return k, err
}

// sweepEvery is how often is looked for what is to be removed.
const sweepEvery = 10 * time.Minute

// run works until ctx ends, and returns when nothing of it runs any more.
func (k *keeping) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { k.queue.Run(ctx) })
	all.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			if err := errors.Join(k.store.Sweep(ctx), k.uploads.Sweep(ctx)); err != nil && ctx.Err() == nil {
				k.log.Error("the library could not be swept", "cause", err)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	})
	all.Wait()
}
