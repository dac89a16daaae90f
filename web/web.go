// Package web holds the page: built by Vite into dist, and embedded into the binary from there.
package web

import (
	"embed"
	"io/fs"
)

// dist holds robots.txt even before the page is built, so that the program compiles without Node.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the built page's files, index.html at its root. Without a built page there is no index.html in
// it: `make build` builds it.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the embedded folder dist has gone: " + err.Error()) // cannot happen: the embed directive names it
	}
	return sub
}
