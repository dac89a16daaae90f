package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// importMark is in the folder of a session that is still being made of a document: neither the folder nor a row of that
// id counts.
const importMark = "import" + scratch

// BeginImport makes the folder of a session that comes from elsewhere. Until EndImport, nothing of the session outlives
// the end of the program: Recover removes it.
func (s *Store) BeginImport(id string) (dir string, err error) {
	if dir, err = s.Dir(id); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the session's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, importMark), nil, 0o600); err != nil {
		return "", errors.Join(fmt.Errorf("begin an import: %w", err), os.RemoveAll(dir))
	}
	return dir, nil
}

// EndImport makes the session one like all others.
func (s *Store) EndImport(id string) error {
	dir, err := s.Dir(id)
	if err == nil {
		err = os.Remove(filepath.Join(dir, importMark))
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("end an import: %w", err)
	}
	return nil
}

// syncFolder sees that what has gone from a folder does not come back with the power.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// DropImport removes a session that is being imported, whether it has a row or not. It can be cut off anywhere: the mark
// goes with the folder, and after the row.
func (s *Store) DropImport(ctx context.Context, id string) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id); err != nil {
		return fmt.Errorf("drop an import: %w", err)
	}
	if err := s.dismiss(id); err != nil {
		return err
	}
	return s.emptyGone()
}

// dropImports removes what imports that were cut off have left.
func (s *Store) dropImports(ctx context.Context, r *Recovery) error {
	sessions := filepath.Join(s.o.Dir, sessionsFolder)
	list, err := os.ReadDir(sessions)
	if err != nil {
		return fmt.Errorf("look at the sessions: %w", err)
	}
	for _, e := range list {
		if !ValidID(e.Name()) || !exists(sessions, e.Name(), importMark) {
			continue
		}
		if err := s.DropImport(ctx, e.Name()); err != nil {
			return err
		}
		r.Removed++
	}
	return nil
}
