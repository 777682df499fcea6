package enforcetest

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"view360/infra/policy"
	"view360/shared/asl"
)

// arrivals is the queue before the load machine.
type arrivals struct {
	url, arn, owner string
	policies        []policy.Document
	messages        []events.SQSMessage
	count           int // of all messages so far
}

// addMessage puts a message into the queue and returns its id.
func (q *arrivals) addMessage(body string) string {
	q.count++
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", q.count)
	q.messages = append(q.messages, events.SQSMessage{MessageId: id, Body: body})
	return id
}

// addQueue finds the queue of arrivals in a stack.
func (d *Deployment) addQueue(s *Stack) {
	d.Helper()
	for _, id := range s.find("AWS::SQS::Queue") {
		if stem(id) == "Arrivals" {
			policies, err := s.findResourcePolicy("AWS::SQS::QueuePolicy", id)
			d.must(err)
			d.queue = &arrivals{url: s.values[id], arn: s.values[id+".Arn"], owner: s.Account, policies: policies}
		}
	}
}

// serveQueue decides and answers SQS SendMessage and GetQueueAttributes.
func (g *gate) serveQueue(w http.ResponseWriter, r *http.Request, role *Role) {
	var in struct{ QueueURL, MessageBody string }
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || g.queue == nil || in.QueueURL != g.queue.url {
		http.Error(w, fmt.Sprintf("queue %q does not exist: %v", in.QueueURL, err), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	policies := policy.Policies{Owner: g.queue.owner, Resource: g.queue.policies}
	if reason := g.decide(role, "sqs:"+operation, g.queue.arn, g.buildContext(g.queue.owner, nil), policies); reason != "" {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "AccessDeniedException", "message": formatDenied(role, "sqs:"+operation, g.queue.arn, reason)})
		return
	}
	g.queueMu.Lock()
	defer g.queueMu.Unlock()
	answer := map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": strconv.Itoa(len(g.queue.messages))}}
	if operation == "SendMessage" {
		sum := md5.Sum([]byte(in.MessageBody))
		answer = map[string]any{"MessageId": g.queue.addMessage(in.MessageBody), "MD5OfMessageBody": hex.EncodeToString(sum[:])}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// sendArrived sends the event of an object to the queue, as the rule does.
func (d *Deployment) sendArrived(event any) {
	d.Helper()
	body, err := json.Marshal(event)
	d.must(err)
	for _, s := range d.stacks {
		for _, rule := range s.find("AWS::Events::Rule") {
			if stem(rule) == "Arrived" {
				d.checkService(s, "events.amazonaws.com", "sqs:SendMessage", d.queue.arn, s.values[rule+".Arn"], d.queue.policies)
			}
		}
	}
	d.queueMu.Lock()
	defer d.queueMu.Unlock()
	d.queue.addMessage(string(body))
}

// takeArrivals calls the arrival function with each message of the queue, as Lambda does with the function's role, and
// returns the executions that it started when they have ended.
func (d *Deployment) takeArrivals() (executions []*asl.Execution) {
	d.Helper()
	d.queueMu.Lock()
	messages := d.queue.messages
	d.queue.messages = nil
	d.queueMu.Unlock()
	id, _ := d.findFunction("Arrival")
	for _, message := range messages {
		for _, action := range []string{"sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage"} {
			_ = d.checkRole(d.keys[id], action, d.queue.arn, nil) // recorded
		}
		event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{message}})
		d.must(err)
		_, err = d.functions[id](d.Context(), event)
		d.must(err)
	}
	for _, x := range d.orchestrator.Engine().List() {
		for _, message := range messages {
			if strings.HasSuffix(x.ARN, message.MessageId) {
				<-x.Done()
				executions = append(executions, x)
			}
		}
	}
	return executions
}
