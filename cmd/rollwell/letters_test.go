package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
)

func thoracicRoll(t *testing.T) *exercise.Exercise {
	t.Helper()
	all, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(ex *exercise.Exercise) bool { return ex.ID == "thoracic-roll" })
	return all[i]
}

func TestOverlayWritesEveryLanguageThatItHasLettersFor(t *testing.T) {
	ex := thoracicRoll(t)
	for _, language := range exercise.Languages() {
		w, err := export.NewWriting(export.WordsOnScreen(ex, language), language, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The embedded fonts have all letters of Europe, and no Chinese ones.
		if want := language != "zh-Hans"; (w.Language == language) != want || (w.Note == "") != want || w.Letters != nil {
			t.Errorf("%s without fonts: written in %s, note %q", language, w.Language, w.Note)
		}
	}
	bad := filepath.Join(t.TempDir(), "bad.ttc")
	if err := os.WriteFile(bad, []byte("ttcf and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := export.NewWriting(export.WordsOnScreen(ex, "zh-Hans"), "zh-Hans", [][2]string{{"/no/such/font.ttc", bad}, {bad, bad}})
	if err != nil || w.Language != "en" || !strings.Contains(w.Note, "fonts-noto-cjk") {
		t.Errorf("with bad fonts: %+v, error %v", w, err)
	}
}

func TestOverlayWritesChinese(t *testing.T) {
	ex := thoracicRoll(t)
	w, err := export.NewWriting(export.WordsOnScreen(ex, "zh-Hans"), "zh-Hans", export.SystemFonts())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	if w.Letters == nil {
		t.Fatalf("%s: .ci/deps.sh test installs the letters", w.Note)
	}
	if w.Language != "zh-Hans" || w.Note != "" {
		t.Errorf("written in %s, note %q", w.Language, w.Note)
	}
}

// A video that cannot be written in the language of the cues shows them in its own.
func TestFilmSaysCuesInItsLanguage(t *testing.T) {
	ex := thoracicRoll(t)
	check := &ex.Checks[0]
	f := &film{exercise: ex, writing: &export.Writing{Language: "en"}}
	cue := &coach.Banner{Finding: coach.Finding{Code: check.Code, Text: "把泡沫轴往上挪"}, Hint: "下背没有肋骨"}
	if got, want := f.banner(cue), check.WordsIn("en"); got.Text != want.Text || got.Hint != want.Hint {
		t.Errorf("got %q and %q, want %q and %q", got.Text, got.Hint, want.Text, want.Hint)
	}
	if f.banner(nil) != nil {
		t.Error("nothing to say became a banner")
	}
}
