package upload

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/words"
)

const (
	// maxMetadata is the most bytes of the header with what is told of a clip, and maxValue of one value in it.
	maxMetadata, maxValue = 8 << 10, 1 << 10
	// maxShown is the most letters that are kept of a file's name.
	maxShown = 200
)

// keys are what can be told of a clip.
var keys = []string{"filename", "filetype", "title", "exercise", "language", "height_cm", "roller", "sha256", "keep"}

// wish is what somebody tells of a clip.
type wish struct {
	filename, title, exercise, language string
	options                             store.AnalyseOptions
	sha256                              string // of the whole file, in hexadecimal; empty where it was not told
	keep                                store.Keep
}

// metadataError says what is wrong with what was told. name is that of a sentence.
type metadataError struct {
	name string
	data map[string]any
}

// Error names the sentence, for the log.
func (e *metadataError) Error() string { return fmt.Sprintf("%s %v", e.name, e.data) }

func wrong(key string) error {
	return &metadataError{"error.upload_metadata", map[string]any{"Key": key}}
}

// rollerForm is X,Y,RADIUS@TIME.
var rollerForm = regexp.MustCompile(`^(\d{1,5}(\.\d{1,3})?,){2}\d{1,5}(\.\d{1,3})?@\d{1,6}(\.\d{1,3})?$`)

// read reads the header strictly: tusd leaves out what it does not understand.
func (u *Uploads) read(header string) (w wish, err error) {
	if len(header) > maxMetadata {
		return w, wrong("Upload-Metadata")
	}
	values := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, code, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if key == "" {
			continue
		}
		text, err := base64.StdEncoding.DecodeString(code)
		if _, twice := values[key]; err != nil || twice || !slices.Contains(keys, key) || len(text) > maxValue || !utf8.Valid(text) {
			return w, wrong(store.Clean(shorten(key, 40)))
		}
		values[key] = string(text)
	}
	w = wish{
		filename: shown(values["filename"]), title: shown(values["title"]), exercise: values["exercise"],
		language: words.Match(values["language"]), sha256: strings.ToLower(values["sha256"]), keep: store.Keep(values["keep"]),
	}
	w.options.Roller = values["roller"]
	return w, w.check(u, values["height_cm"])
}

// check refuses what makes no sense.
func (w *wish) check(u *Uploads, height string) error {
	if w.keep == "" {
		w.keep = store.KeepVideo
	}
	if w.title == "" {
		w.title = strings.TrimSuffix(w.filename, path.Ext(w.filename))
	}
	if height != "" {
		cm, err := strconv.ParseFloat(height, 64)
		if err != nil || !(cm >= 100 && cm <= 250) {
			return wrong("height_cm")
		}
		w.options.HeightCM = cm
	}
	if sum, err := hex.DecodeString(w.sha256); w.sha256 != "" && (err != nil || len(sum) != 32) {
		return wrong("sha256")
	}
	switch {
	case w.exercise != "" && !u.o.Exercise(w.exercise):
		return wrong("exercise")
	case w.keep != store.KeepVideo && w.keep != store.KeepObservations:
		return wrong("keep")
	case w.options.Roller != "" && !rollerForm.MatchString(w.options.Roller):
		return wrong("roller")
	}
	return nil
}

// shown makes a name from outside fit to be shown. It never names a file of ours.
func shown(name string) string {
	name = store.Clean(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = strings.TrimSpace(name[i+1:])
	}
	return shorten(name, maxShown)
}

func shorten(text string, letters int) string {
	if r := []rune(text); len(r) > letters {
		return string(r[:letters])
	}
	return text
}

// session is what the clip will be in the library.
func (w *wish) session(now time.Time, keepDays int) store.Session {
	n := store.Session{
		Kind: store.Upload, State: store.Uploading, Title: w.title, SourceName: w.filename, Exercise: w.exercise,
		Language: w.language, Keep: w.keep, Created: now,
	}
	if keepDays > 0 && w.keep == store.KeepVideo {
		until := now.AddDate(0, 0, keepDays)
		n.KeepUntil = &until
	}
	return n
}

// kept is what has to be known once the clip has arrived, also after a restart.
func (w *wish) kept() handler.MetaData {
	text, _ := json.Marshal(w.options) // never fails
	return handler.MetaData{"options": string(text), "sha256": w.sha256, "filename": w.filename}
}

// told reads back what kept wrote.
func told(info handler.FileInfo) (o store.AnalyseOptions, sha256 string) {
	_ = json.Unmarshal([]byte(info.MetaData["options"]), &o) // our own; without it the clip is analysed without
	return o, info.MetaData["sha256"]
}
