package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/session"
)

// units is a moment of a test clip as a browser would send it.
func units(t *testing.T) []media.AccessUnit {
	t.Helper()
	list, err := publisher.Load(t.Context(), "../../testdata/clips/correct.mp4", publisher.Encoding{Width: 160, Seconds: 1, Kbps: 200})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// send publishes a clip to a check until the test ends it.
func (s *stand) send(o opened, clip []media.AccessUnit) *publisher.Publisher {
	s.t.Helper()
	p, err := publisher.Start(s.t.Context(), publisher.Options{URL: s.url + o.WHIP, Token: o.Token, Units: clip, Loop: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.Vanish() })
	return p
}

func TestCheckFromStartToEnd(t *testing.T) {
	s := newStand(t, setUp{})
	if a := s.call(http.MethodGet, "/readyz", ""); a.status != http.StatusOK {
		t.Fatalf("not ready: %s", a.body)
	}
	var info struct {
		Exercises []struct {
			ID        string
			Languages []string
		}
		Token   bool  `json:"token_required"`
		Library *bool `json:"library"`
	}
	if a := s.call(http.MethodGet, "/api/info", ""); json.Unmarshal(a.body, &info) != nil || len(info.Exercises) < 11 ||
		!slices.Contains(info.Exercises[0].Languages, "zh-Hans") || info.Token || info.Library == nil || *info.Library {
		t.Errorf("info %s", a.body)
	}
	o := s.open()
	if len(o.ID) < 20 || len(o.Token) < 20 || o.ID == o.Token || o.WHIP != "/api/sessions/"+o.ID+"/whip" {
		t.Errorf("opened %+v", o)
	}
	p := s.watch(o)
	hear(t, p, "the first state", isType("state"))
	if a := s.call(http.MethodGet, "/api/sessions/"+o.ID+"/summary", "", o.bearer()...); a.status != http.StatusConflict {
		t.Errorf("the summary of a running check: %d %s", a.status, a.body)
	}
	s.send(o, units(t))
	hear(t, p, "a frame", func(m *page.Message) bool {
		return m.Type == "state" && m.T != nil && m.Connection == "good" && m.Transport == "webrtc" && m.Capture != nil
	})
	if err := p.Say(`{"type":"start"}`); err != nil {
		t.Fatal(err)
	}
	hear(t, p, "the check", func(m *page.Message) bool { return m.Phase == "checking" })
	if err := p.Say(`{"type":"stop"}`); err != nil {
		t.Fatal(err)
	}
	summary := hear(t, p, "the summary", isType("summary")).Summary
	if c := farewell(t, p); c.Code != 1000 {
		t.Errorf("closed by %v", c)
	}
	a := s.call(http.MethodGet, "/api/sessions/"+o.ID+"/summary", "", o.bearer()...)
	if a.status != http.StatusOK || string(a.body) != string(summary) {
		t.Errorf("the summary is %d %s, the page got %s", a.status, a.body, summary)
	}
	var told struct {
		Frames struct {
			Received, Analysed int64
			Dropped            map[string]int64
		}
	}
	if err := json.Unmarshal(summary, &told); err != nil {
		t.Fatal(err)
	}
	dropped := int64(0)
	for _, n := range told.Frames.Dropped {
		dropped += n
	}
	if f := told.Frames; f.Analysed < 1 || f.Received != f.Analysed+dropped {
		t.Errorf("frames %+v", f)
	}
	s.measuresTell(t, "rollwell_sessions_started_total 1", `rollwell_sessions_ended_total{reason="stopped"} 1`, "rollwell_publications 0",
		`rollwell_websocket_disconnects_total{reason="ended"} 1`, "rollwell_sessions 0", `rollwell_stage_seconds_count{stage="pose"}`)
	if a := s.call(http.MethodDelete, "/api/sessions/"+o.ID, "", o.bearer()...); a.status != http.StatusNoContent {
		t.Errorf("forgetting: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, "/api/sessions/"+o.ID+"/summary", "", o.bearer()...); a.code() != "unknown_session" {
		t.Errorf("forgotten, the summary is %s", a.body)
	}
}

// measuresTell fails unless the metrics hold lines that begin so.
func (s *stand) measuresTell(t *testing.T, lines ...string) {
	t.Helper()
	waitFor(t, "the metrics "+strings.Join(lines, ", "), func() bool {
		text := "\n" + string(s.call(http.MethodGet, "/metrics", "").body)
		return !slices.ContainsFunc(lines, func(l string) bool { return !strings.Contains(text, "\n"+l) })
	})
}

func TestStartRefuses(t *testing.T) {
	s := newStand(t, setUp{})
	wish := func(change ...string) string { return strings.NewReplacer(change...).Replace(goodWish) }
	for name, tt := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no consent":            {wish(`"consent":true`, `"consent":false`), 403, "consent_missing"},
		"no word of consent":    {wish(`"consent":true,`, ``), 403, "consent_missing"},
		"no screening":          {wish(`"screening_passed":true`, `"screening_passed":false`), 403, "screening_missing"},
		"unknown exercise":      {wish("thoracic-roll", "juggling"), 400, "unknown_exercise"},
		"huge roller":           {wish("15", "150"), 400, "bad_request"},
		"short roller":          {wish(`"length_cm":null`, `"length_cm":1`), 400, "bad_request"},
		"unknown member":        {wish(`"language"`, `"tongue"`), 400, "bad_request"},
		"wrong type":            {wish(`true`, `"yes"`), 400, "bad_request"},
		"something after it":    {goodWish + "{}", 400, "bad_request"},
		"no JSON":               {"exercise=thoracic-roll", 400, "bad_request"},
		"nothing":               {"", 400, "bad_request"},
		"endless":               {`{"exercise":"` + strings.Repeat("x", 20<<10) + `"}`, 413, "too_large"},
		"a roller without size": {wish(`15`, `null`), 201, ""},
		"no roller":             {wish(`{"diameter_cm":15,"length_cm":null}`, `null`), 201, ""},
	} {
		a := s.call(http.MethodPost, "/api/sessions", tt.body, "Content-Type", jsonType)
		if a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", "text/plain"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("as text: %d %s", a.status, a.body)
	}
}

func TestAccessToken(t *testing.T) {
	const secret = "a-secret-of-some-length"
	s := newStand(t, setUp{options: func(o *Options) { o.AccessToken = secret }})
	for _, given := range []string{"", "Bearer ", "Bearer wrong", "Basic " + secret, secret, "Bearer " + secret + "x"} {
		if a := s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", jsonType, "Authorization", given); a.status != 401 ||
			a.code() != "access_token" || a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("with %q: %d %s", given, a.status, a.body)
		}
		if a := s.call(http.MethodGet, "/metrics", "", "Authorization", given); a.status != 401 {
			t.Errorf("metrics with %q: %d", given, a.status)
		}
	}
	o := s.open("Authorization", "Bearer "+secret)
	hear(t, s.watch(o), "a state", isType("state"))
	if a := s.call(http.MethodGet, "/metrics", "", "Authorization", "bearer "+secret); a.status != 200 {
		t.Errorf("metrics: %d", a.status)
	}
	if a := s.call(http.MethodGet, "/api/info", ""); !strings.Contains(string(a.body), `"token_required":true`) {
		t.Errorf("info %s", a.body)
	}
}

