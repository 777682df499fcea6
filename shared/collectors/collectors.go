// Package collectors has every collector, for a process that runs all of them. On AWS each is a function of its own.
package collectors

//go:generate go run ./generate
