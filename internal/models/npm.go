package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

var (
	// ErrNoNPM means that npm is not installed.
	ErrNoNPM = errors.New("npm is not installed")
	// ErrNetwork means that npm could not reach its registry.
	ErrNetwork = errors.New("no network")
	// ErrFetch means that npm failed for another reason.
	ErrFetch = errors.New("npm failed")
	// ErrNoPackages means that the folder has no package.json and lock to
	// install from.
	ErrNoPackages = errors.New("no package.json and package-lock.json")
)

// networkSigns are the codes by which npm reports that it got no connection.
func networkSigns() []string {
	return []string{
		"ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH",
		"ERR_SOCKET_TIMEOUT", "FETCH_ERROR",
	}
}

// fetch installs the pinned packages into dir/node_modules. No script of any
// package runs, and the lock's digests are checked by npm.
func fetch(ctx context.Context, dir string) error {
	for _, file := range [2]string{"package.json", "package-lock.json"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("%w: %s lacks %s; run this in the project's folder or name its models folder with --models", ErrNoPackages, dir, file)
		}
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return fmt.Errorf("%w: the models come as npm packages; install Node.js with npm (on Debian: apt-get install nodejs npm) and run it again: %w", ErrNoNPM, err)
	}
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	// npm tidies up when it is interrupted; it gets a moment for that.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fetchError(dir, output.String(), err)
	}
	return nil
}

// fetchError turns what npm said into a sentence.
func fetchError(dir, output string, err error) error {
	for _, sign := range networkSigns() {
		if strings.Contains(output, sign) {
			return fmt.Errorf("%w: npm could not reach its registry (%s); check the connection and npm's proxy and registry settings, then run it again: %w", ErrNetwork, sign, err)
		}
	}
	if strings.Contains(output, "ENOSPC") {
		return fmt.Errorf("%w: npm could not write the packages to %s (they take 270 MB); free some space and run it again: %w", ErrDiskFull, dir, err)
	}
	if strings.Contains(output, "EACCES") || strings.Contains(output, "EROFS") {
		return fmt.Errorf("%w: npm could not write to %s; make the folder writable: %w", ErrNotWritable, dir, err)
	}
	return fmt.Errorf("%w: `npm ci --ignore-scripts` in %s: %w; it said: %s", ErrFetch, dir, err, tail(output, 3))
}

// tail is the last n lines of text that say something, in one line.
func tail(text string, n int) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], " / ")
}
