package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// instruction is one line of the Dockerfile, continuation lines joined.
type instruction struct {
	name string // FROM, COPY, …
	args string
}

func dockerfile(t *testing.T) []instruction {
	t.Helper()
	var (
		found   []instruction
		pending string
	)
	for line := range strings.SplitSeq(read(t, "Dockerfile"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, more := strings.CutSuffix(line, "\\"); more {
			pending += rest + " "
			continue
		}
		name, args, _ := strings.Cut(pending+line, " ")
		found = append(found, instruction{name: name, args: strings.TrimSpace(args)})
		pending = ""
	}
	return found
}

// only returns the arguments of the instructions with a name.
func only(name string, all []instruction) []string {
	var args []string
	for _, i := range all {
		if i.name == name {
			args = append(args, i.args)
		}
	}
	return args
}

// stages are the names that the Dockerfile's FROM lines give.
func stages(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, from := range only("FROM", dockerfile(t)) {
		if f := strings.Fields(from); len(f) == 3 && f[1] == "AS" {
			names = append(names, f[2])
		}
	}
	return names
}

func TestDockerfileCopiesOnlyWhatExists(t *testing.T) {
	ignored := strings.Fields(read(t, ".dockerignore"))
	copied := 0
	for _, args := range only("COPY", dockerfile(t)) {
		fields := strings.Fields(args)
		from := ""
		for strings.HasPrefix(fields[0], "--") {
			if stage, ok := strings.CutPrefix(fields[0], "--from="); ok {
				from = stage
			}
			fields = fields[1:]
		}
		if from != "" {
			if !slices.Contains(stages(t), from) {
				t.Errorf("COPY --from=%s: there is no such stage among %v", from, stages(t))
			}
			continue
		}
		for _, source := range fields[:len(fields)-1] {
			copied++
			if found, err := filepath.Glob(filepath.Join(root, source)); err != nil || len(found) == 0 {
				t.Errorf("COPY %s: there is no such path", source)
			}
			if slices.Contains(ignored, strings.TrimSuffix(source, "/")) {
				t.Errorf("COPY %s: .dockerignore leaves it out", source)
			}
		}
	}
	if copied < 4 {
		t.Errorf("the Dockerfile copies only %d paths of the repository", copied)
	}
}

// aptPackages are the packages that a RUN line installs. What it asks of .ci/deps.sh is tested with that.
func aptPackages(run string) []string {
	_, list, ok := strings.Cut(run, "apt-get install")
	if !ok {
		return nil
	}
	list, _, _ = strings.Cut(list, "&&")
	list = regexp.MustCompile(`\$\([^)]*\)`).ReplaceAllString(list, "")
	var names []string
	for word := range strings.FieldsSeq(list) {
		if !strings.HasPrefix(word, "-") {
			names = append(names, word)
		}
	}
	return names
}

func TestEveryDebianPackageNamedExists(t *testing.T) {
	var names []string
	for _, run := range only("RUN", dockerfile(t)) {
		names = append(names, aptPackages(run)...)
	}
	if len(names) < 5 {
		t.Fatalf("only found the packages %v in the Dockerfile", names)
	}
	list, err := exec.CommandContext(t.Context(), filepath.Join(root, ".ci/deps.sh"), "--list", "test").Output()
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, strings.Fields(string(list))...)
	// One call for all, because each call reads the lists anew. The exit code only tells that one is unknown.
	known, _ := exec.CommandContext(t.Context(), "apt-cache", append([]string{"show"}, names...)...).Output()
	for _, name := range names {
		if !strings.Contains("\n"+string(known), "\nPackage: "+name+"\n") {
			t.Errorf("Debian has no package %s; if the lists are stale, run apt-get update", name)
		}
	}
}

func TestDockerfileNamesScriptsThatExist(t *testing.T) {
	for _, run := range only("RUN", dockerfile(t)) {
		for _, script := range regexp.MustCompile(`\.ci/[\w.]+`).FindAllString(run, -1) {
			if _, err := os.Stat(filepath.Join(root, script)); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestImageIsDebian12AndNotRoot(t *testing.T) {
	all := dockerfile(t)
	var user string
	for i, in := range all {
		if in.name == "FROM" {
			user = ""
			image, _, _ := strings.Cut(in.args, " ")
			own := slices.Contains(stages(t), image)
			if !own && !strings.Contains(image, "bookworm") && !strings.HasPrefix(image, "debian:12") {
				t.Errorf("FROM %s is not Debian 12", in.args)
			}
		}
		if in.name == "USER" {
			user = in.args
		}
		if in.name == "ENTRYPOINT" && (user == "" || user == "root" || user == "0") {
			t.Errorf("instruction %d: the program would run as root", i)
		}
	}
	for _, needed := range []string{"HEALTHCHECK", "ENTRYPOINT"} {
		if len(only(needed, all)) != 1 {
			t.Errorf("want one %s, found %v", needed, only(needed, all))
		}
	}
}

// The image is built with the toolchain that go.mod asks for.
func TestImageUsesTheGoOfTheModule(t *testing.T) {
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if want == nil || !strings.Contains(read(t, "Dockerfile"), "golang:"+want[1]+"-bookworm") {
		t.Errorf("the Dockerfile does not build with golang:%s-bookworm", want)
	}
}
