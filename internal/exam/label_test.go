package exam

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func folderOf(name, text string) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: []byte(text)}}
}

func TestLoadReadsLabels(t *testing.T) {
	labels, err := Load(folderOf(LabelsFile, `{"image":"img/a.jpg","torso_px":100,"roller":{"near":[1,2],"far":[3,4],"radius":9,"face":0.7,"alike":true},"s":0.8,"groups":["black"]}

{"image":"b.png","torso_px":50,"roller":null,"s":null,"groups":[]}
`))
	if err != nil || len(labels) != 2 {
		t.Fatalf("%d labels, %v", len(labels), err)
	}
	a := labels[0]
	if a.Image != "img/a.jpg" || a.Roller == nil || a.Roller.Near != [2]float64{1, 2} || !a.Roller.Alike || *a.S != .8 || a.Groups[0] != "black" {
		t.Errorf("read %+v", a)
	}
	if labels[1].Roller != nil || labels[1].S != nil {
		t.Errorf("read %+v: what is null is not there", labels[1])
	}
}

func TestLoadRefusesWhatMakesNoSense(t *testing.T) {
	for name, line := range map[string]string{
		"no JSON":         `{`,
		"unknown key":     `{"image":"a.jpg","torso_px":9,"rollr":null}`,
		"path out":        `{"image":"../a.jpg","torso_px":9}`,
		"absolute path":   `{"image":"/etc/passwd","torso_px":9}`,
		"no image":        `{"torso_px":9}`,
		"no torso":        `{"image":"a.jpg","torso_px":0}`,
		"negative radius": `{"image":"a.jpg","torso_px":9,"roller":{"near":[0,0],"far":[0,0],"radius":-1,"face":1}}`,
		"share over one":  `{"image":"a.jpg","torso_px":9,"roller":{"near":[0,0],"far":[0,0],"radius":1,"face":1.5}}`,
	} {
		_, err := Load(folderOf(LabelsFile, "{\"image\":\"ok.jpg\",\"torso_px\":9}\n"+line+"\n"))
		if !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), LabelsFile+":2") {
			t.Errorf("%s: %v, want an error that names line 2", name, err)
		}
	}
	if _, err := Load(folderOf("readme.txt", "")); !errors.Is(err, ErrNoLabels) {
		t.Errorf("a folder without labels: %v", err)
	}
}

// stillLine is a line as the generator writes it, cut down to what is read.
const stillLine = `{"id":"7","kind":"positive","person_px":900,"roller_visible":true,"stray_roller_px":0,"torso_px":80,"contact":true,"u":0.9,` +
	`"exercise":"thoracic_roll","camera":{"azimuth":105,"fov":60,"dist":3},"roller_param":{"hole":0,"color":[0.02,0.02,0.03]},` +
	`"roller":{"length_m":0.45,"near":{"px":[10,20],"radius_px":12,"face_visible":0.6},"far":{"px":[30,40],"radius_px":10.5,"face_visible":0}}}`

func TestLoadReadsTheGeneratorsStills(t *testing.T) {
	stray := `{"id":"8","kind":"roller_standing","person_px":0,"roller_visible":false,"stray_roller_px":400,"camera":{"azimuth":90,"fov":60,"dist":3}}`
	empty := `{"id":"9","kind":"empty_room","person_px":0,"roller_visible":false,"stray_roller_px":0,"camera":{"azimuth":90,"fov":60,"dist":3}}`
	labels, err := Load(folderOf("stills_1.jsonl", stillLine+"\n"+stray+"\n"+empty+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(labels) != 2 || labels[1].Image != "img/9.jpg" || labels[1].Roller != nil {
		t.Fatalf("labels %+v: a roller that stands about with nobody there must not count", labels)
	}
	l := labels[0]
	want := "kind positive, view 10-25 deg off side-on, near face 50-80 % seen, solid, roller black or dark grey"
	if got := strings.Join(l.Groups, ", "); got != want || l.S == nil || *l.S != .9 || l.Roller.Face != .6 || l.Roller.Alike {
		t.Errorf("read %+v with %q", l, got)
	}
	// 50 cm at 3 m through a lens of 60 degrees.
	if got := labels[1].TorsoPx; got < 92 || got > 93 {
		t.Errorf("a torso of 50 cm would span %.1f pixels", got)
	}
}

func TestARollerAcrossTheLineOfSightHasNoNearEnd(t *testing.T) {
	labels, err := Load(folderOf("stills_1.jsonl", strings.ReplaceAll(stillLine, `"radius_px":10.5`, `"radius_px":11.9`)))
	if err != nil || !labels[0].Roller.Alike {
		t.Errorf("%+v, %v", labels, err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(stillLine)
	f.Add(`{"image":"a.jpg","torso_px":9,"roller":null}`)
	f.Add("{\"image\":\"a\\u0000\",\"torso_px\":1e999}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{LabelsFile, "stills_0.jsonl"} {
			labels, err := Load(folderOf(name, text))
			if err != nil && !errors.Is(err, ErrLabel) {
				t.Fatal(err)
			}
			for _, l := range labels {
				if !(l.TorsoPx > 0) {
					t.Fatalf("passed %+v", l)
				}
			}
		}
	})
}
