package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
)

// templates are the parsed pages by file name, without .html.
type templates map[string]*template.Template

func parseTemplates() (templates, error) {
	functions, err := templateFunctions()
	if err != nil {
		return nil, err
	}
	base, err := template.New("layout.html").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/part_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	parsed := templates{}
	for _, name := range names {
		short := strings.TrimSuffix(path.Base(name), ".html")
		if short == "layout" || strings.HasPrefix(short, "part_") {
			continue
		}
		if parsed[short], err = template.Must(base.Clone()).ParseFS(files, name); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

// templateFunctions returns the functions that templates call.
func templateFunctions() (template.FuncMap, error) {
	hash := sha256.New()
	err := fs.WalkDir(files, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		hash.Write(content)
		return err
	})
	version := hex.EncodeToString(hash.Sum(nil))[:8]
	return template.FuncMap{
		"asset":  func(name string) string { return "/assets/" + name + "?v=" + version },
		"source": sourceTitle,
		"count":  formatCount,
		"money":  formatMoney,
		"ago":    formatAge,
		"day":    formatDay,
		"days":   formatDays,
		"minute": formatMinute,
		"dict":   toMap,
	}, err
}

// toMap returns a map of names and values, so that a template can pass several values to another.
func toMap(pairs ...any) map[string]any {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return values
}

// write renders the whole page before it sends the first byte, so that an error can be shown as a page.
func (t templates) write(w io.Writer, name string, data any) error {
	var body bytes.Buffer
	if err := t[name].ExecuteTemplate(&body, "layout.html", data); err != nil {
		return fmt.Errorf("rendering page %s: %w", name, err)
	}
	_, err := body.WriteTo(w)
	return err
}

// frame holds the fields of the layout, which all pages share.
type frame struct {
	Section string // the current entry of the navigation
	Title   string
	Lead    string // one sentence under the title
	Token   string // sent back by forms
	Banner  string // on every page; may be empty
}

func (p *page) newFrame(section, title, lead string) frame {
	return frame{Section: section, Title: title, Lead: lead, Token: p.token, Banner: p.banner}
}
