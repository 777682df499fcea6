package main

import (
	"context"
	"encoding/binary"
	"net"
	"sync/atomic"
)

// wire counts what goes over database connections, from the messages of the server.
// https://www.postgresql.org/docs/15/protocol-message-formats.html
type wire struct {
	statements atomic.Int64 // CommandComplete
	trips      atomic.Int64 // ReadyForQuery, and the server's consent to a COPY
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return &countedConn{Conn: conn, wire: w}, err
}

// countedConn follows the messages that arrive: a byte for the kind, and the length of the rest.
type countedConn struct {
	net.Conn
	wire   *wire
	header []byte
	skip   int // bytes until the next header
}

const headerSize = 5

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		if c.skip > 0 {
			step := min(c.skip, len(rest))
			rest, c.skip = rest[step:], c.skip-step
			continue
		}
		step := min(headerSize-len(c.header), len(rest))
		c.header, rest = append(c.header, rest[:step]...), rest[step:]
		if len(c.header) == headerSize {
			c.count(c.header[0])
			c.skip = int(binary.BigEndian.Uint32(c.header[1:])) - 4
			c.header = c.header[:0]
		}
	}
	return n, err
}

func (c *countedConn) count(kind byte) {
	switch kind {
	case 'C':
		c.wire.statements.Add(1)
	case 'Z', 'G':
		c.wire.trips.Add(1)
	}
}
