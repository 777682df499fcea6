package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"view360/shared/catalog"
	"view360/shared/snapshot"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help returns the text of completion --help.
func (completionCommand) Help() string {
	return `The program must be installed on the PATH: go install ./infra/view360

  bash, in ~/.bashrc:                  source <(view360 completion bash)
  zsh, in ~/.zshrc, after compinit:    source <(view360 completion zsh)
  fish, in ~/.config/fish/config.fish: view360 completion fish | source`
}

// completionScripts make the shells ask the hidden command for the words that can follow. Where it has none, such as for
// paths, they offer files.
var completionScripts = map[string]string{
	"bash": `_view360() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(view360 __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]#=}"))
}
complete -o default -F _view360 view360
`,
	"zsh": `_view360() {
  local -a found
  found=(${(f)"$(view360 __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -a found; else _files; fi
}
compdef _view360 view360
`,
	"fish": `complete -c view360 -a '(view360 __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

// Run prints the script.
func (c completionCommand) Run(out *output) error {
	_, err := fmt.Fprint(out.out, completionScripts[c.Shell])
	return err
}

// completeCommand answers the scripts.
type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run prints the possible last words, one a line.
func (c completeCommand) Run(parsed *kong.Context, out *output) error {
	for _, word := range findCompletions(parsed.Model, c.Words) {
		if _, err := fmt.Fprintln(out.out, word); err != nil {
			return err
		}
	}
	return nil
}

// findCompletions returns the flags, values or commands that begin with the last of the words and can follow the others.
func findCompletions(app *kong.Application, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	node, previous := app.Node, ""
	for _, word := range before {
		if word == "=" { // bash splits --flag=value
			continue
		}
		if child := findCommand(node, word); child != nil {
			node = child
		}
		previous = word
	}
	var all []string
	if flag := findFlag(node, previous); flag != nil && !flag.IsBool() {
		all, last = listValues(flag), strings.TrimPrefix(last, "=")
	} else if strings.HasPrefix(last, "-") {
		for _, flag := range listFlags(node) {
			all = append(all, "--"+flag.Name)
		}
	} else {
		for _, child := range node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
	}
	return slices.DeleteFunc(all, func(word string) bool { return !strings.HasPrefix(word, last) })
}

func findCommand(node *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == name })
	if i < 0 {
		return nil
	}
	return node.Children[i]
}

func findFlag(node *kong.Node, word string) *kong.Flag {
	all := listFlags(node)
	i := slices.IndexFunc(all, func(flag *kong.Flag) bool { return "--"+flag.Name == word })
	if i < 0 {
		return nil
	}
	return all[i]
}

// listFlags returns the flags of a command and those above it; without a command those of the default command.
func listFlags(node *kong.Node) []*kong.Flag {
	if node.DefaultCmd != nil {
		node = node.DefaultCmd
	}
	return slices.Concat(node.AllFlags(true)...)
}

// listValues returns the values of a flag that has few.
func listValues(flag *kong.Flag) (values []string) {
	switch {
	case flag.Enum != "":
		values = flag.EnumSlice()
	case flag.Name == "interval":
		for _, interval := range []snapshot.Interval{snapshot.Daily, snapshot.Weekly, snapshot.Monthly, snapshot.Yearly} {
			values = append(values, string(interval))
		}
	case flag.Name == "service":
		for _, source := range catalog.Sources {
			values = append(values, source.Name)
		}
	}
	return values
}
