package protect_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/google/go-cmp/cmp"

	"view360/shared/apimodel"
	"view360/shared/protect"
)

// cluster answers RDS's API for one cluster, which has the statuses one after another.
type cluster struct {
	mu       sync.Mutex
	statuses []string
	requests []string
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := apimodel.CheckRequest(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action := r.FormValue("Action")
	c.requests = append(c.requests, strings.TrimSpace(action+" "+r.FormValue("DBClusterIdentifier")+" "+r.FormValue("DeletionProtection")))
	status := c.statuses[0]
	w.Header().Set("Content-Type", "text/xml")
	if action == "ModifyDBCluster" && status != "available" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidDBClusterStateFault</Code><Message>Cluster is not available</Message></Error></ErrorResponse>")
		return
	}
	if len(c.statuses) > 1 {
		c.statuses = c.statuses[1:]
	}
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult><DBClusters><DBCluster><Status>%[2]s</Status></DBCluster></DBClusters></%[1]sResult></%[1]sResponse>", action, status)
}

func connect(t *testing.T, c *cluster) *rds.Client {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return rds.New(rds.Options{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("key", "secret", ""))})
}

func TestClusterIsProtectedOnceItIsAvailable(t *testing.T) {
	t.Parallel()
	c := &cluster{statuses: []string{"backing-up", "available"}}
	if err := protect.Cluster(t.Context(), connect(t, c), "database-1"); err != nil {
		t.Fatal(err)
	}
	want := []string{"DescribeDBClusters database-1", "DescribeDBClusters database-1", "ModifyDBCluster database-1 true"}
	if diff := cmp.Diff(want, c.requests); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDeletedClusterIsReported(t *testing.T) {
	t.Parallel()
	c := &cluster{statuses: []string{"deleting"}}
	err := protect.Cluster(t.Context(), connect(t, c), "database-1")
	if err == nil || !strings.Contains(err.Error(), "waiting until the cluster database-1 is available") {
		t.Errorf("got %v", err)
	}
}
