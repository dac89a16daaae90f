package exercise

// Document is a YAML file that was read as strictly as exercise files are: for what lies beside them, such as plans.
type Document struct{ v validator }

// Decode reads the one document of a file into a value. Unknown keys and everything else that exercise files may not
// hold are refused by an error that matches ErrInvalid and names file, line and reason.
func Decode(name string, data []byte, into any) (*Document, error) {
	root, err := decode(name, data, into)
	if err != nil {
		return nil, err
	}
	return &Document{validator{file: name, root: root, languages: Languages()}}, nil
}

// Fail notes a fault. The path leads from the root: strings for keys of maps, ints for items of lists.
func (d *Document) Fail(at []any, format string, args ...any) { d.v.fail(at, format, args...) }

// Within demands lo ≤ x ≤ hi.
func (d *Document) Within(at []any, x, lo, hi float64) { d.v.within(at, x, lo, hi) }

// Text demands a text of every language, each of them one line that fits below a title.
func (d *Document) Text(at []any, t Text) { d.v.text(at, t, maxHint) }

// Sources takes note of the list of sources, to which Basis holds what follows.
func (d *Document) Sources(list []Source) { d.v.sourceList(list) }

// Basis demands that a mark is one, and that its sources are in the list.
func (d *Document) Basis(at []any, b Basis) { d.v.basis(at, b) }

// Err returns all faults in the order of the file, or nil.
func (d *Document) Err() error { return joined(d.v.faults) }
