// Package repo holds the tests of the repository itself: that what its files say of one another is true.
package repo

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the top folder of the repository, seen from this package.
const root = "../.."

// read returns a file of the repository.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// walk calls visit with the path, from the top folder, of each file that belongs to the repository.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	foreign := []string{".git", "build", "out", "node_modules"}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if slices.Contains(foreign, e.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		visit(rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// makeTargets are the targets of the Makefile.
func makeTargets(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		names = append(names, m[1])
	}
	return names
}

func TestEveryMakeTargetNamedExists(t *testing.T) {
	targets := makeTargets(t)
	if !slices.Contains(targets, "test") || !slices.Contains(targets, "run") {
		t.Fatalf("targets %v read from the Makefile lack test or run", targets)
	}
	named := regexp.MustCompile("(?:`|(?m:^\\s*)|exec |--no-print-directory )make ([a-z][a-z-]*)")
	walk(t, func(path string) {
		switch {
		case filepath.Ext(path) == ".md", path == "Dockerfile", path == "Makefile", strings.HasPrefix(path, ".ci/"):
		default:
			return
		}
		for _, m := range named.FindAllStringSubmatch(read(t, path), -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s names `make %s`, which the Makefile does not have", path, m[1])
			}
		}
	})
}

func TestContinuousIntegrationRunsTheCommandOfTheREADME(t *testing.T) {
	if !strings.Contains(read(t, ".ci/run"), "make test\n") {
		t.Error(".ci/run does not run make test")
	}
	for _, command := range []string{"make run", "make test"} {
		if !strings.Contains(read(t, "README.md"), command) {
			t.Errorf("README.md does not name %s", command)
		}
	}
}

func TestScriptsAreExecutableAndParse(t *testing.T) {
	var scripts []string
	walk(t, func(path string) {
		if filepath.Ext(path) == ".sh" || path == ".ci/run" {
			scripts = append(scripts, path)
		}
	})
	if len(scripts) < 3 {
		t.Fatalf("only found the scripts %v", scripts)
	}
	for _, path := range scripts {
		info, err := os.Stat(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o111 == 0 {
			t.Errorf("%s is not executable", path)
		}
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", filepath.Join(root, path)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", path, err, out)
		}
	}
}

// The lock file pins hashes, not the place that packages come from: that is for each user to choose.
func TestLockFilesHoldHashesAndNoAddresses(t *testing.T) {
	for _, path := range []string{"models/package-lock.json", "web/package-lock.json"} {
		lock := read(t, path)
		if strings.Contains(lock, "\"resolved\"") || strings.Contains(lock, "https://reg") {
			t.Errorf("%s holds download addresses", path)
		}
		if !strings.Contains(lock, "\"integrity\": \"sha512-") {
			t.Errorf("%s holds no hashes", path)
		}
	}
}

// Every clip comes with its truth and its description, and all are small enough for a repository.
func TestClipsAreCompleteAndSmall(t *testing.T) {
	clips, err := filepath.Glob(filepath.Join(root, "testdata/clips/*.mp4"))
	if err != nil || len(clips) < 3 {
		t.Fatalf("clips %v, error %v", clips, err)
	}
	for _, clip := range clips {
		name := strings.TrimSuffix(clip, ".mp4")
		for _, beside := range []string{name + ".json", name + ".jsonl.gz"} {
			if _, err := os.Stat(beside); err != nil {
				t.Error(err)
			}
		}
	}
	files, err := os.ReadDir(filepath.Join(root, "testdata/clips"))
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum > 6<<20 {
		t.Errorf("testdata/clips holds %d bytes, the limit is 6 MB", sum)
	}
}

// What is built on is named, with its licence, in THIRD_PARTY.md.
func TestThirdPartyNamesEveryModule(t *testing.T) {
	text := read(t, "THIRD_PARTY.md")
	var modules []string
	lines := bufio.NewScanner(strings.NewReader(read(t, "go.mod")))
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); strings.HasPrefix(lines.Text(), "\t") && len(fields) >= 2 {
			modules = append(modules, fields[0])
		}
	}
	if len(modules) < 5 {
		t.Fatalf("only found the modules %v in go.mod", modules)
	}
	for _, m := range modules {
		// The golang.org/x modules share a line: "golang.org/x/sync, x/sys".
		if !strings.Contains(text, m) && !strings.Contains(text, " "+strings.TrimPrefix(m, "golang.org/")) {
			t.Errorf("THIRD_PARTY.md does not name %s", m)
		}
	}
	for _, named := range modulesNamed(text) {
		if !slices.Contains(modules, named) {
			t.Errorf("THIRD_PARTY.md names %s, which go.mod does not have any more", named)
		}
	}
	for _, path := range []string{"models/package.json", "web/package.json"} {
		for _, m := range regexp.MustCompile(`"(@?[a-z/-]+)": "\d`).FindAllStringSubmatch(read(t, path), -1) {
			if m[1] != "version" && !strings.Contains(text, m[1]) {
				t.Errorf("THIRD_PARTY.md does not name the npm package %s of %s", m[1], path)
			}
		}
	}
}

// modulesNamed are the Go modules in the first column of THIRD_PARTY.md's tables.
func modulesNamed(text string) []string {
	tables, _, _ := strings.Cut(text, "## Fetched at set-up")
	var names []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(tables, -1) {
		for _, name := range regexp.MustCompile(`[\w-]+\.[\w.-]+/[\w~./-]+|\bx/\w+`).FindAllString(row[1], -1) {
			if strings.HasPrefix(name, "x/") {
				name = "golang.org/" + name
			}
			names = append(names, name)
		}
	}
	return names
}

// The domain is pure Go and knows no adapter, neither directly nor through another package.
func TestDomainDependsOnNoAdapter(t *testing.T) {
	const module = "github.com/rollwell/rollwell/internal/"
	for _, domain := range []string{"body", "spine", "exercise", "coach", "frame", "media", "setup", "session", "overlay", "words", "archive", "store", "queue", "thumb"} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", module+domain)
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v", domain, err)
			continue
		}
		for dep := range strings.FieldsSeq(string(out)) {
			adapter, ours := strings.CutPrefix(dep, module)
			foreign := ours && slices.Contains([]string{"vision", "video", "models", "doctor", "ingest", "push", "server"}, adapter)
			if foreign || strings.HasPrefix(dep, "gocv.io/") || strings.HasPrefix(dep, "github.com/pion/") {
				t.Errorf("%s depends on %s", domain, dep)
			}
		}
	}
}
