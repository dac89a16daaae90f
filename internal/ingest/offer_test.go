package ingest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"

	"github.com/rollwell/rollwell/internal/media"
)

// chromium is an offer as Chromium makes it for one camera, with a data channel and audio besides.
func chromium(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "chromium.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\n", "\r\n")
}

func TestReadOfferOfChromium(t *testing.T) {
	o, err := readOffer(chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	var codecs []media.Codec
	for _, c := range o.codecs {
		codecs = append(codecs, c.codec)
		if !c.repaired {
			t.Errorf("%v has no retransmissions", c.codec)
		}
	}
	if len(codecs) != 4 || codecs[0] != media.H264 || codecs[1] != media.VP8 {
		t.Errorf("codings %v, want H.264, then VP8, then the others", codecs)
	}
	if fmtp := o.codecs[0].fmtp; !strings.Contains(fmtp, "42e01f") || !strings.Contains(fmtp, "packetization-mode=1") {
		t.Errorf("H.264 as %q", fmtp)
	}
	ids := o.ids()
	if ids.captureTime == 0 || ids.colourSpace == 0 || ids.transportCC == 0 {
		t.Errorf("header extensions %+v", ids)
	}
	if _, ok := o.extensions["urn:3gpp:video-orientation"]; ok {
		t.Error("video orientation is accepted, so the browser would not turn the pictures")
	}
	if o.ssrc == 0 || o.repairSSRC == 0 || o.ssrc == o.repairSSRC {
		t.Errorf("streams %d and %d", o.ssrc, o.repairSSRC)
	}
}

func TestAnswerToChromium(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1", StartBitrateKbps: 1500})
	p, err := r.Publish(t.Context(), chromium(t), 1, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	var answer, offer sdp.SessionDescription
	if err := errors.Join(answer.UnmarshalString(p.Answer()), offer.UnmarshalString(chromium(t))); err != nil {
		t.Fatal(err)
	}
	if len(answer.MediaDescriptions) != len(offer.MediaDescriptions) {
		t.Fatalf("%d sections answer %d", len(answer.MediaDescriptions), len(offer.MediaDescriptions))
	}
	candidates := 0
	for i, m := range answer.MediaDescriptions {
		if taken := m.MediaName.Port.Value != 0; taken != (offer.MediaDescriptions[i].MediaName.Media == "video") {
			t.Errorf("section %d, %s: taken %v", i, m.MediaName.Media, taken)
		}
		for _, a := range m.Attributes {
			switch {
			case a.Key == "fmtp" && !strings.Contains(a.Value, "apt=") && !strings.HasSuffix(a.Value, "x-google-start-bitrate=1500"):
				t.Errorf("no bit rate to start with in %q", a.Value)
			case a.Key == "candidate":
				candidates++
				if !strings.Contains(a.Value, " 127.0.0.1 ") || !strings.Contains(a.Value, " typ host") {
					t.Errorf("candidate %q, want only hosts on loopback", a.Value)
				}
			case a.Key == "extmap" && strings.Contains(a.Value, "video-orientation"):
				t.Errorf("%q was agreed to", a.Value)
			}
		}
	}
	if candidates != 2 {
		t.Errorf("%d candidates, want UDP and TCP", candidates)
	}
	if group, _ := answer.Attribute("group"); group != "BUNDLE "+p.mid(t) {
		t.Errorf("group %q holds more than the video", group)
	}
}

// mid is the name of the one section that was taken.
func (p *Publication) mid(t *testing.T) string {
	t.Helper()
	return p.connection.GetTransceivers()[0].Mid()
}

func TestPublicAddressesAreTold(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1", PublicIPs: []string{"203.0.113.7"}})
	p, err := r.Publish(t.Context(), chromium(t), 1, newRecorder())
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Answer(); strings.Contains(a, " 127.0.0.1 ") || strings.Count(a, " 203.0.113.7 ") != 2 {
		t.Errorf("want the public address and no local one in\n%s", a)
	}
}

func TestBadOffersAreRefused(t *testing.T) {
	good := chromium(t)
	without := func(prefixes ...string) string {
		var kept []string
		for _, line := range strings.Split(good, "\r\n") {
			drop := false
			for _, p := range prefixes {
				drop = drop || strings.HasPrefix(line, p)
			}
			if !drop {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\r\n")
	}
	for name, test := range map[string]struct {
		offer string
		want  error
	}{
		"empty":             {"", ErrOffer},
		"garbage":           {"\x00\xff\x01 no SDP at all", ErrOffer},
		"an HTML page":      {"<!doctype html><html></html>", ErrOffer},
		"cut off":           {good[:300], ErrNoVideo},
		"huge":              {good + strings.Repeat("a=x:y\r\n", 10000), ErrTooLarge},
		"many sections":     {good + strings.Repeat("m=audio 9 RTP/AVP 0\r\n", 100), ErrTooLarge},
		"many attributes":   {good + strings.Repeat("a=x\r\n", 3000), ErrTooLarge},
		"audio only":        {strings.ReplaceAll(good, "m=video", "m=audio"), ErrNoVideo},
		"receives video":    {strings.ReplaceAll(good, "a=sendonly", "a=recvonly"), ErrNoVideo},
		"no coding known":   {without("a=rtpmap"), ErrNoCodec},
		"other codings":     {strings.NewReplacer("H264/", "H266/", "VP8/", "VP7/", "VP9/", "VP0/", "AV1/", "AV2/").Replace(good), ErrNoCodec},
		"no credentials":    {without("a=ice-"), ErrOffer},
		"no fingerprint":    {without("a=fingerprint"), ErrOffer},
		"no role":           {without("a=setup"), ErrOffer},
		"no mid":            {without("a=mid"), ErrOffer},
		"strange mid":       {strings.ReplaceAll(good, "a=mid:1", "a=mid:\x7f\x7f"), ErrOffer},
		"weak fingerprint":  {strings.ReplaceAll(good, "sha-256", "md5"), ErrOffer},
		"payload types odd": {strings.ReplaceAll(good, "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPF 999 -1 x"), nil},
		"empty simulcast":   {good + "a=simulcast:send ;;\r\na=rid:\r\n", nil}, // pion's own parser panics at it
		"bad candidates":    {good + "a=candidate:\r\na=candidate:1 1 udp 1 host.example 9 typ host\r\n", nil},
		"one answer only":   {strings.ReplaceAll(good, "a=setup:actpass", "a=setup:active"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := receive(t, Options{Address: "127.0.0.1"})
			_, err := r.Publish(t.Context(), test.offer, 1, newRecorder())
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if test.want != nil && r.Publications() != 0 {
				t.Error("a refused offer keeps its room")
			}
		})
	}
}

// FuzzReadOffer reads what strangers may send, and what pion gets to see of it.
func FuzzReadOffer(f *testing.F) {
	f.Add(chromium(f))
	f.Add("v=0\r\no=- 1 1 IN IP4 0\r\ns=-\r\nt=0 0\r\nm=video 9 X 96\r\na=rtpmap:96 VP8/90000\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOffer(text)
		if err != nil {
			return
		}
		reduced, err := o.reduced()
		if err != nil {
			t.Fatalf("not to be written: %v", err)
		}
		again, err := readOffer(reduced)
		if err != nil {
			t.Fatalf("what pion gets to see is refused: %v\n%s", err, reduced)
		}
		if len(again.codecs) != len(o.codecs) || again.ssrc != o.ssrc || len(again.extensions) != len(o.extensions) {
			t.Fatalf("pion gets to see something else:\n%s", reduced)
		}
	})
}
