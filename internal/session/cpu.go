package session

import (
	"syscall"
	"time"
)

// rusageThread asks getrusage(2) for the calling thread alone. The syscall package names no constant for it.
const rusageThread = 1

// threadCPU returns the processor time that the calling thread has taken so far.
func threadCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
