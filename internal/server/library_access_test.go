package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/store"
)

func TestLibraryAccess(t *testing.T) {
	s := newShelf(t, bookToken)
	n := s.add(store.Session{})
	bearing := []string{"Authorization", "Bearer " + bookToken}
	for _, r := range s.server.libraryRoutes() {
		path := strings.NewReplacer("{id}", n.ID, "{note}", n.ID, "{mark}", n.ID, "{job}", n.ID).Replace(r.path)
		for _, headers := range [][]string{nil, {"Authorization", "Bearer wrong-token-of-mine"}, {"Cookie", libraryCookie + "=" + bookToken}} {
			if a := s.call(r.method, path, `{}`, append(headers, "Content-Type", jsonType)...); a.status != 401 || a.code() != "access_token" {
				t.Errorf("%s %s: %d %s", r.method, path, a.status, a.body)
			}
		}
	}
	if a := s.call("POST", "/api/library/login", "", "Authorization", "Bearer wrong"); a.status != 401 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d", a.status)
	}
	a := s.call("POST", "/api/library/login", "", bearing...)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/api/library"} {
		if a.status != 204 || !strings.Contains(cookie, part) || strings.Contains(cookie, bookToken) {
			t.Errorf("%d %q", a.status, cookie)
		}
	}
	pass, _, _ := strings.Cut(cookie, ";")
	for _, headers := range [][]string{bearing, {"Cookie", pass}} {
		if a := s.call("GET", sessionsPath+"/"+n.ID+"/video", "", headers...); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	// The cookie does not start checks, and another site's page does nothing with it.
	if a := s.call("POST", "/api/sessions", goodWish, "Content-Type", jsonType, "Cookie", pass); a.status != 401 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.call("DELETE", sessionsPath+"/"+n.ID, "", "Cookie", pass, "Origin", "https://example.org"); a.status != 403 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// A page full of pictures is not too many requests for whoever may see them.
func TestLibraryIsNotThrottled(t *testing.T) {
	s := newShelf(t, bookToken, func(o *Options) { o.Limits.Rate, o.Limits.Burst = 1, 2 })
	at := sessionsPath + "/" + s.add(store.Session{}).ID + "/thumb"
	for range 30 {
		if a := s.call("GET", at, "", "Authorization", "Bearer "+bookToken); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	refused := 0
	for range 30 {
		if s.call("GET", at, "").status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("nobody counts who guesses")
	}
}

func TestLibraryTakesNoOddAddresses(t *testing.T) {
	s := newShelf(t, "")
	for _, id := range []string{"x", "..%2f..%2fetc%2fpasswd", strings.Repeat("a", 26), strings.Repeat("A", 27), store.NewID(), "%00"} {
		for _, tail := range []string{"", "/video", "/thumb", "/track"} {
			if a := s.call("GET", sessionsPath+"/"+id+tail, ""); a.status != 404 && a.status != 400 {
				t.Errorf("%s: %d %s", id+tail, a.status, a.body)
			}
		}
		for method, tail := range map[string]string{"DELETE": "", "POST": "/undelete", "PATCH": ""} {
			if a := s.call(method, sessionsPath+"/"+id+tail, `{}`, "Content-Type", jsonType); a.status != 404 && a.status != 400 {
				t.Errorf("%s %s: %d %s", method, id, a.status, a.body)
			}
		}
	}
	a := s.call("PUT", sessionsPath+"/"+store.NewID(), "")
	if a.status != 405 || a.header.Get("Allow") == "" || !strings.Contains(a.header.Get("Allow"), "PATCH") {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func FuzzLibraryQuery(f *testing.F) {
	for _, seed := range []string{"", "q=a b&sort=score", "limit=1&offset=9", "tag=%00&order=asc", "sort=created;DROP TABLE sessions"} {
		f.Add(seed)
	}
	library, err := store.Open(context.Background(), store.Options{Dir: f.TempDir(), MinFree: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = library.Close() })
	f.Fuzz(func(t *testing.T, query string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = query
		q, err := queryOf(r.URL.Query())
		if err != nil {
			return
		}
		if _, err := library.List(t.Context(), q); err != nil {
			t.Error(fmt.Errorf("%q: %w", query, err))
		}
	})
}
