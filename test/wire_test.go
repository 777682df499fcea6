package test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
)

// wire stands between the loaders and PostgreSQL, counts the messages of the loaders and can cut the connection that a
// message comes on. https://www.postgresql.org/docs/current/protocol-message-formats.html
type wire struct {
	url      string // of the database, through the wire
	target   string
	messages atomic.Int64
	before   atomic.Pointer[func(message int64) (pass bool)] // is asked before a message is passed on
}

func newWire(t testing.TB, database string) *wire {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w := &wire{target: u.Host}
	u.Host = listener.Addr().String()
	w.url = u.String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go w.passOn(client)
		}
	}()
	return w
}

// watch starts counting at zero and asks before every message.
func (w *wire) watch(before func(message int64) (pass bool)) {
	w.before.Store(nil)
	w.messages.Store(0)
	if before != nil {
		w.before.Store(&before)
	}
}

func (w *wire) passOn(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		return // the client sees that nobody answers
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server) // ends with the connection
		_ = client.Close()
	}()
	header := make([]byte, 5)
	length := header[:4] // the first message has no type
	for {
		if _, err := io.ReadFull(client, length); err != nil {
			return
		}
		if before := w.before.Load(); len(length) == 5 && before != nil && !(*before)(w.messages.Add(1)) {
			return
		}
		if _, err := server.Write(length); err != nil {
			return
		}
		if _, err := io.CopyN(server, client, int64(binary.BigEndian.Uint32(length[len(length)-4:]))-4); err != nil {
			return
		}
		length = header
	}
}
