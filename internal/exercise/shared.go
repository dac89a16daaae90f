package exercise

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// sharedFile is a file of checks that several exercises use.
type sharedFile struct {
	Schema    int      `yaml:"schema"`
	Languages []string `yaml:"languages"`
	Checks    []Check  `yaml:"checks"`
	Sources   []Source `yaml:"sources"`

	name string
	data []byte
}

// sharedCheck is one of them, with where it comes from.
type sharedCheck struct {
	*Check
	file *sharedFile
}

// sharedChecks are all shared checks there are, by code.
type sharedChecks map[string]sharedCheck

// builtIn are the shared checks that come with the program. They never change once read.
var builtIn = sync.OnceValues(func() (sharedChecks, error) { return Folder{FS: embedded}.loadShared(catalogueDir+"/"+sharedDir, nil) })

// loadShared reads the shared checks of a folder, on top of those there are. A folder that is not there holds none. Bad
// files are left out; the error tells of all of them.
func (f Folder) loadShared(dir string, base sharedChecks) (sharedChecks, error) {
	all := sharedChecks{}
	for code, c := range base {
		all[code] = c
	}
	names, err := fs.Glob(f.FS, dir+"/*"+extension)
	if err != nil {
		return nil, fmt.Errorf("listing shared checks: %w", err)
	}
	var faults []error
	for _, name := range names {
		file, err := f.sharedFile(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for i := range file.Checks {
			all[file.Checks[i].Code] = sharedCheck{&file.Checks[i], file}
		}
	}
	return all, errors.Join(faults...)
}

func (f Folder) sharedFile(name string) (*sharedFile, error) {
	data, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return nil, fmt.Errorf("reading shared checks: %w", err)
	}
	return parseShared(f.shown(name), data)
}

// parseShared checks the content of a file of shared checks.
func parseShared(name string, data []byte) (*sharedFile, error) {
	file := &sharedFile{name: name, data: data}
	root, err := decode(name, data, file)
	if err != nil {
		return nil, err
	}
	v := &validator{file: name, root: root}
	v.head(file.Schema, file.Languages)
	v.sourceList(file.Sources)
	v.checks(file.Checks)
	if err := joined(v.faults); err != nil {
		return nil, err
	}
	return file, nil
}

// use adds the shared checks that an exercise names, and their sources.
func (v *validator) use(ex *Exercise) {
	own := len(ex.Checks)
	for i, code := range ex.Use {
		p := path{"use", i}
		c, ok := v.shared[code]
		switch {
		case !ok:
			v.fail(p, "there is no shared check %q; there are %s", code, strings.Join(sortedKeys(v.shared), ", "))
			continue
		case slices.Contains(ex.Use[:i], code):
			v.fail(p, "%q is there twice", code)
			continue
		case slices.ContainsFunc(ex.Checks[:own], func(o Check) bool { return o.Code == code }):
			v.fail(p, "the file has a check %q of its own; take one of them out", code)
			continue
		}
		whose := fmt.Sprintf("shared check %s: ", code)
		for _, lang := range v.languages {
			if _, ok := c.Words[lang]; !ok {
				v.fail(p, "%sit has no words in %q; write the check out in this file", whose, lang)
			}
		}
		v.fits(p, whose, ex, c.Check)
		v.refit(p, whose, c.Check)
		ex.Checks = append(ex.Checks, *c.Check)
		v.adopt(p, whose, ex, c.file.Sources)
	}
}

// refit demands that the expressions of a shared check go with the phases of this file.
func (v *validator) refit(p path, whose string, c *Check) {
	for _, k := range slices.Concat(c.When, c.While) {
		for _, source := range []string{k.Value.source, k.Test.source} {
			if source == "" {
				continue
			}
			if _, err := compile(source, v.phases); err != nil {
				v.fail(p, "%s%v", whose, err)
			}
		}
	}
}

// adopt adds the sources of a shared check to those of the file.
func (v *validator) adopt(p path, whose string, ex *Exercise, sources []Source) {
	for _, s := range sources {
		k := slices.IndexFunc(ex.Sources, func(o Source) bool { return o.ID == s.ID })
		switch {
		case k < 0:
			ex.Sources = append(ex.Sources, s)
		case ex.Sources[k].Ref != s.Ref:
			v.fail(p, "%sit means another source by %q than this file does", whose, s.ID)
		}
	}
}

// hashOf names the rules of an exercise by the bytes they were read from.
func (v *validator) hashOf(ex *Exercise, data []byte) string {
	h := sha256.New()
	h.Write(data)
	var done []*sharedFile
	for _, code := range ex.Use {
		if file := v.shared[code].file; !slices.Contains(done, file) {
			done = append(done, file)
			h.Write(file.data)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
