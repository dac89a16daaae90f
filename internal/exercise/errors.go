package exercise

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrInvalid is wrapped by every error about the content of an exercise file.
	ErrInvalid = errors.New("invalid exercise file")
	// ErrUnknown says that the catalogue has no exercise of that name.
	ErrUnknown = errors.New("unknown exercise")
)

// Error is one fault in an exercise file.
type Error struct {
	File string
	// Line and Column count from 1; 0 where the fault has no place.
	Line, Column int
	// Key is the path of the key at fault, for example "checks[3].enter"; it may be empty.
	Key string
	// Reason says in plain words what is wrong and what would be right.
	Reason string
}

// Error returns "file:line:column: key: reason".
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Reason
}

// Unwrap makes every Error match ErrInvalid.
func (e *Error) Unwrap() error { return ErrInvalid }

// joined returns the faults in the order of the file, or nil if there are none.
func joined(faults []*Error) error {
	slices.SortStableFunc(faults, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = f
	}
	return errors.Join(errs...)
}
