package s3disk

import (
	"cmp"
	"crypto/md5" // ETags are not secrets
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
)

// uploads is the folder of incomplete files; its name is not a valid bucket name.
const uploads = ".uploads"

// disk is a gofakes3 backend: bucket and key are the path of a file under root. os.Root confines every key to it.
type disk struct {
	root *os.Root
	mu   sync.Mutex // makes condition, folder and write atomic
}

func (d *disk) ListBuckets() ([]gofakes3.BucketInfo, error) {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var buckets []gofakes3.BucketInfo
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || entry.Name() == uploads {
			continue
		}
		buckets = append(buckets, gofakes3.BucketInfo{Name: entry.Name(), CreationDate: gofakes3.NewContentTime(info.ModTime())})
	}
	return buckets, nil
}

func (d *disk) ListBucket(bucket string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	list := gofakes3.NewObjectList()
	var last string
	err := d.walkKeys(bucket, path.Dir(prefix.Prefix+"x"), page.Marker, func(key string, entry fs.DirEntry) (goOn bool) {
		var match gofakes3.PrefixMatch
		if !prefix.Match(key, &match) || page.HasMarker && key <= page.Marker {
			return true
		}
		info, err := entry.Info()
		if err != nil {
			return true // deleted meanwhile
		}
		if page.MaxKeys > 0 && int64(len(list.Contents)+len(list.CommonPrefixes)) >= page.MaxKeys {
			list.IsTruncated, list.NextMarker = true, last
			return false
		}
		last = key
		if match.CommonPrefix {
			list.AddPrefix(match.MatchedPart)
			return true
		}
		list.Add(&gofakes3.Content{
			Key: key, LastModified: gofakes3.NewContentTime(info.ModTime()), ETag: gofakes3.FormatETag(computeETag(info)), Size: info.Size(),
		})
		return true
	})
	if err != nil && !errors.Is(err, fs.SkipAll) {
		return nil, err
	}
	return list, nil
}