// Nobody touches somebody else's check, and nobody learns which checks there are by trying.
func TestOnlyTheOwnerTouchesACheck(t *testing.T) {
	s := newStand(t, setUp{})
	mine, other := s.open(), s.open()
	for _, tt := range []struct{ method, path, body, kind string }{
		{http.MethodGet, "/summary", "", ""},
		{http.MethodDelete, "", "", ""},
		{http.MethodPost, "/whip", "v=0", sdpType},
		{http.MethodDelete, "/whip/1", "", ""},
	} {
		for _, token := range []string{"", "wrong", other.Token} {
			a := s.call(tt.method, "/api/sessions/"+mine.ID+tt.path, tt.body, "Authorization", "Bearer "+token, "Content-Type", tt.kind)
			if a.status != http.StatusUnauthorized || a.code() != "wrong_token" {
				t.Errorf("%s %s with %q: %d %s", tt.method, tt.path, token, a.status, a.body)
			}
		}
		for _, id := range []string{"nobody", strings.ToLower(mine.ID), mine.ID + "x"} {
			a := s.call(tt.method, "/api/sessions/"+id+tt.path, tt.body, "Authorization", "Bearer "+mine.Token, "Content-Type", tt.kind)
			if a.status != http.StatusNotFound || a.code() != "unknown_session" {
				t.Errorf("%s %s of %s: %d %s", tt.method, tt.path, id, a.status, a.body)
			}
		}
	}
	for _, tt := range []struct{ id, token, says string }{
		{mine.ID, other.Token, "401"}, {mine.ID, "", "401"}, {"nobody", mine.Token, "404"},
	} {
		if _, err := page.Dial(t.Context(), s.url+"/api/sessions/"+tt.id+"/events", tt.token, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("events of %s with %q: %v", tt.id, tt.token, err)
		}
	}
	if a := s.call(http.MethodGet, mine.Events, ""); a.code() != "wrong_protocol" {
		t.Errorf("events without a WebSocket: %d %s", a.status, a.body)
	}
	hear(t, s.watch(mine), "a state after all that", isType("state"))
}

