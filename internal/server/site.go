package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// file is a file of the page, ready to be sent.
type file struct {
	body       []byte
	kind, etag string
	caching    string // Cache-Control
}

// site serves the files of the built page from memory.
type site struct {
	files map[string]file
}

// notBuilt is shown in place of a page that was not built into the program.
const notBuilt = "The page is not part of this program: run `make build`, which builds it, and start again.\n"

func newSite(files fs.FS) (*site, error) {
	p := &site{files: map[string]file{}}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		p.files["/"+name] = file{body, kindOf(name), `"` + hex.EncodeToString(sum[:12]) + `"`, cacheControl(name)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return p, nil
}

// built tells whether there is a page at all.
func (p *site) built() bool {
	_, ok := p.files["/index.html"]
	return ok
}

// kindOf is the media type of a file. It does not depend on what the system believes about names.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// cacheControl lets browsers keep what carries a hash of its content in its name, which Vite puts into assets. All
// else is asked for anew.
func cacheControl(name string) string {
	if strings.HasPrefix(name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// ServeHTTP answers with a file.
func (p *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		errMethod.write(w, r)
		return
	}
	name := r.URL.Path
	if name == "/" {
		name = "/index.html"
	}
	f, ok := p.files[name]
	if !ok {
		if name == "/index.html" {
			http.Error(w, notBuilt, http.StatusNotFound)
			return
		}
		errNotFound.write(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.caching)
	h.Set("ETag", f.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}
