package models

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// projectModels is the project's own models folder.
const projectModels = "../../models"

// withPackages makes a models folder that shares the project's packages.
func withPackages(t *testing.T) string {
	t.Helper()
	packages, err := filepath.Abs(filepath.Join(projectModels, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(packages); err != nil {
		t.Fatalf("this test converts the published models: run `make models` first: %v", err)
	}
	dir := t.TempDir()
	if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// record returns install options that note each step as "step name".
func record(dir string, steps *[]string) InstallOptions {
	return InstallOptions{Dir: dir, Progress: func(p Progress) {
		*steps = append(*steps, strings.TrimSpace(string(p.Step)+" "+p.Name))
	}}
}

// TestInstall converts the published models, all variants, and finds every
// byte as the catalogue says; a second run changes nothing, and a third
// repairs what was spoilt.
func TestInstall(t *testing.T) {
	dir := withPackages(t)
	var steps []string
	opts := record(dir, &steps)
	opts.WithSegmentation, opts.WithRuntime = true, true
	if err := Install(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	list, err := Verify(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.State != Installed {
			t.Errorf("%s is %s", s.Name, s.State)
		}
	}
	if library, err := RuntimeLibrary(dir); err != nil || filepath.Dir(library) != dir {
		t.Errorf("library is %q, %v; want the copy in the folder", library, err)
	}

	steps = nil
	begin := time.Now()
	if err := Install(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	t.Logf("second run took %v", time.Since(begin))
	for _, step := range steps {
		if !strings.HasPrefix(step, string(StepKept)) {
			t.Errorf("second run: %s", step)
		}
	}

	if err := os.Truncate(Path(dir, PoseLandmarkLiteSegmentation), 1000); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(Path(dir, PoseDetector)); err != nil {
		t.Fatal(err)
	}
	_, err = Verify(t.Context(), dir)
	if !errors.Is(err, ErrMissing) || !errors.Is(err, ErrAltered) || !strings.Contains(err.Error(), "pose_landmark_lite_segmentation.onnx has 1000 bytes") {
		t.Errorf("Verify says %v", err)
	}
	if err := Install(t.Context(), InstallOptions{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), dir); err != nil {
		t.Errorf("after repair: %v", err)
	}
	leftovers(t, dir)
}

// leftovers fails if a temporary file was left behind.
func leftovers(t *testing.T, dir string) {
	t.Helper()
	if files, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestConversionKeepsOnlyWhatIsNeeded: the models hold what the wanted outputs need and
// nothing of TensorFlow Lite's storage formats.
func TestConversionKeepsOnlyWhatIsNeeded(t *testing.T) {
	dir := withPackages(t)
	for _, e := range Catalogue() {
		if e.Name != string(PoseDetector) && e.Name != string(PoseLandmarkLite) {
			continue // the others differ in size only
		}
		source, err := os.ReadFile(sourcePath(dir, e))
		if err != nil {
			t.Fatal(err)
		}
		once, err := convert(source, *e.convert)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"segmentation", "dequantize", "_half"} {
			if bytes.Contains(once, []byte(name)) {
				t.Errorf("%s contains %q", e.Name, name)
			}
		}
		if _, err := convert(source[:len(source)/2], *e.convert); err == nil {
			t.Errorf("half of %s was converted", e.Source)
		}
	}
}

func TestInstallRefusesForeignSources(t *testing.T) {
	dir := t.TempDir()
	e := detector()
	path := sourcePath(dir, e)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("<html>404</html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Install(t.Context(), InstallOptions{Dir: dir})
	if !errors.Is(err, ErrAltered) || !strings.Contains(err.Error(), path+" has 16 bytes") || !strings.Contains(err.Error(), "delete the folder node_modules") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(Path(dir, PoseDetector)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a model was written: %v", err)
	}
	leftovers(t, dir)
}

func TestInstallEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Install(ctx, InstallOptions{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDir(t *testing.T) {
	flagged, named, work := t.TempDir(), t.TempDir(), t.TempDir()
	t.Chdir(work)
	t.Setenv(EnvDir, "")
	if _, err := Dir(""); !errors.Is(err, ErrNoFolder) || !strings.Contains(err.Error(), "--models") {
		t.Errorf("nowhere: got %v", err)
	}
	// A folder of that name that holds something else is not ours.
	if err := os.Mkdir("models", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Dir(""); !errors.Is(err, ErrNoFolder) {
		t.Errorf("foreign folder: got %v", err)
	}
	if err := os.WriteFile("models/package-lock.json", []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Dir(""); got != "models" || err != nil {
		t.Errorf("working directory: got %q, %v", got, err)
	}
	t.Setenv(EnvDir, named)
	if got, err := Dir(""); got != named || err != nil {
		t.Errorf("environment: got %q, %v", got, err)
	}
	if got, err := Dir(flagged); got != flagged || err != nil {
		t.Errorf("flag: got %q, %v", got, err)
	}
	if _, err := Dir(filepath.Join(flagged, "absent")); !errors.Is(err, ErrNoFolder) {
		t.Errorf("absent folder: got %v", err)
	}
}

func TestFindAndRuntimeLibrary(t *testing.T) {
	dir := t.TempDir()
	if _, err := Find(dir, PoseLandmarkFull); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), advice) {
		t.Errorf("missing model: got %v", err)
	}
	if err := os.WriteFile(Path(dir, PoseLandmarkFull), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if path, err := Find(dir, PoseLandmarkFull); err != nil || path != filepath.Join(dir, "pose_landmark_full.onnx") {
		t.Errorf("model: got %q, %v", path, err)
	}
	if _, err := RuntimeLibrary(dir); !errors.Is(err, ErrMissing) {
		t.Errorf("missing library: got %v", err)
	}
	if library, err := RuntimeLibrary(withPackages(t)); err != nil || !strings.Contains(library, "node_modules") {
		t.Errorf("library in the packages: got %q, %v", library, err)
	}
	if _, ok := runtimeEntry("mips"); ok {
		t.Error("a library for mips")
	}
}

// TestCatalogueIsSound: digests are digests, names are unique, and both
// libraries are the published ones.
func TestCatalogueIsSound(t *testing.T) {
	hexDigest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	seen := map[string]bool{}
	for _, e := range Catalogue() {
		if !hexDigest.MatchString(e.SHA256) || !hexDigest.MatchString(e.SourceSHA256) || seen[e.File] {
			t.Errorf("%+v", e)
		}
		seen[e.File] = true
	}
	dir := withPackages(t)
	for _, arch := range []string{"amd64", "arm64"} {
		e, _ := runtimeEntry(arch)
		got, _, err := digestFile(sourcePath(dir, e))
		if err != nil || got != e.SHA256 {
			t.Errorf("%s: %s, %v", arch, got, err)
		}
	}
	if _, ok := runtimeEntry(runtime.GOARCH); !ok {
		t.Errorf("no library for %s", runtime.GOARCH)
	}
}

// TestPackagesArePinned: exact versions, digests for every package, and no
// download address, which would bind everybody to one registry.
func TestPackagesArePinned(t *testing.T) {
	var manifest struct {
		Dependencies map[string]string `json:"dependencies"`
		Dev          map[string]string `json:"devDependencies"`
	}
	var lock struct {
		Packages map[string]struct {
			Version   string            `json:"version"`
			Resolved  string            `json:"resolved"`
			Integrity string            `json:"integrity"`
			Needs     map[string]string `json:"dependencies"`
		} `json:"packages"`
	}
	for file, into := range map[string]any{"package.json": &manifest, "package-lock.json": &lock} {
		data, err := os.ReadFile(filepath.Join(projectModels, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if bytes.Contains(data, []byte(".tgz")) {
			t.Errorf("%s holds a download address", file)
		}
	}
	want := map[string]string{"@mediapipe/pose": "0.5.1675469404", "onnxruntime-node": "1.24.3"}
	if diff := cmp.Diff(want, manifest.Dependencies); diff != "" || len(manifest.Dev) > 0 {
		t.Errorf("package.json (-want +got):\n%s%v", diff, manifest.Dev)
	}
	if diff := cmp.Diff(want, lock.Packages[""].Needs); diff != "" {
		t.Errorf("package-lock.json is not of this package.json (-want +got):\n%s", diff)
	}
	for name, version := range want {
		if got := lock.Packages["node_modules/"+name].Version; got != version {
			t.Errorf("%s is locked at %q, want %s", name, got, version)
		}
	}
	for path, p := range lock.Packages {
		if path != "" && (!strings.HasPrefix(p.Integrity, "sha512-") || p.Resolved != "") {
			t.Errorf("%s has integrity %q and address %q", path, p.Integrity, p.Resolved)
		}
	}
}
