module github.com/rollwell/rollwell

go 1.26
