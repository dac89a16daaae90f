package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker: -X main.version=v1.2.3.
var version = "unreleased"

type versionCmd struct{}

// Run prints one line: version, Go release and platform.
func (versionCmd) Run(std streams) error {
	_, err := fmt.Fprintf(std.out, "rollwell %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
