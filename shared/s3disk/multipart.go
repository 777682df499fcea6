package s3disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/johannesboyne/gofakes3"
)

// The parts of a multipart upload are files in a folder under uploads. gofakes3 itself would keep them in memory.

func (d *disk) CreateMultipartUpload(_, _ string, _ map[string]string) (gofakes3.UploadID, error) {
	id := rand.Text()
	return gofakes3.UploadID(id), d.root.Mkdir(path.Join(uploads, id), 0o700)
}

func (d *disk) UploadPart(_, _ string, id gofakes3.UploadID, number int, _ int64, body io.Reader) (string, error) {
	if _, err := d.root.Stat(path.Join(uploads, string(id))); err != nil {
		return "", gofakes3.ErrNoSuchUpload
	}
	name, sum, err := d.writeUpload(body)
	if err != nil {
		return "", exposeReason(err)
	}
	return sum, exposeReason(d.root.Rename(name, buildPartName(id, number)))
}

func (d *disk) CompleteMultipartUpload(bucket, key string, id gofakes3.UploadID, parts *gofakes3.CompleteMultipartUploadRequest) (gofakes3.VersionID, string, error) {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() { writer.CloseWithError(d.joinParts(writer, id, parts)) }()
	name, _, err := d.writeUpload(reader)
	if err != nil {
		return "", "", exposeReason(err)
	}
	if err := d.publishUpload(name, bucket, key, nil); err != nil {
		return "", "", exposeReason(err)
	}
	info, err := d.root.Stat(path.Join(bucket, key))
	if err != nil {
		return "", "", exposeReason(err)
	}
	return "", gofakes3.FormatETag(computeETag(info)), d.AbortMultipartUpload(bucket, key, id)
}

// joinParts copies the parts to out, in the order of the request.
func (d *disk) joinParts(out io.Writer, id gofakes3.UploadID, parts *gofakes3.CompleteMultipartUploadRequest) error {
	for _, part := range parts.Parts {
		file, err := d.root.Open(buildPartName(id, part.PartNumber))
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

func buildPartName(id gofakes3.UploadID, number int) string {
	return path.Join(uploads, string(id), fmt.Sprintf("%05d", number))
}
