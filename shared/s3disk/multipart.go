package s3disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/johannesboyne/gofakes3"
)

// The parts of a multipart upload are files of its folder under uploads; gofakes3's own implementation keeps them in
// memory.

func (d *disk) CreateMultipartUpload(_, _ string, _ map[string]string) (gofakes3.UploadID, error) {
	id := rand.Text()
	return gofakes3.UploadID(id), d.root.Mkdir(path.Join(uploads, id), 0o700)
}

func (d *disk) UploadPart(_, _ string, id gofakes3.UploadID, number int, _ int64, body io.Reader) (string, error) {
	if _, err := d.root.Stat(path.Join(uploads, string(id))); err != nil {
		return "", gofakes3.ErrNoSuchUpload
	}
	name, sum, err := d.receive(body)
	if err != nil {
		return "", told(err)
	}
	return sum, told(d.root.Rename(name, partName(id, number)))
}

func (d *disk) CompleteMultipartUpload(bucket, key string, id gofakes3.UploadID, parts *gofakes3.CompleteMultipartUploadRequest) (gofakes3.VersionID, string, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() { writer.CloseWithError(d.join(writer, id, parts)) }()
	name, _, err := d.receive(reader)
	if err != nil {
		return "", "", told(err)
	}
	if err := d.publish(name, bucket, key, nil); err != nil {
		return "", "", told(err)
	}
	info, err := d.root.Stat(path.Join(bucket, key))
	if err != nil {
		return "", "", told(err)
	}
	return "", gofakes3.FormatETag(etag(info)), d.AbortMultipartUpload(bucket, key, id)
}

func (d *disk) join(out io.Writer, id gofakes3.UploadID, parts *gofakes3.CompleteMultipartUploadRequest) error {
	for _, part := range parts.Parts {
		file, err := d.root.Open(partName(id, part.PartNumber))
		if err != nil {
			return gofakes3.ErrInvalidPart
		}
		_, err = io.Copy(out, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) AbortMultipartUpload(_, _ string, id gofakes3.UploadID) error {
	return d.root.RemoveAll(path.Join(uploads, string(id)))
}

func (d *disk) ListMultipartUploads(string, *gofakes3.UploadListMarker, gofakes3.Prefix, int64) (*gofakes3.ListMultipartUploadsResult, error) {
	return nil, gofakes3.ErrNotImplemented
}

func (d *disk) ListParts(string, string, gofakes3.UploadID, int, int64) (*gofakes3.ListMultipartUploadPartsResult, error) {
	return nil, gofakes3.ErrNotImplemented
}

func partName(id gofakes3.UploadID, number int) string {
	return path.Join(uploads, string(id), fmt.Sprintf("%05d", number))
}
