package server

import "net/http"

// health says that the process answers.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "version": s.o.Version})
}

// ready says whether a visitor should be sent here. Models and media port are there before the server is, so what
// remains is whether it shuts down, has a page to show, and is not held up by analyses that hang.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	pool := s.o.Pool.Stats()
	status, why := http.StatusOK, "ready"
	switch {
	case s.draining.Load():
		status, why = http.StatusServiceUnavailable, "shutting down"
	case !s.site.built():
		status, why = http.StatusServiceUnavailable, "the page is not built"
	case pool.Hung >= pool.Workers:
		status, why = http.StatusServiceUnavailable, "the analysis hangs"
	}
	writeJSON(w, status, map[string]any{"status": why, "sessions": pool.Sessions, "limit": pool.Limit})
}

// measures serves the metrics, to those who have the access token if there is one.
func (s *Server) measures(w http.ResponseWriter, r *http.Request) {
	if !s.mayEnter(r) {
		s.refuse(w, r, errAccess)
		return
	}
	s.metrics.Handler().ServeHTTP(w, r)
}
