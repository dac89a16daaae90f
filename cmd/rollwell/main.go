// Command rollwell watches how somebody foam-rolls their back and says what to correct.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; it also puts the default handling back, so that a second
	// Ctrl-C ends a program that hangs in native code.
	context.AfterFunc(ctx, stop)

	code := run(ctx, os.Args[1:], streams{out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
