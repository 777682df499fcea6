package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rowWriter writes the rows of a query, whose values are PostgreSQL's texts; nil is null.
type rowWriter interface {
	begin(columns []pgconn.FieldDescription) error
	write(row [][]byte) error
	end() error
}

// newRowWriters are the formats of rows, by their names.
var newRowWriters = map[string]func(io.Writer) rowWriter{
	"table": func(w io.Writer) rowWriter { return &tableWriter{out: w} },
	"csv":   func(w io.Writer) rowWriter { return &csvWriter{out: csv.NewWriter(w)} },
	"json":  func(w io.Writer) rowWriter { return &jsonWriter{out: bufio.NewWriter(w)} },
}

// writeRows writes the rows of a query in text format, one at a time.
func writeRows(w rowWriter, rows pgx.Rows) error {
	more := rows.Next()
	if err := rows.Err(); err != nil { // nothing is written of a query that fails
		return err
	}
	if err := w.begin(rows.FieldDescriptions()); err != nil {
		return fmt.Errorf("writing the rows: %w", err)
	}
	for ; more; more = rows.Next() {
		if err := w.write(rows.RawValues()); err != nil {
			return fmt.Errorf("writing the rows: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := w.end(); err != nil {
		return fmt.Errorf("writing the rows: %w", err)
	}
	return nil
}

// alignedRows bounds the rows that are kept to align columns.
const alignedRows = 500

// tableWriter aligns columns, anew for each block of rows.
type tableWriter struct {
	out   io.Writer
	table *tabwriter.Writer
	rows  int64
}

func (t *tableWriter) begin(columns []pgconn.FieldDescription) error {
	t.table = tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	_, err := fmt.Fprintln(t.table, strings.Join(names, "\t"))
	return err
}

// cellSpace replaces what would break the line or the column of a table.
var cellSpace = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", "\v", " ", "\f", " ")

func (t *tableWriter) write(row [][]byte) error {
	cells := make([]string, len(row))
	for i, value := range row {
		cells[i] = cellSpace.Replace(string(value))
	}
	if _, err := fmt.Fprintln(t.table, strings.Join(cells, "\t")); err != nil {
		return err
	}
	if t.rows++; t.rows%alignedRows == 0 {
		return t.table.Flush()
	}
	return nil
}

func (t *tableWriter) end() error {
	if err := t.table.Flush(); err != nil {
		return err
	}
	noun := "rows"
	if t.rows == 1 {
		noun = "row"
	}
	_, err := fmt.Fprintf(t.out, "(%d %s)\n", t.rows, noun)
	return err
}

// csvWriter writes a header and the rows. Null is empty.
type csvWriter struct {
	out    *csv.Writer
	record []string
}

func (c *csvWriter) begin(columns []pgconn.FieldDescription) error {
	c.record = make([]string, len(columns))
	for i, column := range columns {
		c.record[i] = column.Name
	}
	return c.out.Write(c.record)
}

func (c *csvWriter) write(row [][]byte) error {
	for i, value := range row {
		c.record[i] = string(value)
	}
	return c.out.Write(c.record)
}

func (c *csvWriter) end() error {
	c.out.Flush()
	return c.out.Error()
}

// jsonWriter writes a list of objects, one a line, with the members in the order of the columns.
type jsonWriter struct {
	out     *bufio.Writer
	columns []pgconn.FieldDescription
	names   [][]byte
	rows    int64
}

func (j *jsonWriter) begin(columns []pgconn.FieldDescription) error {
	j.columns = columns
	for _, c := range columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		j.names = append(j.names, name)
	}
	return j.out.WriteByte('[')
}

func (j *jsonWriter) write(row [][]byte) error {
	line := []byte("\n{")
	if j.rows++; j.rows > 1 {
		line = []byte(",\n{")
	}
	for i, value := range row {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(line, j.names[i]...), ':')
		text, err := formatJSON(j.columns[i].DataTypeOID, value)
		if err != nil {
			return err
		}
		line = append(line, text...)
	}
	_, err := j.out.Write(append(line, '}'))
	return err
}

func (j *jsonWriter) end() error {
	if _, err := j.out.WriteString("\n]\n"); err != nil {
		return err
	}
	return j.out.Flush()
}

// formatJSON returns a value of PostgreSQL as JSON: numbers, truth values and documents as they are, the rest as text.
func formatJSON(oid uint32, value []byte) ([]byte, error) {
	if value == nil {
		return []byte("null"), nil
	}
	switch oid {
	case pgtype.BoolOID:
		if string(value) == "t" {
			return []byte("true"), nil
		}
		return []byte("false"), nil
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.Float4OID, pgtype.Float8OID, pgtype.NumericOID, pgtype.JSONOID, pgtype.JSONBOID:
		if json.Valid(value) { // NaN is not
			return value, nil
		}
	}
	return json.Marshal(string(value))
}