// walkKeys visits the keys of a folder in their order, in which a folder has its slash, and leaves out folders whose keys all
// come before marker: a page costs what it lists. It returns [fs.SkipAll] when a visit ended it.
func (d *disk) walkKeys(bucket, folder, marker string, visit func(key string, entry fs.DirEntry) (goOn bool)) error {
	entries, err := fs.ReadDir(d.root.FS(), path.Join(bucket, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no object under the prefix, or deleted meanwhile
	}
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(sortKey(a), sortKey(b)) })
	for _, entry := range entries {
		key := path.Join(folder, entry.Name())
		below := key + "/"
		switch {
		case !entry.IsDir():
			if !visit(key, entry) {
				return fs.SkipAll
			}
		case below < marker && !strings.HasPrefix(marker, below): // all of it comes before
		default:
			if err := d.walkKeys(bucket, key, marker, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

func sortKey(entry fs.DirEntry) string {
	if entry.IsDir() {
		return entry.Name() + "/"
	}
	return entry.Name()
}

func (d *disk) CreateBucket(name string) error {
	if err := d.root.Mkdir(name, 0o700); err != nil {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	return nil
}

func (d *disk) BucketExists(name string) (bool, error) {
	_, err := d.root.Stat(name)
	return err == nil && name != uploads, nil
}

func (d *disk) DeleteBucket(name string) error      { return d.root.Remove(name) }
func (d *disk) ForceDeleteBucket(name string) error { return d.root.RemoveAll(name) }

func (d *disk) HeadObject(bucket, key string) (*gofakes3.Object, error) {
	object, err := d.GetObject(bucket, key, nil)
	if err != nil {
		return nil, err
	}
	object.Contents.Close()
	object.Contents = io.NopCloser(strings.NewReader(""))
	return object, nil
}

func (d *disk) GetObject(bucket, key string, wanted *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	file, err := d.root.Open(path.Join(bucket, key))
	if err != nil {
		return nil, gofakes3.KeyNotFound(key)
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		file.Close()
		return nil, gofakes3.KeyNotFound(key)
	}
	byteRange, err := wanted.Range(info.Size())
	if err != nil {
		file.Close()
		return nil, err
	}
	object := &gofakes3.Object{
		Name: key, Size: info.Size(), Range: byteRange, Hash: computeETag(info), Contents: file,
		Metadata: map[string]string{"Last-Modified": info.ModTime().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")},
	}
	if byteRange != nil {
		object.Contents = rangeReader{io.NewSectionReader(file, byteRange.Start, byteRange.Length), file}
	}
	return object, nil
}

// rangeReader reads a range of a file, and closes the file.
type rangeReader struct {
	io.Reader
	io.Closer
}

func (d *disk) PutObject(bucket, key string, _ map[string]string, body io.Reader, _ int64, conditions *gofakes3.PutConditions) (gofakes3.PutObjectResult, error) {
	name, _, err := d.writeUpload(body)
	if err != nil {
		return gofakes3.PutObjectResult{}, exposeReason(err)
	}
	return gofakes3.PutObjectResult{}, exposeReason(d.publishUpload(name, bucket, key, conditions))
}

// exposeReason returns an error that gofakes3 sends to the client with its reason, such as a full disk; it hides errors of
// other types.
func exposeReason(err error) error {
	var known gofakes3.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	default:
		return gofakes3.ErrorMessage(gofakes3.ErrInternal, err.Error())
	}
}

func (d *disk) CopyObject(fromBucket, fromKey, toBucket, toKey string, meta map[string]string) (gofakes3.CopyObjectResult, error) {
	return gofakes3.CopyObject(d, fromBucket, fromKey, toBucket, toKey, meta)
}

func (d *disk) DeleteObject(bucket, key string) (gofakes3.ObjectDeleteResult, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return gofakes3.ObjectDeleteResult{}, exposeReason(d.removeObject(path.Join(bucket, key)))
}

// removeObject deletes an object, and its folders that are empty now, below the bucket. The caller holds the lock, because
// another request may be about to write to such a folder.
func (d *disk) removeObject(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); strings.Contains(dir, "/") && d.root.Remove(dir) == nil; {
		dir = path.Dir(dir)
	}
	return nil
}

func (d *disk) DeleteMulti(bucket string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	var result gofakes3.MultiDeleteResult
	for _, key := range keys {
		if _, err := d.DeleteObject(bucket, key); err != nil {
			result.Error = append(result.Error, gofakes3.ErrorResult{Key: key, Code: gofakes3.ErrInternal, Message: err.Error()})
			continue
		}
		result.Deleted = append(result.Deleted, gofakes3.ObjectID{Key: key})
	}
	return result, nil
}

// writeUpload writes body to a new file of the uploads folder, and returns its name and quoted MD5.
func (d *disk) writeUpload(body io.Reader) (name, sum string, err error) {
	name = path.Join(uploads, rand.Text())
	file, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", "", err
	}
	hash := md5.New()
	_, err = io.Copy(io.MultiWriter(file, hash), body)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", "", errors.Join(err, d.root.Remove(name))
	}
	return name, fmt.Sprintf(`"%x"`, hash.Sum(nil)), nil
}

// publishUpload renames an upload to its key if the conditions hold, atomically.
func (d *disk) publishUpload(upload, bucket, key string, conditions *gofakes3.PutConditions) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	target := path.Join(bucket, key)
	if conditions != nil {
		current := &gofakes3.ConditionalObjectInfo{}
		if info, err := d.root.Stat(target); err == nil {
			current.Exists, current.Hash = true, computeETag(info)
		}
		if err := gofakes3.CheckPutConditions(conditions, current); err != nil {
			return errors.Join(err, d.root.Remove(upload))
		}
	}
	// The file system's clock is too coarse to distinguish two writes.
	now := time.Now()
	if err := d.root.Chtimes(upload, now, now); err != nil {
		return err
	}
	if err := d.root.MkdirAll(path.Dir(target), 0o700); err != nil {
		return err
	}
	return d.root.Rename(upload, target)
}

// computeETag returns an ETag that changes with every write. It is not the MD5 of the content, which S3 does not
// guarantee either.
func computeETag(info fs.FileInfo) []byte {
	sum := md5.Sum(fmt.Appendf(nil, "%s %d %d", info.Name(), info.Size(), info.ModTime().UnixNano()))
	return sum[:]
}