func TestFullServerSaysWhenToComeBack(t *testing.T) {
	s := newStand(t, setUp{pool: session.PoolOptions{MaxSessions: 2, RetryAfter: 7 * time.Second}})
	first := s.open()
	s.open()
	a := s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", jsonType)
	if a.status != http.StatusServiceUnavailable || a.code() != "server_full" || a.header.Get("Retry-After") != "7" ||
		!strings.Contains(string(a.body), `"retry_after_s":7`) || !strings.Contains(string(a.body), "Try again in 7 seconds") {
		t.Errorf("the third visitor: %d %v %s", a.status, a.header, a.body)
	}
	if a := s.call(http.MethodDelete, "/api/sessions/"+first.ID, "", first.bearer()...); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	s.open()
	s.measuresTell(t, `rollwell_refused_total{code="server_full"} 1`)
}

func TestOffersThatCannotBeTaken(t *testing.T) {
	s := newStand(t, setUp{})
	o := s.open()
	const noVideo = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n" +
		"a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=rtcp-mux\r\n"
	for name, tt := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"garbage":  {"\x00\x01 this is no offer", 400, "bad_offer"},
		"nothing":  {"", 400, "bad_offer"},
		"huge":     {"v=0\r\n" + strings.Repeat("a=x\r\n", 20<<10), 413, "too_large"},
		"no video": {noVideo, 422, "no_video"},
	} {
		a := s.call(http.MethodPost, o.WHIP, tt.body, append(o.bearer(), "Content-Type", sdpType)...)
		if a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := s.call(http.MethodPost, o.WHIP, noVideo, append(o.bearer(), "Content-Type", jsonType)...); a.code() != "wrong_type" {
		t.Errorf("as JSON: %d %s", a.status, a.body)
	}
	for _, method := range []string{http.MethodPatch, http.MethodGet, http.MethodOptions, http.MethodPut} {
		for path, allow := range map[string]string{o.WHIP: "POST", o.WHIP + "/1": "DELETE"} {
			if a := s.call(method, path, "", o.bearer()...); a.status != 405 || a.header.Get("Allow") != allow || a.code() != "wrong_method" {
				t.Errorf("%s %s: %d %v %s", method, path, a.status, a.header, a.body)
			}
		}
	}
	hear(t, s.watch(o), "a state after all that", isType("state"))
}

// A camera that comes back takes the place of the one before, and the check goes on.
func TestPublishingAnew(t *testing.T) {
	s := newStand(t, setUp{})
	o, clip := s.open(), units(t)
	p := s.watch(o)
	s.send(o, clip)
	seen := hear(t, p, "a frame", func(m *page.Message) bool { return m.Type == "state" && m.T != nil })
	s.send(o, clip)
	hear(t, p, "frames that go on", func(m *page.Message) bool {
		return m.Type == "state" && m.T != nil && *m.T > *seen.T+0.5 && m.Connection == "good"
	})
	s.measuresTell(t, "rollwell_publications 1") // the server has hung up on the first
	if a := s.call(http.MethodDelete, o.WHIP+"/1", "", o.bearer()...); a.code() != "unknown_publication" {
		t.Errorf("ending the first: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodDelete, o.WHIP+"/2", "", o.bearer()...); a.status != http.StatusOK {
		t.Errorf("ending the second: %d %s", a.status, a.body)
	}
	hear(t, p, "the loss", func(m *page.Message) bool { return m.Connection == "lost" })
}

// A check to which no video comes ends by itself, tells the page so, and is forgotten in the end.
func TestCheckWithoutVideoEnds(t *testing.T) {
	s := newStand(t, setUp{live: func(c *session.LiveConfig) { c.IdleAfter = 50 * time.Millisecond }})
	o := s.open()
	p := s.watch(o)
	hear(t, p, "the reason", func(m *page.Message) bool { return m.Type == "error" && m.Code == "no_video" })
	hear(t, p, "the summary", isType("summary"))
	a := s.call(http.MethodPost, o.WHIP, "v=0", append(o.bearer(), "Content-Type", sdpType)...)
	if a.status != http.StatusGone || a.code() != "ended" {
		t.Errorf("publishing after the end: %d %s", a.status, a.body)
	}
	s.server.registry.sweep(time.Now().Add(time.Minute), 10)
	if a := s.call(http.MethodGet, "/api/sessions/"+o.ID+"/summary", "", o.bearer()...); a.status != http.StatusNotFound {
		t.Errorf("after a while: %d %s", a.status, a.body)
	}
}

func TestOldSummariesMakeRoom(t *testing.T) {
	s := newStand(t, setUp{live: func(c *session.LiveConfig) { c.IdleAfter = time.Millisecond }})
	var all []opened
	for range 3 {
		o := s.open()
		waitFor(t, "the end", func() bool {
			return s.call(http.MethodGet, "/api/sessions/"+o.ID+"/summary", "", o.bearer()...).status == http.StatusOK
		})
		all = append(all, o)
	}
	s.server.registry.sweep(time.Time{}, 2)
	for i, want := range []int{404, 200, 200} {
		if a := s.call(http.MethodGet, "/api/sessions/"+all[i].ID+"/summary", "", all[i].bearer()...); a.status != want {
			t.Errorf("check %d: %d, want %d", i, a.status, want)
		}
	}
}
