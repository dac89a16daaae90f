package main

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/exam"
)

// labelled makes a folder of labelled pictures: the first frame of each test clip, and a bare room.
func labelled(t *testing.T) string {
	t.Helper()
	var lines bytes.Buffer
	dir := filepath.Dir(ffmpeg(t, "bare.png", "-f", "lavfi", "-i", "color=c=0xb0a890:s=640x360", "-frames:v", "1"))
	for _, clip := range []string{"correct", "lumbar", "hips", "fast"} {
		picture := ffmpeg(t, clip+".png", "-i", testClips+clip+".mp4", "-frames:v", "1")
		if err := os.Rename(picture, filepath.Join(dir, clip+".png")); err != nil {
			t.Fatal(err)
		}
		first := truth(t, clip)[0]
		near, far := first.Roller.Near, first.Roller.Far
		line, err := json.Marshal(exam.Label{
			Image: clip + ".png", TorsoPx: first.TorsoPx, S: first.U, Groups: []string{"clips"},
			Roller: &exam.Truth{Near: near.Px, Far: far.Px, Radius: near.Radius, Face: near.Face},
		})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	lines.WriteString(`{"image":"bare.png","torso_px":90,"roller":null,"s":null,"groups":["bare"]}`)
	if err := os.WriteFile(filepath.Join(dir, exam.LabelsFile), lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestEvalRollerMarksAFolder(t *testing.T) {
	dir := labelled(t)
	sheet := filepath.Join(t.TempDir(), "made", "sheet.jpg")
	code, out, errs := rollwell(t.Context(), "eval", "roller", dir, "--models", testModels, "--fewest", "1", "--sheet", sheet)
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var all, bare string
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "| all |") {
			all = line
		}
		if strings.HasPrefix(line, "| bare |") {
			bare = line
		}
	}
	if !strings.HasPrefix(all, "| all | 5 | 1.000 | 4 | 0.000 | 1 | 1.000 |") || !strings.HasPrefix(bare, "| bare | 1 |  | 0 | 0.000 | 1 |") {
		t.Errorf("four easy clips and a bare room came to\n%s", out)
	}
	f, err := os.Open(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if img, err := jpeg.Decode(f); err != nil || img.Bounds().Dx() < 1000 {
		t.Errorf("the sheet: %v", err)
	}
}

func TestEvalRollerSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	code, _, errs := rollwell(t.Context(), "eval", "roller", dir, "--models", testModels)
	if code != exitInput || !strings.Contains(errs, "labels.jsonl") {
		t.Errorf("a folder without labels: %d, %s", code, errs)
	}
	line := `{"image":"gone.jpg","torso_px":90,"roller":null,"s":null,"groups":[]}`
	if err := os.WriteFile(filepath.Join(dir, "labels.jsonl"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs = rollwell(t.Context(), "eval", "roller", dir, "--models", testModels)
	if code != exitInput || !strings.Contains(errs, "gone.jpg") {
		t.Errorf("a picture that is not there: %d, %s", code, errs)
	}
}
