package paging

// FindNext is findNext.
var FindNext = findNext
